"""The messages of the workflows. Additive only: they are read by executions older than the code."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from shared.contracts.commands import WireCommand
from shared.rulebook.commands import Circumstances
from shared.rulebook.facts import Fact
from shared.rulebook.follow_up import FollowUp
from shared.rulebook.steps import Plan

TASK_QUEUE = "campaigns"

FOLLOW_UP_WORKFLOW = "FollowUp"
FOLLOW_UP_COMMAND = "command"
FOLLOW_UP_NUMBER = "number"
CAMPAIGN_WORKFLOW = "Campaign"
CAMPAIGN_DATES = "dates"
BULK_WORKFLOW = "Bulk"
LETTER_WORKFLOW = "Letter"
BULK_WAKE = "wake"

RULE = "rule."
"""Failure types that start so are refusals by the rulebook; no other failure is one."""

REPEAT = "repeat."
"""What a workflow says instead of judging: the sender repeats with what is missing, or leaves the verdict open."""

DEADLINE_PASSED = "repeat.deadline_passed"
DEFINITION_NEEDED = "repeat.definition_needed"
STATE_NEEDED = "repeat.state_needed"
ALREADY_APPLIED = "repeat.already_applied"


class Message(BaseModel):
    """A message in a workflow history: small, and readable by older and newer code."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class NumberedFact(Message):
    """Fact `number` and the command that made it."""

    number: int
    command_id: str
    fact: Fact


class KeptFact(NumberedFact):
    """A fact the workflow keeps until it is recorded and no send of its command can arrive any more."""

    until: datetime | None = None
    """The last deadline that a send of its command can have; None while the fact is not known to be recorded."""


def update_id(command_id: str, attempt: int, repetition: int) -> str:
    """The id of one send. The engine answers an id that it accepted in this run as it did then, whatever comes later.

    So each attempt has an id of its own, and the workflow, not the engine, tells that a command is known (ADR 0040).
    """
    return command_id if (attempt, repetition) == (1, 0) else f"{command_id}~{attempt}.{repetition}"


def command_id_of(update: str) -> str:
    """The command that a send of this id is about."""
    return update.partition("~")[0]


class FollowUpCommand(Message):
    """One command for a follow-up; the update's id is `update_id`."""

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
    """Every fact above *recorded*; or, from a run that has not completed its first task, why there is none."""

    facts: tuple[NumberedFact, ...] = ()
    refused: str | None = None
    """A failure type, as a rejection would carry it."""
    data: dict[str, object] | None = None


class FollowUpStart(Message):
    """What a follow-up's execution starts from: its state, the plan it knows, the facts it keeps."""

    follow_up_id: str
    campaign_id: str
    client_id: str
    state: FollowUp
    plan: Plan
    kept: tuple[KeptFact, ...] = ()
    signal_count: int = 0
    """Direct signals received so far, so that each gets a number of its own."""


class ConfirmRecorded(Message):
    """What a workflow that is about to end asks: is its last fact recorded?"""

    follow_up_id: str
    number: int


class CampaignDates(Message):
    """The deadlines of a campaign in definition version `version`; None for no start notice."""

    campaign_id: str
    version: int
    start_at: datetime
    end_at: datetime
    """The first moment after the end date."""
    start_on: date
    end_on: date
    notice_at: datetime | None = None
    notice_on: date | None = None
    deleted: bool = False


class CampaignStart(Message):
    """What a campaign's execution starts from; `reached` are the moments already told."""

    dates: CampaignDates
    reached: tuple[str, ...] = ()


class BulkStart(Message):
    """What a job over many follow-ups starts from: everything else is in its row and its items."""

    job_id: str
    begin_at: datetime | None = None
    """It waits until then; None begins at once."""
    undo: bool = False


class BulkPages(Message):
    """Pages of a job, or of its undo, one after another until none is left."""

    job_id: str
    undo: bool = False


class LetterStart(Message):
    """What an e-mail's execution starts from."""

    letter_id: str
    sending: int = 1


class LetterDelivery(Message):
    """One delivery of a letter; the `last` one of a sending settles it in any case."""

    letter_id: str
    last: bool = False
    sending: int = 1
