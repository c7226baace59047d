"""What queries need: the clients that filters find, and the filters that people save."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from services.directory.ports.people import ClientSeen, Place, Unit, Wanted
from shared.rulebook.access import Principal
from shared.rulebook.filters import Filter, Kind


@dataclass(frozen=True, slots=True)
class Asked:
    """Which clients are asked for: those of the filter, on a day that says their ages."""

    filter: Filter
    today: date


@dataclass(frozen=True, slots=True)
class Matched:
    """A client that a query found, with the attributes asked for and what a list shows beside."""

    seen: ClientSeen
    advisor_external_id: str
    unit_external_id: str
    unit_name: str


@dataclass(frozen=True, slots=True)
class Handed:
    """A client handed out, with the number that an attribute holds."""

    client_id: str
    advisor_id: str
    number: Decimal | None


class ClientQueries(Protocol):
    """Clients found by filters, within the reader's reach."""

    async def catalogue(self) -> Mapping[str, Collection[Kind]]:
        """Every attribute that some client ever had, with the kinds of its values."""

    async def count(self, reader: Principal, asked: Asked) -> int:
        """How many clients match, exactly."""

    async def page(
        self, reader: Principal, asked: Asked, attributes: Collection[str], *, after: Place | None, limit: int
    ) -> Sequence[tuple[Place, Matched]]:
        """Clients in French order, each with those of its attributes that are named."""

    async def ids(
        self, reader: Principal, asked: Asked, *, after: str | None, limit: int, number: str | None
    ) -> Sequence[Handed]:
        """Clients in the order of their ids, each with the attribute `number` where it holds a number."""


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A filter under a name; `shared_with` is a unit whose users, and those below, see it too."""

    id: str
    owner_id: str
    name: str
    filter: Filter
    shared_with: str | None
    revision: int
    changed_at: datetime
    owner_name: str | None = None
    shared_with_name: str | None = None


class SavedQueries(Protocol):
    """The saved queries; whether somebody may see one is for the caller to say."""

    async def query(self, query_id: str) -> SavedQuery | None:
        """One, whoever asks."""

    async def list_for(self, reader: Principal, wanted: Wanted) -> Sequence[tuple[Place, SavedQuery]]:
        """The reader's own and those shared with a unit above, in French order."""

    async def add(self, query: SavedQuery) -> bool:
        """Keep it; False when its owner has one of that name."""

    async def change(self, query: SavedQuery, *, expected: int) -> bool | None:
        """Keep it as the next revision; False when the name is taken, None when `expected` is no longer the present."""

    async def remove(self, query_id: str, *, expected: int | None) -> bool:
        """Take it out; False when `expected` is given and no longer the present."""

    async def unit(self, unit_id: str) -> Unit | None:
        """A unit, to share with."""
