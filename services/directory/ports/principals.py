"""Who may do what, told to every service: changes in their order, and the bucket that all watch."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from shared.contracts.directory import PrincipalRecord


@dataclass(frozen=True, slots=True)
class PrincipalChange:
    """A user's principal as it is now, and the number of the change that made it so."""

    number: int
    principal: PrincipalRecord


class PrincipalChanges(Protocol):
    """Changes of principals in their order, each kept until it was told."""

    def telling(self, *, limit: int) -> AbstractAsyncContextManager["Telling | None"]:
        """The next changes, none of which another teller sees meanwhile; None while another tells.

        When the context ends without an error, they count as told.
        """

    async def all(self) -> Sequence[PrincipalRecord]:
        """Every principal as it is now."""

    async def tell_again(self, user_ids: Sequence[str]) -> None:
        """Note these users' principals as changed."""


@dataclass(frozen=True, slots=True)
class Telling:
    """Changes to be told; `more` says that others wait behind them."""

    changes: Sequence[PrincipalChange]
    more: bool


class PrincipalsBucket(Protocol):
    """The key-value bucket that every service watches."""

    async def prepare(self) -> None:
        """Create it where absent."""

    async def put(self, principals: Sequence[PrincipalRecord]) -> None:
        """Write them; returns when all are acknowledged."""

    async def remove(self, user_ids: Sequence[str]) -> None:
        """Take these users out; returns when all is acknowledged."""

    async def all(self) -> Mapping[str, PrincipalRecord]:
        """What it holds, by user id."""

    async def heartbeat(self, began: float) -> None:
        """Tell every service that the bucket holds all that was committed by then, a time of the running loop."""
