"""Figures as they change: the number that counts changes, and figures of the moment of one number."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from services.reporting.ports.reading import Figures, Scope

EVERY_CAMPAIGN = "00000000-0000-0000-0000-000000000000"
"""In place of a campaign's id: people or structure changed."""


class Moment(Protocol):
    """Figures of one moment, that of `number`."""

    @property
    def number(self) -> int:
        """The number of the last change."""

    @property
    def figures(self) -> Figures:
        """The figures then."""

    async def changed_since(self, scope: Scope, number: int) -> Mapping[str, int]:
        """The campaigns whose figures in this scope may have changed after `number`, and when they last did."""


class Changes(Protocol):
    """What tells that figures changed; numbers are seen in their order."""

    async def number(self) -> int:
        """The number of the last change."""

    def moment(self) -> AbstractAsyncContextManager[Moment]:
        """What is read within belongs together."""
