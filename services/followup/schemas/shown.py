"""Follow-ups as they are shown."""

from datetime import date
from typing import Literal

from pydantic import BaseModel

from shared.contracts.wire import Euros
from shared.rulebook.follow_up import ConclusionKind
from shared.rulebook.steps import StepKind


class ChecklistItemOut(BaseModel):
    """One thing to tick."""

    id: str
    text: str
    mandatory: bool
    ticked: bool = False


class DocumentOut(BaseModel):
    """A document of a step; the campaign service gives it out."""

    id: str
    name: str
    media_type: str
    size: int


class StepOut(BaseModel):
    """A step as it stands for this client."""

    id: str
    title: str
    kind: StepKind
    mandatory: bool
    note: str
    sales: bool
    state: Literal["done", "open", "idle", "not_begun"]
    group: str | None
    enterable: bool
    blocked_by: list[str]
    checklist: list[ChecklistItemOut]
    documents: list[DocumentOut]


class ConclusionOut(BaseModel):
    """The conclusion as it stands."""

    kind: ConclusionKind
    success: bool
    on: date
    collected: Euros
    missing: list[str]
    recorded_by: str


class NamedOut(BaseModel):
    """Somebody or something by id and name."""

    id: str
    name: str | None


class ClientOut(NamedOut):
    """The client, with the phone number to call."""

    phone: str | None


class CampaignOut(NamedOut):
    """The campaign in which it is."""

    start_date: date
    end_date: date
    version: int


class FollowUpOut(BaseModel):
    """One follow-up, whole."""

    follow_up_id: str
    campaign: CampaignOut
    client: ClientOut
    advisor: NamedOut
    status: str
    entry_date: date
    potential: Euros
    initial_potential: Euros
    number: int
    position: str | None
    proposed_step: str | None
    due_on: date | None
    """The last day on which the step at the position is in time."""
    conclusion_offered: bool
    conclusion: ConclusionOut | None
    steps: list[StepOut]


class FollowUpItem(BaseModel):
    """One row of a list."""

    follow_up_id: str
    campaign_id: str
    campaign_name: str
    client_id: str
    client_name: str | None
    status: str
    position: str | None
    position_number: int
    potential: Euros
    entry_date: date
    due_on: date | None
    conclusion: ConclusionOut | None


class FollowUpPage(BaseModel):
    """A page of a list; `next` is what `after` has to be for the one that follows."""

    items: list[FollowUpItem]
    next: str | None


class DueItem(FollowUpItem):
    """A step that is late or due soon, with whom to call."""

    client_phone: str | None
    advisor: NamedOut
    step_title: str
    step_kind: StepKind
    due_on: date
    late: bool


class DuePage(BaseModel):
    """A page of what is due; `next` is what `after` has to be for the one that follows."""

    items: list[DueItem]
    next: str | None


class DueCountsOut(BaseModel):
    """How many steps are late, how many are due today."""

    late: int
    today: int


class ToDoItem(FollowUpItem):
    """What waits for somebody since a day, with whom to call: a step that was offered, or the step completed last."""

    client_phone: str | None
    advisor: NamedOut
    step_id: str
    step_title: str
    step_kind: StepKind
    since: date


class ToDoPage(BaseModel):
    """A page of what there is to do; `next` is what `after` has to be for the one that follows."""

    items: list[ToDoItem]
    next: str | None


class ToDoCountsOut(BaseModel):
    """How many steps are late, due today and offered next, and how many conclusions are waited for."""

    late: int
    today: int
    offered: int
    conclusion: int
