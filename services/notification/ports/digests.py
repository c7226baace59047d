"""What each person chose, and the daily digest of who wants it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal, Protocol

from services.notification.ports.notices import Notice
from shared.contracts.directory import AddressFound
from shared.contracts.to_do import WorkFound
from shared.rulebook.access import Principal

Language = Literal["fr", "en"]


class DigestState(StrEnum):
    """What became of a digest."""

    PENDING = "PENDING"
    SENT = "SENT"
    NOTHING_TO_SAY = "NOTHING_TO_SAY"
    NOT_WANTED = "NOT_WANTED"
    """Switched off meanwhile, or the person left or has no address."""
    REFUSED = "REFUSED"
    """The mail server does not take it."""
    MISSED = "MISSED"
    """Its day ended before it could be sent."""


@dataclass(frozen=True, slots=True)
class Preference:
    """What a person chose; `language` None is the directory's."""

    digest: bool = False
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class DueDigest:
    """A digest that is leased to whoever makes it; `attempts` counts this one too."""

    user_id: str
    day: date
    attempts: int
    preference: Preference


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What one person is told in the morning."""

    name: str
    day: date
    unread: int
    notices: Sequence[Notice]
    """The newest of the unread ones."""
    work: WorkFound

    @property
    def says_something(self) -> bool:
        """Whether there is anything to read or to do."""
        work = self.work
        return any((self.unread, work.late, work.today, work.offered, work.conclusion))


class Preferences(Protocol):
    """What people chose."""

    async def of(self, user_id: str) -> Preference:
        """What this person chose; no digest where nothing was said."""

    async def keep(self, user_id: str, preference: Preference, now: datetime) -> None:
        """Keep it in place of what was chosen before."""


class Digests(Protocol):
    """One digest per person and day: whoever claims it makes it, and another only once the lease is over."""

    async def open(self, day: date, begins_at: datetime, now: datetime) -> None:
        """A pending digest for all who wanted one before `begins_at`; what is pending of earlier days is missed."""

    async def claim(self, day: date, now: datetime, leased_until: datetime, limit: int) -> Sequence[DueDigest]:
        """Lease some that are due."""

    async def settle(self, due: DueDigest, state: DigestState, problem: str | None, now: datetime) -> None:
        """Say what became of it, unless another has leased it since."""

    async def postpone(self, due: DueDigest, problem: str, due_at: datetime) -> None:
        """Have it tried again later."""

    async def forget(self, before: date) -> int:
        """Drop those of earlier days; answers how many."""


class UnreadNotices(Protocol):
    """The notices of one reader that are unread."""

    async def unread(self, reader: Principal, today: date, limit: int) -> Sequence[Notice]:
        """The newest of them."""

    async def unread_count(self, reader: Principal) -> int:
        """How many there are."""


class People(Protocol):
    """Who people are at this moment."""

    async def principal(self, user_id: str) -> Principal | None:
        """Their rights, None for who has none; raises while rights cannot be checked."""

    def language(self, user_id: str) -> Language:
        """Which of the languages of the product the directory has for them."""


class Neighbours(Protocol):
    """The other services; raises when one does not answer."""

    async def is_working(self, day: date) -> bool:
        """Whether the deployment works on this day."""

    async def address(self, user_id: str) -> AddressFound:
        """Where the person is written to."""

    async def work(self, user_id: str, limit: int) -> WorkFound:
        """What there is to do for the person's own clients, within reach at this moment."""
