"""Figures per step, per unit and per advisor."""

from decimal import Decimal
from typing import Any

from services.reporting.ports.reading import Totals
from services.reporting.schemas.parts import Euros, Out, RateOut, ReadOut
from services.reporting.use_cases.breakdown import BranchFigures, PartRates
from services.reporting.use_cases.steps import StepFigures
from shared.rulebook.steps import StepKind


class StepOut(Out):
    """One step with its five groups and two rates."""

    step_id: str
    title: str
    kind: StepKind
    mandatory: bool
    done: int
    open: int
    not_reached: int
    left: int
    skipped: int
    concerned: int
    no_longer_concerned: int
    step_completion_rate: RateOut
    pass_through_rate: RateOut

    @classmethod
    def of(cls, figures: StepFigures) -> "StepOut":
        """The step with its figures."""
        counts = figures.counts
        return cls(
            step_id=figures.step.id,
            title=figures.step.title,
            kind=figures.step.kind,
            mandatory=figures.step.mandatory,
            done=counts.done,
            open=counts.open,
            not_reached=counts.not_reached,
            left=counts.left,
            skipped=counts.skipped,
            concerned=counts.concerned,
            no_longer_concerned=counts.no_longer_concerned,
            step_completion_rate=RateOut.of(figures.completion),
            pass_through_rate=RateOut.of(figures.pass_through),
        )


class StepsOut(ReadOut):
    """The steps of one campaign in order; `sales_step` is the id of one of them. None before the campaign."""

    campaign_id: str
    version: int | None
    sales_step: str | None
    steps: list[StepOut]


class SumsOut(Out):
    """The sums of one part and their rates; its target is the sum of the shares read."""

    target: Euros | None
    potential: Euros
    remaining_potential: Euros
    collected: Euros
    achievement: RateOut
    clients: int
    accepted: int
    refused: int
    in_progress: int
    waiting: int
    closed_without_conclusion: int
    contacts: int
    overdue: int
    conversion_rate: RateOut
    take_up_rate: RateOut

    @staticmethod
    def sums_of(totals: Totals, share: Decimal | None, rates: PartRates) -> dict[str, Any]:
        """The fields for these sums."""
        return {
            "target": share,
            "potential": totals.potential,
            "remaining_potential": totals.remaining_potential,
            "collected": totals.collected,
            "achievement": RateOut.of(rates.achievement),
            "clients": totals.clients,
            "accepted": totals.accepted,
            "refused": totals.refused,
            "in_progress": totals.in_progress,
            "waiting": totals.waiting,
            "closed_without_conclusion": totals.archived,
            "contacts": totals.contacts,
            "overdue": totals.overdue,
            "conversion_rate": RateOut.of(rates.conversion),
            "take_up_rate": RateOut.of(rates.take_up),
        }


class BranchOut(SumsOut):
    """A unit with all below it, or an advisor; the name is null while the directory has not told it."""

    id: str
    external_id: str | None
    name: str | None
    parent_id: str | None
    leaf: bool

    @classmethod
    def of(cls, figures: BranchFigures) -> "BranchOut":
        """The row with its figures."""
        branch = figures.branch
        return cls(
            id=branch.id,
            external_id=branch.external_id,
            name=branch.name,
            parent_id=branch.parent_id,
            leaf=branch.leaf,
            **cls.sums_of(branch.totals, branch.share, figures.rates),
        )


class BreakdownOut(ReadOut):
    """Units from the top down, or advisors by name."""

    rows: list[BranchOut]
