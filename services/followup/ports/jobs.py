"""Jobs over many follow-ups: what is asked for, the list it is about, and what became of each item."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

from services.followup.ports.commands import Known
from shared.contracts.workflow import BulkStart
from shared.rulebook.access import Principal
from shared.rulebook.follow_up import ConclusionKind

END = "end"
"""The position after the last step, as a filter names it."""


class JobKind(StrEnum):
    """What a job does to each follow-up of its list."""

    CONCLUDE = "conclude"
    REASSIGN = "reassign"
    WITHDRAW = "withdraw"
    CLOSE_ARCHIVED = "close_archived"
    REOPEN_UNARCHIVED = "reopen_unarchived"
    PULL_IN = "pull_in"


HOUSE_KINDS = frozenset({JobKind.CLOSE_ARCHIVED, JobKind.REOPEN_UNARCHIVED, JobKind.PULL_IN})
"""What a saved definition implies: archived, no longer so, or with other dates. Nobody stops or undoes it."""


class JobState(StrEnum):
    """Where a job stands. SCHEDULED waits for its date; PREPARING fixes the list."""

    SCHEDULED = "SCHEDULED"
    PREPARING = "PREPARING"
    RUNNING = "RUNNING"
    FINISHED = "FINISHED"
    CANCELLED = "CANCELLED"
    UNDOING = "UNDOING"
    UNDONE = "UNDONE"


class ItemOutcome(StrEnum):
    """What became of an item."""

    DONE = "done"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class UndoOutcome(StrEnum):
    """What became of the undoing of an item that was done."""

    UNDONE = "undone"
    TOUCHED = "touched"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which follow-ups: those of `ids`, or the open ones that match all that is given."""

    ids: tuple[str, ...] | None = None
    campaign_id: str | None = None
    advisor_id: str | None = None
    unit_id: str | None = None
    """The present advisor sits in this unit or below it."""
    state: str | None = None
    """WAITING or OPEN; both when absent."""
    position: str | None = None
    """A step, or END."""
    entry_from: date | None = None
    entry_to: date | None = None
    entry_outside: tuple[date, date] | None = None
    """The entry date lies before the first or after the second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is done to each: one conclusion with the amount *each* or a *total*, or the advisors to go to."""

    conclusion: ConclusionKind | None = None
    on: date | None = None
    each: Decimal | None = None
    total: Decimal | None = None
    advisors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JobOrder:
    """What somebody asks for; `begin_on` is the effective date of a reassignment."""

    kind: JobKind
    choice: Choice
    terms: Terms
    note: str | None = None
    begin_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job as its row says; the counts are items."""

    job_id: str
    order: JobOrder
    asker_id: str
    content: str
    """A hash of what was asked, to tell a repeated call from another under the same key."""
    asked_at: datetime
    state: JobState
    chosen: int = 0
    done: int = 0
    refused: int = 0
    cancelled: int = 0
    undone: int = 0
    not_undone: int = 0
    recorded: Decimal = Decimal(0)
    """The sum of the amounts recorded, in euros."""
    by_ids: bool = False
    """Chosen one by one; the ids are asked for with `chosen_ids`."""
    cursor: str | None = None
    """Up to which follow-up the list is fixed; None at its start."""
    listed: bool = False
    """The whole list is fixed, though perhaps not yet what each is given."""
    finished_at: datetime | None = None
    campaign_id: str | None = None
    """The campaign whose definition implies the job."""
    version: int | None = None
    over: bool = False
    """Nothing more happens, unless it is undone."""
    undo_by: str | None = None
    undo_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A follow-up as it stands when the job looks at it, with its client's present advisor."""

    known: Known
    advisor_id: str
    unit_path: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One follow-up of a list; `client_id` and what follows are None for one that the asker may not see."""

    follow_up_id: str
    campaign_id: str | None = None
    client_id: str | None = None
    advisor_id: str | None = None
    """The client's present advisor when the list was fixed."""
    potential: Decimal | None = None
    amount: Decimal | None = None
    to_advisor: str | None = None
    outcome: ItemOutcome | None = None
    code: str | None = None
    data: dict[str, Any] | None = None
    number: int | None = None
    """The fact that the job made."""
    undo: UndoOutcome | None = None
    undo_code: str | None = None


@dataclass(frozen=True, slots=True)
class ShownItem:
    """An item as a reader may see it: without anything of its client when out of the reader's reach."""

    item: Item
    within: bool
    client_name: str | None


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one item, or of its undoing."""

    follow_up_id: str
    outcome: ItemOutcome | UndoOutcome
    code: str | None = None
    data: dict[str, Any] | None = None
    number: int | None = None


class Jobs(Protocol):
    """Jobs and their items."""

    async def add(self, job: Job) -> Job:
        """Keep the job; answers the one held when its id is known."""

    async def find(self, job_id: str) -> Job | None:
        """The job, whoever asks: for the service itself."""

    async def seen(self, reader: Principal, job_id: str) -> Job | None:
        """The job, if the reader asked for it or manages whoever did."""

    async def page(self, reader: Principal, *, after: tuple[datetime, str] | None, limit: int) -> Sequence[Job]:
        """Jobs that the reader sees, latest first."""

    async def count_chosen(self, principal: Principal, choice: Choice, today: date) -> int:
        """How many follow-ups the filter finds within reach, whatever their position."""

    async def candidates(
        self, principal: Principal | None, choice: Choice, today: date, *, after: str | None, limit: int
    ) -> Sequence[Candidate]:
        """Follow-ups chosen, in the order of ids, those after `after`, within reach; None reaches all."""

    async def chosen_ids(self, job_id: str, *, after: str | None, limit: int) -> Sequence[str]:
        """The ids that the job was asked to treat, in order, those after `after`."""

    async def begin(self, job_id: str) -> None:
        """A job whose date has come fixes its list."""

    async def list_more(self, job_id: str, cursor: str | None, items: Sequence[Item], *, to: str | None) -> None:
        """Add items to a list that is fixed up to `cursor`, now up to `to`; `to` None ends it."""

    async def unfixed(self, job_id: str) -> Sequence[Item]:
        """The items that are to be done, before any of them is: those that a total is shared among."""

    async def fix(self, job_id: str, items: Sequence[Item]) -> None:
        """Keep what each is given, or that it is refused; a whole list comes in several calls."""

    async def run(self, job_id: str) -> None:
        """The list is fixed: its items are done from now on."""

    async def open_items(self, job_id: str, *, undo: bool, limit: int) -> Sequence[Item]:
        """Items to be done, or to be undone."""

    async def stand_by(self, moves: Sequence[tuple[str, str]]) -> None:
        """These (follow-up, advisor) move whatever the directory said so far: only its next word moves them again."""

    async def settle(self, job_id: str, settled: Sequence[Settled], *, undo: bool) -> int:
        """Keep what became of items, each once; answers how many were new."""

    async def finish(self, job_id: str) -> None:
        """Nothing is left of the job or of its undo."""

    async def cancel(self, job_id: str) -> bool:
        """Stop a job that is not over; False when it is."""

    async def undo(self, job_id: str, by: str, reason: str) -> bool:
        """Begin the undo of a job that is over and was never undone; False otherwise, also for the second of two."""

    async def shown_items(
        self, reader: Principal, job_id: str, *, after: str | None, limit: int, outcome: ItemOutcome | None = None
    ) -> Sequence[ShownItem]:
        """The receipt, in the order of ids."""

    async def to_start(self, limit: int, today: date) -> Sequence[Job]:
        """Jobs whose execution is to be started, or was not heard of for a while."""

    async def started(self, job_id: str, *, undo: bool) -> None:
        """An execution runs for the job, or for its undo."""


class JobEngine(Protocol):
    """The executions of jobs."""

    async def start_job(self, start: BulkStart) -> bool:
        """Start it unless it runs; False when the engine did not."""

    async def wake_job(self, job_id: str) -> None:
        """Have a waiting execution look at its job now; nothing when none waits or the engine is away."""


class Rights(Protocol):
    """Who may do what at this moment."""

    async def principal(self, user_id: str) -> Principal | None:
        """The user with present rights, None for one who has none; raises while rights cannot be known."""
