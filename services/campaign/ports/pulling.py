"""Clients that a query finds, asked of the directory page by page, and how far a job has pulled them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from services.campaign.ports.targeting import Job, Skipped, TargetItem
from shared.contracts.queries import MatchingClients, MatchingCount
from shared.rulebook.filters import Filter


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a query's clients enter with: a fixed potential, or so many per cent of an attribute; and when.

    `days` are those to spread over; without them `entry_date`, else the usual.
    """

    filter: Filter
    amount: Decimal = Decimal(0)
    attribute: str | None = None
    percent: Decimal = Decimal(100)
    entry_date: date | None = None
    days: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """A job whose clients are not all pulled, or wait for their entry dates."""

    job: Job
    wish: Wish
    after: str | None = None
    pages: int = 0
    pulled: int = 0

    @property
    def collected(self) -> bool:
        """Whether the last page is there, and only entry dates are to be chosen."""
        return self.pages > 0 and self.after is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What the next page comes to: items to be worked on, and where the one after it begins, None after the last."""

    items: Sequence[TargetItem]
    last: str | None
    skipped: Sequence[Skipped] = ()


class ClientFinder(Protocol):
    """The directory, asked in the name of a user, whose rights of that moment decide."""

    async def count(self, user_id: str, asked: Filter | str, *, number: str | None, today: date) -> MatchingCount:
        """How many clients match a filter or a saved query, given by id. Raises what the directory refuses."""

    async def page(self, user_id: str, wish: Wish, *, after: str | None, today: date) -> MatchingClients:
        """The next clients. Raises what the directory refuses, or that it does not answer."""


class Pulls(Protocol):
    """Jobs that still pull."""

    async def add(self, pull: Pull, now: datetime) -> Job:
        """Keep the job and its pull; answers the job held when its id is known."""

    async def due(self, now: datetime) -> Pull | None:
        """The next to be gone on with; others may see it too."""

    async def keep(self, pull: Pull, page: Page, now: datetime) -> bool:
        """Take the page into the job, unless another took it meanwhile (False)."""

    async def held_back(self, pull: Pull) -> Mapping[int, Sequence[TargetItem]]:
        """The items of a job that is spread, by chunk: none of them is worked on before `release`."""

    async def keep_dates(self, pull: Pull, chunk: int, items: Sequence[TargetItem]) -> None:
        """Keep the items of a chunk with the entry dates chosen, unless another released it meanwhile."""

    async def release(self, pull: Pull, now: datetime) -> None:
        """All have their dates: the chunks are worked on from now on, and nothing is left to be pulled."""

    async def put_off(self, pull: Pull, until: datetime) -> None:
        """Try again later."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where clients come from whom nobody named: the directory's answers, and the jobs that still pull them."""

    finder: ClientFinder
    pulls: Pulls
