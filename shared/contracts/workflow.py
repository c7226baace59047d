"""The messages of the follow-up and campaign workflows. Additive only: they are read by executions older than the code."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from shared.contracts.commands import WireCommand
from shared.contracts.followup import DirectSignal
from shared.rulebook.follow_up import Circumstances, Fact, FollowUp
from shared.rulebook.steps import Plan

TASK_QUEUE = "campaigns"

FOLLOW_UP_WORKFLOW = "FollowUp"
FOLLOW_UP_COMMAND = "command"
CAMPAIGN_WORKFLOW = "Campaign"
CAMPAIGN_DATES = "dates"

# Answers of the engine's side that are no refusal: the sender repeats with what is missing, or leaves the verdict open.
DEADLINE_PASSED = "deadline_passed"
DEFINITION_NEEDED = "definition_needed"
STATE_NEEDED = "state_needed"
ALREADY_APPLIED = "already_applied"


class Message(BaseModel):
    """A message in a workflow history: small, and readable by older and newer code."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class NumberedFact(Message):
    """Fact `number` and the command that made it."""

    number: int
    command_id: str
    fact: Fact


class FollowUpCommand(Message):
    """One command for a follow-up; the update's id is the command's id."""

    command: WireCommand
    circumstances: Circumstances
    recorded: int
    """Facts 1 to `recorded` are in the database without a gap."""
    deadline: datetime
    version: int
    """The definition version to decide under."""
    plan: Plan | None = None
    """The rules of that version, when the workflow may know an older one."""
    state: FollowUp | None = None
    """The state after fact `recorded`, when the workflow asked for it."""


class CommandAnswer(Message):
    """Every fact above *recorded*, or the refusal of a run that has not completed its first task yet."""

    facts: tuple[NumberedFact, ...] = ()
    refused: str | None = None
    data: dict[str, object] | None = None


class FollowUpStart(Message):
    """What a follow-up's execution starts from: its state, the plan it knows, and what is not known to be recorded yet."""

    follow_up_id: str
    campaign_id: str
    client_id: str
    state: FollowUp
    plan: Plan
    summary: str = ""
    unrecorded: tuple[NumberedFact, ...] = ()
    known: dict[str, tuple[int, datetime]] = {}
    """Command id → (fact number, deadline) of commands decided of late."""
    signals: tuple[DirectSignal, ...] = ()
    signal_count: int = 0


class CampaignDates(Message):
    """The deadlines of a campaign in definition version `version`; None for no start notice."""

    campaign_id: str
    version: int
    notice_at: datetime | None
    start_at: datetime
    end_at: datetime
    """The first moment after the end date."""
    notice_on: date | None
    start_on: date
    end_on: date
    deleted: bool = False


class CampaignStart(Message):
    """What a campaign's execution starts from; `reached` are the moments already told."""

    dates: CampaignDates
    reached: tuple[str, ...] = ()
