"""From what somebody asks for to the next version of a campaign, by the rulebook."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from services.campaign.ports import Campaign
from shared.contracts.campaign import CampaignDefined, Share, StepDefinition, StepDocument
from shared.rulebook import allocation
from shared.rulebook.campaign import check_definition, default_notice_date, plan_after_edit
from shared.rulebook.errors import Invalid
from shared.rulebook.money import euros
from shared.rulebook.step_contents import StepContents
from shared.rulebook.steps import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A definition as asked for. `sales_step` None is the only step; `owner_id` None is the creator, or stays."""

    name: str
    note: str
    owner_id: str | None
    target: Decimal | None
    start_date: date
    end_date: date
    steps: tuple[StepDefinition, ...]
    sales_step: str | None
    notice_on: bool = True
    notice_date: date | None = None
    due_from_all: Mapping[str, bool]
    """For each step put behind somebody: whether it is due from all."""
    documents: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The ids of the documents asked for, by step; `steps` hold them whole once they were found."""

    def check(self) -> None:
        """Invalid `definition_invalid` with all that is wrong."""
        check_definition(
            name=self.name,
            start=self.start_date,
            end=self.end_date,
            steps=[step.rule() for step in self.steps],
            sales_step=self.sales_step,
            target=self.target,
            contents=[self._contents(step) for step in self.steps],
            notice_date=self.notice_date,
        )

    def with_documents(self, found: Mapping[str, StepDocument]) -> "Draft":
        """The same, each step with its documents whole. Invalid `document_unknown` when one was not found."""
        unknown = [one for ids in self.documents.values() for one in ids if one not in found]
        if unknown:
            raise Invalid("document_unknown", {"documents": unknown})
        steps = tuple(
            step.model_copy(update={"documents": tuple(found[one] for one in self.documents.get(step.id, ()))})
            for step in self.steps
        )
        return replace(self, steps=steps)

    def plan_after(self, old: Plan | None) -> Plan:
        """The rules of the next version."""
        return plan_after_edit(old, [step.rule() for step in self.steps], self.sales_step, self.due_from_all)

    def _contents(self, step: StepDefinition) -> StepContents:
        return StepContents(
            step_id=step.id,
            kind=step.kind,
            documents=self.documents.get(step.id, ()),
            email_subject=step.email_subject,
            email_body=step.email_body,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """Who saves, and when."""

    by: str
    at: datetime


def first_version(draft: Draft, key: str, campaign_id: str, owner_id: str, saving: Saving) -> CampaignDefined:
    """Version 1 of a campaign."""
    plan = draft.plan_after(None)
    return CampaignDefined.model_validate(
        {
            "campaign_id": campaign_id,
            "campaign_key": key,
            "owner_id": owner_id,
            "creator_id": saving.by,
            "created_at": saving.at,
            **_fields(draft, plan, saving),
        }
    )


def edited(campaign: Campaign, draft: Draft, owner_id: str, saving: Saving) -> CampaignDefined:
    """The next version, as asked for; the shares follow the new target."""
    old = campaign.definition
    plan = draft.plan_after(old.plan())
    return old.model_copy(
        update={
            **_fields(draft, plan, saving),
            "owner_id": owner_id,
            "shares": shares_of(draft.target, campaign.rows),
        }
    )


def documents_of(definition: CampaignDefined) -> set[str]:
    """The ids of all documents of its steps."""
    return {document.id for step in definition.steps for document in step.documents}


def next_version(old: CampaignDefined, saving: Saving, **changes: object) -> CampaignDefined:
    """The next version, with these fields changed and its steps as they are."""
    return old.model_copy(update={**changes, **_stamp(old.version + 1, saving)})


def shares_of(target: Decimal | None, rows: Sequence[allocation.Share]) -> tuple[Share, ...]:
    """The allocation in euros to the cent; the codes of `allocation.allocate`."""
    amounts = allocation.allocate(target, rows).amounts
    return tuple(Share(advisor_id=row.advisor_id, amount=amount) for row, amount in zip(rows, amounts, strict=True))


def with_ids(given: Sequence[str | None]) -> list[str]:
    """The ids as given, and a new short one, never used before in any campaign, where there is none."""
    return [one or secrets.token_hex(6) for one in given]


def _fields(draft: Draft, plan: Plan, saving: Saving) -> dict[str, object]:
    exemptions = {step.id: step.exemptions for step in plan.steps}
    return {
        "name": draft.name.strip(),
        "note": draft.note,
        "target": None if draft.target is None else euros(draft.target),
        "start_date": draft.start_date,
        "end_date": draft.end_date,
        "sales_step": plan.sales_step,
        "steps": tuple(step.model_copy(update={"exemptions": exemptions[step.id]}) for step in draft.steps),
        "notice_date": (draft.notice_date or default_notice_date(draft.start_date)) if draft.notice_on else None,
        **_stamp(plan.version, saving),
    }


def _stamp(version: int, saving: Saving) -> dict[str, object]:
    return {"version": version, "saved_by": saving.by, "saved_at": saving.at}
