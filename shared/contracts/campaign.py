"""What the campaign service tells and is asked: definitions, targeted clients, and a campaign's moments."""

from datetime import date
from enum import StrEnum
from typing import ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict

from shared.contracts.wire import Answer, Euros, Event, Question
from shared.rulebook.steps import ChecklistItem, Exemption, Plan, Step, StepKind


class WireModel(BaseModel):
    """A part of an event."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class ChecklistItemDefinition(WireModel):
    """One thing to tick, with its text."""

    id: str
    text: str
    mandatory: bool


class StepDocument(WireModel):
    """A document attached to a step; the campaign service gives it out."""

    id: str
    name: str
    media_type: str
    size: int
    sha256: str


class StepDefinition(WireModel):
    """One step with its texts; `exemptions` as in the rulebook."""

    id: str
    title: str
    kind: StepKind
    mandatory: bool
    note: str = ""
    offers_next: bool = False
    due_within_days: int | None = None
    checklist: tuple[ChecklistItemDefinition, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    documents: tuple[StepDocument, ...] = ()
    email_subject: str = ""
    """May name the fields of `rulebook.templates`, as the body may."""
    email_body: str = ""

    def rule(self) -> Step:
        """The step without its texts."""
        return Step(
            id=self.id,
            kind=self.kind,
            mandatory=self.mandatory,
            offers_next=self.offers_next,
            due_within_days=self.due_within_days,
            checklist=tuple(ChecklistItem(item.id, item.mandatory) for item in self.checklist),
            exemptions=self.exemptions,
        )


class Share(WireModel):
    """An advisor's part of the target, in euros to the cent."""

    advisor_id: str
    amount: Euros


class CampaignDefined(Event):
    """A campaign whole, in version `version`: readers keep the highest and need not ask.

    Every change makes a new version: dates, texts, allocation and archiving as well as steps.
    """

    type: ClassVar[str] = "campaigns.campaign.defined.v1"

    campaign_id: str
    campaign_key: str
    """The creator's own key for it (the CRM's id, or ours), unique."""
    version: int
    name: str
    note: str = ""
    owner_id: str
    creator_id: str
    target: Euros | None = None
    start_date: date
    end_date: date
    sales_step: str
    steps: tuple[StepDefinition, ...]
    notice_date: date | None
    """The date of the start notice; None when it is off."""
    archived: bool = False
    deleted: bool = False
    shares: tuple[Share, ...] = ()
    created_at: AwareDatetime
    saved_at: AwareDatetime
    saved_by: str

    @property
    def key(self) -> str:
        """The campaign."""
        return self.campaign_id

    @property
    def event_id(self) -> str:
        """One per campaign and version."""
        return f"campaign/{self.campaign_id}/{self.version}"

    def plan(self) -> Plan:
        """The rules of this version, for the rulebook and the workflows."""
        return Plan(
            version=self.version,
            steps=tuple(step.rule() for step in self.steps),
            sales_step=self.sales_step,
            archived=self.archived,
        )


class TargetedClient(WireModel):
    """A client put into a campaign, under the advisor the client had then."""

    client_id: str
    advisor_id: str
    potential: Euros
    entry_date: date
    again: bool = False
    """Whether the client had been withdrawn before: the same follow-up reopens (spec 3.3)."""


class ClientsTargeted(Event):
    """A batch of clients of one targeting job; the receiver's rows make it exactly once in effect."""

    type: ClassVar[str] = "campaigns.campaign.clients_targeted.v1"

    campaign_id: str
    job_id: str
    batch: int
    clients: tuple[TargetedClient, ...]
    targeted_by: str
    targeted_at: AwareDatetime

    @property
    def key(self) -> str:
        """The campaign."""
        return self.campaign_id

    @property
    def event_id(self) -> str:
        """One per job and batch."""
        return f"targeting/{self.job_id}/{self.batch}"


class ClientsWithdrawn(Event):
    """Clients of one job who are to leave the campaign: the follow-up service withdraws each, or refuses by a code."""

    type: ClassVar[str] = "campaigns.campaign.clients_withdrawn.v1"

    campaign_id: str
    job_id: str
    batch: int
    client_ids: tuple[str, ...]
    withdrawn_by: str
    withdrawn_at: AwareDatetime

    @property
    def key(self) -> str:
        """The campaign."""
        return self.campaign_id

    @property
    def event_id(self) -> str:
        """One per job and batch."""
        return f"withdrawing/{self.job_id}/{self.batch}"


class ClientChange(WireModel):
    """What is to be changed of a targeted client; None leaves it."""

    client_id: str
    potential: Euros | None = None
    entry_date: date | None = None


class ClientsChanged(Event):
    """Changes of targeted clients in one job: the follow-up service makes each, or refuses by a code."""

    type: ClassVar[str] = "campaigns.campaign.clients_changed.v1"

    campaign_id: str
    job_id: str
    batch: int
    clients: tuple[ClientChange, ...]
    changed_by: str
    changed_at: AwareDatetime

    @property
    def key(self) -> str:
        """The campaign."""
        return self.campaign_id

    @property
    def event_id(self) -> str:
        """One per job and batch."""
        return f"changing/{self.job_id}/{self.batch}"


class MomentKind(StrEnum):
    """The three moments of a campaign's life that follow from its dates."""

    NOTICE = "NOTICE"
    START = "START"
    END = "END"


class CampaignMoment(Event):
    """The campaign's workflow reached one of its dates: once per kind, whatever dates are moved later on."""

    type: ClassVar[str] = "campaigns.campaign.moment.v1"

    campaign_id: str
    kind: MomentKind
    on: date

    @property
    def key(self) -> str:
        """The campaign."""
        return self.campaign_id

    @property
    def event_id(self) -> str:
        """One per campaign and kind."""
        return f"moment/{self.campaign_id}/{self.kind}"


class PresentDefinition(Question):
    """Asked when a reservation of steps ends without a word: was the campaign saved after all?"""

    subject: ClassVar[str] = "questions.campaign.present_definition.v1"

    campaign_id: str


class DefinitionFound(Answer):
    """The campaign in its present version, deleted ones too; None when there is none."""

    definition: CampaignDefined | None


class RecordMoment(Question):
    """Asked by the campaign's workflow: note that this moment was reached, and tell everybody."""

    subject: ClassVar[str] = "questions.campaign.record_moment.v1"

    campaign_id: str
    kind: MomentKind
    on: date


class MomentRecorded(Answer):
    """`first` is false when it was noted before."""

    first: bool


class OwnOrder(Question):
    """Asked when campaigns are listed elsewhere: in which order did this user put them (spec 2.6)?"""

    subject: ClassVar[str] = "questions.campaign.own_order.v1"

    user_id: str


class OrderFound(Answer):
    """The campaigns that the user gave a place, in that order, whether or not seen now; all others come after."""

    campaign_ids: tuple[str, ...]
