"""Appointments as files, and each advisor's calendar at a secret address (spec 5.4, docs/decisions/0062)."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe

from services.followup.ports import CalendarEntry, Feed, Feeds, Reading, Rights, Window
from services.followup.use_cases.visible import visible
from shared.rulebook.access import Principal
from shared.rulebook.errors import NotVisible
from shared.runtime.clock import Clock

_BYTES = 32
_BACK, _AHEAD = timedelta(days=30), timedelta(days=365)
MOST_ENTRIES = 2000
"""Of one feed; what lies furthest ahead is left out."""


@dataclass(frozen=True, slots=True)
class NewAddress:
    """An address as it is told once; only its hash is kept."""

    secret: str
    feed: Feed


class CalendarFeeds:
    """Appointments and feeds, for who may see them at this moment."""

    def __init__(self, feeds: Feeds, reading: Reading, rights: Rights, clock: Clock) -> None:
        self._feeds = feeds
        self._reading = reading
        self._rights = rights
        self._clock = clock

    async def renew(self, user: Principal) -> NewAddress:
        """A new address of the user's own feed, in place of the one there was."""
        secret = token_urlsafe(_BYTES)
        feed = Feed(user.user_id, _hash(secret), self._clock.now())
        await self._feeds.put(feed)
        return NewAddress(secret, feed)

    async def revoke(self, user: Principal) -> None:
        """The user's address leads nowhere from now on."""
        await self._feeds.delete(user.user_id)

    async def present(self, user: Principal) -> Feed | None:
        """The user's feed, if there is one."""
        return await self._feeds.of(user.user_id)

    async def read(self, secret: str) -> Sequence[CalendarEntry]:
        """What the feed at this address shows now.

        NotVisible `not_visible` when there is none, or its owner is no longer an active user; Unavailable while rights
        cannot be checked.
        """
        hashed = _hash(secret)
        feed = await self._feeds.by_hash(hashed)
        if feed is None or not hmac.compare_digest(feed.secret_hash, hashed):
            raise NotVisible("not_visible", {"missing": "reach"})
        advisor = await self._rights.principal(feed.advisor_id)
        if advisor is None:
            raise NotVisible("not_visible", {"missing": "reach"})
        return await self._feeds.entries(advisor, self._window(), MOST_ENTRIES)

    async def appointment(self, reader: Principal, follow_up_id: str, key: str) -> CalendarEntry:
        """One appointment. NotVisible `follow_up_unknown`, `no_appointment`."""
        await visible(self._reading, reader, follow_up_id)
        found = await self._feeds.appointment(follow_up_id, key)
        if found is None:
            raise NotVisible("no_appointment")
        return found

    def _window(self) -> Window:
        now, today = self._clock.now(), self._clock.today()
        return Window(now - _BACK, now + _AHEAD, today - _BACK, today + _AHEAD)


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
