"""How a follow-up is concluded, and how a conclusion is amended, linked or taken back (docs/domain.md, Conclusions)."""

from dataclasses import replace
from datetime import date

from shared.rulebook.commands import AmendConclusion, Circumstances, Conclude, WithdrawConclusion
from shared.rulebook.errors import Invalid, Refused
from shared.rulebook.facts import Fact, FactKind
from shared.rulebook.follow_up import Conclusion, FollowUp
from shared.rulebook.guards import require_change, require_open
from shared.rulebook.holdings import Linked, LinkHoldings
from shared.rulebook.money import not_negative
from shared.rulebook.standing import missing_mandatory, position
from shared.rulebook.steps import Plan


def concluded(follow_up: FollowUp, command: Conclude, plan: Plan, circumstances: Circumstances) -> Fact:
    """The conclusion of an OPEN follow-up, at any time, with the mandatory steps left out (spec 5.7).

    Raises Refused `closed`, `waiting`; Invalid `conclusion_date_out_of_range`, `amount_without_success`, `amount_*`.
    """
    require_open(follow_up, circumstances)
    conclusion = _checked(
        command,
        follow_up,
        missing=missing_mandatory(follow_up, plan),
        recorded_by=circumstances.actor,
        today=circumstances.today,
    )
    return Fact(FactKind.CONCLUDED, command.on, plan.version, conclusion=conclusion, position=position(follow_up, plan))


def amended(follow_up: FollowUp, command: AmendConclusion, plan: Plan, circumstances: Circumstances) -> Fact:
    """The conclusion replaced; who recorded it first, the steps left out then and a success's links stay (5.7).

    Raises Refused `not_concluded`, `unchanged`, and the Invalid codes of a conclusion.
    """
    standing = _standing(follow_up)
    conclusion = _checked(
        command,
        follow_up,
        missing=standing.missing,
        recorded_by=standing.recorded_by,
        today=circumstances.today,
    )
    if conclusion.kind.is_success:
        conclusion = replace(conclusion, linked=standing.linked)
    require_change(standing, conclusion)
    return Fact(FactKind.CONCLUSION_AMENDED, command.on, plan.version, conclusion=conclusion)


def withdrawn(follow_up: FollowUp, command: WithdrawConclusion, plan: Plan, circumstances: Circumstances) -> Fact:
    """The conclusion taken back: the follow-up is open again under the present advisor. Refused `not_concluded`."""
    _standing(follow_up)
    return Fact(FactKind.CONCLUSION_WITHDRAWN, circumstances.occurred_on, plan.version, advisor_id=command.advisor_id)


def linked(follow_up: FollowUp, command: LinkHoldings, plan: Plan, circumstances: Circumstances) -> Fact:
    """The success linked to accounts and transactions of the client (spec 5.8); that they are his was checked outside.

    Raises Refused `not_concluded`, `links_without_success`, `unchanged`.
    """
    standing = _standing(follow_up)
    if not standing.kind.is_success:
        raise Refused("links_without_success", {"kind": standing.kind.value})
    links = Linked(tuple(sorted(set(command.accounts))), tuple(sorted(set(command.transactions))))
    require_change(standing.linked, links)
    on, conclusion = circumstances.occurred_on, replace(standing, linked=links)
    return Fact(FactKind.HOLDINGS_LINKED, on, plan.version, conclusion=conclusion)


def _standing(follow_up: FollowUp) -> Conclusion:
    if follow_up.conclusion is None:
        raise Refused("not_concluded")
    return follow_up.conclusion


def _checked(
    asked: Conclude | AmendConclusion,
    follow_up: FollowUp,
    *,
    missing: tuple[str, ...],
    recorded_by: str,
    today: date,
) -> Conclusion:
    if not follow_up.entry_date <= asked.on <= today:
        raise Invalid(
            "conclusion_date_out_of_range",
            {"on": asked.on.isoformat(), "from": follow_up.entry_date.isoformat(), "to": today.isoformat()},
        )
    collected = not_negative(asked.collected)
    if collected and not asked.kind.is_success:
        raise Invalid("amount_without_success", {"kind": asked.kind.value, "collected": str(collected)})
    return Conclusion(asked.kind, asked.on, collected, missing, recorded_by)
