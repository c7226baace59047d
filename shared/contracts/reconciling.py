"""What services ask each other to find out whether they hold the same, and to mend what differs (spec 8.10)."""

import hashlib
from typing import ClassVar, Literal

from pydantic import Field, TypeAdapter

from shared.contracts.campaign import WireModel
from shared.contracts.wire import Answer, Question
from shared.rulebook.follow_up import FollowUp

_STATE = TypeAdapter(FollowUp)

EngineKind = Literal["execution_lost", "execution_behind", "execution_ahead", "execution_stray"]
"""An open row without execution; an execution that knows fewer facts than its row; one that knows more; one that runs
although no open row is known."""


def digest_of(state: FollowUp) -> str:
    """The same for the same state, whoever holds it."""
    return hashlib.sha256(_STATE.dump_json(state)).hexdigest()[:32]


class FollowUpDigest(WireModel):
    """One follow-up as its owner holds it: facts 1 to `number`, and the digest of the state after them."""

    follow_up_id: str
    campaign_id: str
    number: int
    digest: str


class FollowUpDigests(Question):
    """What is held of every follow-up, in pages by id, or of those named."""

    subject: ClassVar[str] = "questions.followup.follow_up_digests.v1"

    after: str | None = None
    """The last follow-up of the page before."""
    limit: int = Field(default=500, ge=1, le=1000)
    follow_up_ids: tuple[str, ...] | None = Field(default=None, max_length=100)


class DigestsPage(Answer):
    """One page; `complete` says that nothing lies beyond it."""

    follow_ups: tuple[FollowUpDigest, ...]
    complete: bool


class FactsOfFollowUp(Question):
    """The facts of one follow-up above number `after`, in order; answered by `Facts`, whose `last_seq` is a number."""

    subject: ClassVar[str] = "questions.followup.facts_of_follow_up.v1"

    follow_up_id: str
    after: int = 0
    limit: int = Field(default=200, ge=1, le=500)


class EngineDifference(WireModel):
    """One follow-up of which row and execution say different things; `state` is the row's, in one word."""

    kind: EngineKind
    follow_up_id: str
    campaign_id: str | None
    state: str
    row_number: int
    """0 without a row."""
    execution_number: int | None = None
    """None without an execution, or where it did not say."""


class CompareExecutions(Question):
    """Are open rows and running executions the same? In pages; either walk is asked page after page by one asker.

    *rows* walks over open rows by id and looks each one's execution up; *executions* walks over what runs in the
    engine, as its visibility lists it, and looks for rows; with `follow_up_ids`, only those are looked at.
    """

    subject: ClassVar[str] = "questions.followup.compare_executions.v1"

    walk: Literal["rows", "executions"] = "rows"
    after: str | None = None
    limit: int = Field(default=50, ge=1, le=200)
    follow_up_ids: tuple[str, ...] | None = Field(default=None, max_length=100)


class ExecutionsCompared(Answer):
    """One page: how many were looked at, how many did not answer in time, and what differs.

    `reached` is where the next page begins; None when nothing lies beyond.
    """

    compared: int
    unsure: int
    differences: tuple[EngineDifference, ...]
    reached: str | None


class MendExecution(Question):
    """Make the execution of this follow-up what the row says, where that loses nothing."""

    subject: ClassVar[str] = "questions.followup.mend_execution.v1"

    follow_up_id: str


class ExecutionMended(Answer):
    """Whether something was done; otherwise why not."""

    mended: bool
    reason: str | None = None
