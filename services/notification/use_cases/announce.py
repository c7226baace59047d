"""Tell advisors what started and who entered (spec 7.1).

Nothing is announced while events are consumed: what to announce follows from the rows, so a restart forgets nothing, a
repeated message repeats nothing, and a day's newcomers are found by the clock alone.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from typing import Protocol

from services.notification.ports import Announcements, Membership

_AT_ONCE = 1000
"""Newcomers of one transaction: well under half a second of work (docs/architecture.md, Facts between services)."""

Announcing = Callable[[], AbstractAsyncContextManager[Announcements]]


class Present(Protocol):
    """Which instant and which day it is."""

    def now(self) -> datetime:
        """The present instant."""

    def today(self) -> date:
        """The present day of the deployment."""


async def keep_announcing(announcing: Announcing, present: Present, *, pause: float) -> None:
    """Announce for ever; rest `pause` seconds whenever there is nothing left to say."""
    while True:
        found = await announce(announcing, today=present.today(), now=present.now(), limit=_AT_ONCE)
        if not found:
            await asyncio.sleep(pause)


async def announce(announcing: Announcing, *, today: date, now: datetime, limit: int = _AT_ONCE) -> int:
    """One transaction of at most `limit` newcomers and `limit` joiners; answers how many it found.

    An advisor who joins gets the notice at once, be it without clients yet; each client who has entered counts as new
    once per advisor and entry date.
    """
    async with announcing() as announcements:
        joiners = await announcements.take_joiners(limit)
        newcomers = await announcements.take_newcomers(today, limit)
        gains: dict[Membership, int] = dict.fromkeys(joiners, 0) | dict(newcomers)
        await announcements.renew(gains, now)
    return len(joiners) + sum(newcomers.values())
