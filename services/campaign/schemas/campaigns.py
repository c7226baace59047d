"""A campaign as somebody asks for it."""

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from services.campaign.schemas.fields import Amount, Key, Line, Name, Prose, ShortText, StepId, Uuid
from services.campaign.use_cases.create import Copy
from services.campaign.use_cases.definitions import Draft, with_ids
from shared.contracts.campaign import ChecklistItemDefinition, StepDefinition
from shared.contracts.wire import Incoming
from shared.rulebook.allocation import Share
from shared.rulebook.errors import Invalid
from shared.rulebook.ids import user_id
from shared.rulebook.steps import StepKind


class ChecklistItemInput(Incoming):
    """One thing to tick in a TASK; an id, unique in the campaign, is given when absent."""

    id: StepId | None = None
    text: Line
    mandatory: bool = False


class StepInput(Incoming):
    """One planned step; a step that keeps its id keeps what was done on it."""

    id: StepId | None = None
    title: Line
    kind: StepKind
    mandatory: bool = True
    note: Prose = ""
    offers_next: bool = False
    due_within_days: int | None = None
    checklist: Annotated[tuple[ChecklistItemInput, ...], Field(max_length=1000)] = ()
    documents: Annotated[tuple[Uuid, ...], Field(max_length=1000)] = ()
    """Of a TASK: ids of documents uploaded to this campaign."""
    email_subject: ShortText = ""
    """Of an EMAIL: may name `{{client_name}}`, `{{advisor_name}}`, `{{campaign_name}}`, `{{start_date}}`,
    `{{end_date}}`, `{{step_title}}`; so may the body."""
    email_body: Prose = ""
    due_from: Literal["all", "not_yet_past"] = "all"
    """For a mandatory step that this edit puts behind somebody: due from all, or from those not yet past (spec 2.4)."""

    def definition(self, step_id: str) -> StepDefinition:
        """The step under its id."""
        item_ids = with_ids([item.id for item in self.checklist])
        return StepDefinition(
            id=step_id,
            title=self.title,
            kind=self.kind,
            mandatory=self.mandatory,
            note=self.note,
            offers_next=self.offers_next,
            due_within_days=self.due_within_days,
            checklist=tuple(
                ChecklistItemDefinition(id=item_id, text=item.text, mandatory=item.mandatory)
                for item_id, item in zip(item_ids, self.checklist, strict=True)
            ),
            email_subject=self.email_subject,
            email_body=self.email_body,
        )


class NoticeInput(Incoming):
    """The start notice; without a date it goes out on the start date."""

    on: bool = True
    date: dt.date | None = None


class CampaignInput(Incoming):
    """A definition whole."""

    name: Name
    note: Prose = ""
    owner_id: Uuid | None = None
    """Default: the creator; in a change, as it was."""
    owner: Key | None = None
    """The owner by the host CRM's id, instead of `owner_id`."""
    target: Amount | None = None
    start_date: dt.date
    end_date: dt.date
    steps: tuple[StepInput, ...]
    sales_step: StepId | None = None
    """The id of one of the steps; with one step it is that one."""
    notice: NoticeInput = NoticeInput()

    def draft(self, owner_id: str | None) -> Draft:
        """What is asked for, every step with an id."""
        step_ids = with_ids([step.id for step in self.steps])
        steps = list(zip(step_ids, self.steps, strict=True))
        return Draft(
            name=self.name,
            note=self.note,
            owner_id=owner_id,
            target=self.target,
            start_date=self.start_date,
            end_date=self.end_date,
            steps=tuple(step.definition(step_id) for step_id, step in steps),
            sales_step=self.sales_step,
            notice_on=self.notice.on,
            notice_date=self.notice.date,
            due_from_all={step_id: step.due_from == "all" for step_id, step in steps},
            documents={step_id: step.documents for step_id, step in steps if step.documents},
        )


class NewCampaign(CampaignInput):
    """A campaign to be created; under the same key the same content creates nothing twice."""

    key: Key | None = None


class DuplicateInput(Incoming):
    """The copy's own name and dates; `clients` targets the same clients again."""

    key: Key | None = None
    name: Name | None = None
    start_date: dt.date
    end_date: dt.date
    clients: bool = False

    def copy_wanted(self) -> Copy:
        """What the copy has of its own."""
        return Copy(name=self.name, start_date=self.start_date, end_date=self.end_date, clients=self.clients)


class ShareInput(Incoming):
    """One advisor's row, by our id or the host CRM's: in euros or in per cent of the target."""

    advisor_id: Uuid | None = None
    advisor: Key | None = None
    amount: Amount | None = None
    percent: Annotated[Decimal, Field(allow_inf_nan=False, max_digits=20)] | None = None

    def share(self) -> Share:
        """The row for the rulebook; Invalid `advisor_unclear` when it names nobody, or somebody twice."""
        if (self.advisor_id is None) == (self.advisor is None):
            raise Invalid("advisor_unclear")
        advisor_id = self.advisor_id or user_id(self.advisor or "")
        return Share(advisor_id=advisor_id, amount=self.amount, percent=self.percent)


class AllocationInput(Incoming):
    """The rows in order; none removes all."""

    rows: Annotated[tuple[ShareInput, ...], Field(max_length=10_000)]


class MoveInput(Incoming):
    """The campaign that stands next after the move; without one it is the last."""

    before: Uuid | None = None


class OrderInput(Incoming):
    """Campaign ids in the user's own order."""

    campaign_ids: Annotated[tuple[Uuid, ...], Field(max_length=10_000)]
