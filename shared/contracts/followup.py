"""What the follow-up service tells and is asked: facts with the state after them, and questions."""

from typing import Any, ClassVar, Literal

from pydantic import AwareDatetime, Field

from shared.contracts.campaign import CampaignDefined, WireModel
from shared.contracts.wire import Answer, Event, Question
from shared.rulebook.facts import Fact
from shared.rulebook.follow_up import FollowUp
from shared.rulebook.ids import event_id
from shared.rulebook.steps import Plan

Door = Literal["screen", "crm", "direct", "job", "system"]
"""Where it came in: a person's screen, the CRM, a signal straight to the workflow, a bulk job, the house itself."""


class FactRecorded(Event):
    """Fact `number` of a follow-up: the change, the small state after it, when it happened and when it was received.

    State readers apply it when the number is higher than what they hold; whoever counts applies every number once.
    """

    type: ClassVar[str] = "campaigns.followup.fact_recorded.v1"

    follow_up_id: str
    campaign_id: str
    client_id: str
    number: int
    fact: Fact
    after: FollowUp
    occurred_at: AwareDatetime
    received_at: AwareDatetime
    recorded_at: AwareDatetime
    door: Door
    actor: str
    command_id: str | None = None
    """The command that made it; None for the first fact, which targeting makes."""

    @property
    def key(self) -> str:
        """The follow-up."""
        return self.follow_up_id

    @property
    def event_id(self) -> str:
        """Derived from (follow-up, number)."""
        return event_id(self.follow_up_id, self.number)


class SignalDecided(Event):
    """What became of a signal of the CRM, told each time that it changes; the sender goes by its own id.

    *parked* says what it waits for, *refused* what is missing, *duplicate* that it had come before. `verdict` and
    `number` of a duplicate are asked for by id.
    """

    type: ClassVar[str] = "campaigns.followup.signal_decided.v1"

    signal_id: str
    """The CRM's own id."""
    verdict: Literal["applied", "duplicate", "refused", "parked"]
    command_id: str
    follow_up_id: str
    number: int | None = None
    """The fact that it made."""
    code: str | None = None
    data: dict[str, Any] | None = None
    at: AwareDatetime

    @property
    def key(self) -> str:
        """The follow-up."""
        return self.follow_up_id

    @property
    def event_id(self) -> str:
        """One per command, verdict and moment: what was parked may be parked again."""
        return f"signal/{self.command_id}/{self.verdict}/{self.at.isoformat()}"


class HoldDefinition(Question):
    """Asked when a campaign is saved: hold this version, so that the very next command follows it."""

    subject: ClassVar[str] = "questions.followup.hold_definition.v1"

    definition: CampaignDefined


class DefinitionHeld(Answer):
    """The highest version held now."""

    version: int


class ReserveSteps(Question):
    """Asked before steps are removed, or a campaign deleted (`step_ids` None): refuse new commands for them.

    Holds until the next version of the campaign, until released, or for `for_seconds`: then the campaign service is
    asked whether it saved after all. Answers what was done on them so far. Refused `commands_under_way` while undecided
    commands do not end, or while another `reservation` of the campaign holds.
    """

    subject: ClassVar[str] = "questions.followup.reserve_steps.v1"

    campaign_id: str
    step_ids: tuple[str, ...] | None
    reservation: str = ""
    """Whose it is: one that was made by another is neither replaced nor released."""
    for_seconds: float = Field(default=60.0, gt=0, le=3600)
    release: bool = False


class StepsReserved(Answer):
    """Steps completed for some client, even undone since; of a whole campaign, whether anything was recorded in it.

    Nothing is counted, so that asking costs the same however many follow-ups there are.
    """

    completed: tuple[str, ...]
    anything_recorded: bool


class PreviewEdit(Question):
    """Asked before an edit is saved: what would become of the open follow-ups? Answered in pages, by follow-up id."""

    subject: ClassVar[str] = "questions.followup.preview_edit.v1"

    campaign_id: str
    old_plan: Plan
    new_plan: Plan
    after: str | None = None
    """The last follow-up of the page before."""
    limit: int = Field(default=2000, ge=1, le=5000)


class EffectsOfEdit(WireModel):
    """How many open follow-ups of one advisor fall under each effect (spec 2.4).

    `unplanned` counts begun entries that become unplanned interactions.
    """

    advisor_id: str
    blocked: int = 0
    unblocked: int = 0
    another_step: int = 0
    left_alone: int = 0
    unplanned: int = 0


class EditPreviewed(Answer):
    """One page, by the clients' present advisors; nothing is reserved.

    `completed`, on the first page: removed steps that were completed for some client, even undone since.
    """

    advisors: tuple[EffectsOfEdit, ...]
    completed: tuple[str, ...] = ()
    last: str | None
    """Where the next page begins; None when nothing lies beyond."""


class TargetingProgress(Question):
    """How far a targeting job is."""

    subject: ClassVar[str] = "questions.followup.targeting_progress.v1"

    campaign_id: str
    job_id: str


class TargetingCount(Answer):
    """Follow-ups received for the job, how many of them run, and how many clients were in the campaign before.

    `reopened` counts those withdrawn before for whom it is decided whether they come back.
    """

    received: int
    started: int
    already_targeted: int
    reopened: int = 0


class JobDecisions(Question):
    """How far the commands of a job are, and those refused, in pages by follow-up id."""

    subject: ClassVar[str] = "questions.followup.job_decisions.v1"

    campaign_id: str
    job_id: str
    after: str | None = None
    """The last follow-up of the page before."""
    limit: int = Field(default=100, ge=0, le=1000)


class RefusedInJob(WireModel):
    """A client for whom the job's command was refused, and why."""

    follow_up_id: str
    client_id: str
    code: str


class JobDecided(Answer):
    """Clients for whom all commands of the job are decided, how many of them were refused, and one page of those.

    A command that would have changed nothing counts as done.
    """

    decided: int
    refused: int
    by_code: dict[str, int]
    refusals: tuple[RefusedInJob, ...]


class RecordedNumber(Question):
    """Asked by a workflow that is about to end: up to which number are its facts recorded without a gap?"""

    subject: ClassVar[str] = "questions.followup.recorded_number.v1"

    follow_up_id: str


class Recorded(Answer):
    """Facts 1 to `number` are recorded."""

    number: int


class DirectSignal(WireModel):
    """One signal that came straight to a workflow, raw: `payload` is base64 of the bytes of its first argument."""

    name: str
    payload: str
    signal_key: str
    """Unique for this signal of this follow-up; the id it gets when the payload carries none that can be read."""


class DirectSignals(Question):
    """A bounded batch of direct signals of one follow-up, to be put into the command log."""

    subject: ClassVar[str] = "questions.followup.direct_signals.v1"

    follow_up_id: str
    signals: tuple[DirectSignal, ...] = Field(max_length=50)


class SignalsLogged(Answer):
    """How many of them were new."""

    new: int


class FactsPage(Question):
    """Asked when a read model is rebuilt: facts recorded after `after_seq`, in order, at most `limit`."""

    subject: ClassVar[str] = "questions.followup.facts_page.v1"

    after_seq: int = 0
    limit: int = Field(default=500, ge=1, le=1000)


class Facts(Answer):
    """One page; `last_seq` is where the next begins; `complete` says that nothing lies beyond it."""

    facts: tuple[FactRecorded, ...]
    last_seq: int
    complete: bool
