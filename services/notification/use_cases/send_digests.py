"""The daily digest by e-mail: one per person and working day, sent when there is something to say (ADR 0085)."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from services.notification.ports.digests import (
    Digest,
    Digests,
    DigestState,
    DueDigest,
    Neighbours,
    People,
    UnreadNotices,
)
from services.notification.use_cases.write_digest import write_digest
from shared.contracts.directory import AddressFound
from shared.rulebook.access import Principal
from shared.rulebook.ids import digest_id
from shared.runtime.clock import Clock
from shared.runtime.logging import logger
from shared.runtime.mail import Carrier, Mail, MailRefused

_AT_ONCE = 5
_LISTED = 20
"""Of each section; the rest is counted."""
_LEASE = timedelta(minutes=3)
"""Longer than all that one digest may take: three questions of ten seconds, and a mail server's patience."""
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=1)
_LONGEST_PROBLEM = 500
_log = logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What a digest is made from, and what carries it."""

    people: People
    neighbours: Neighbours
    notices: UnreadNotices
    carrier: Carrier
    public_url: str


class SendDigests:
    """Each round opens the day, once its hour has come and if it is a working day, and makes what is due."""

    def __init__(self, digests: Digests, around: Around, clock: Clock, *, hour: int) -> None:
        self._digests = digests
        self._around = around
        self._clock = clock
        self._hour = hour
        self._opened: date | None = None

    async def keep_sending(self, pause: float) -> None:
        """For ever; rests `pause` seconds when nothing is due."""
        while True:
            if not await self.round():
                await asyncio.sleep(pause)

    async def round(self) -> int:
        """Make some of what is due; answers how many."""
        today, now = self._clock.today(), self._clock.now()
        if not (self._around.carrier.ready and await self._open(today, now)):
            return 0
        due = await self._digests.claim(today, now, now + _LEASE, _AT_ONCE)
        await asyncio.gather(*(self._make(one) for one in due))
        return len(due)

    async def _open(self, today: date, now: datetime) -> bool:
        """Whether the day is open; opening it twice, or in two processes, changes nothing."""
        begins_at = self._clock.instant(today, time(self._hour))
        if self._opened != today:
            if now < begins_at or not await self._around.neighbours.is_working(today):
                return False
            await self._digests.open(today, begins_at, now)
            self._opened = today
        return True

    async def _make(self, due: DueDigest) -> None:
        """Send it and say so. Whoever dies in between leaves it leased, and it is sent again under the same id."""
        state, problem = DigestState.REFUSED, None
        try:
            state = await self._sent(due)
        except MailRefused as refused:
            problem = str(refused)[:_LONGEST_PROBLEM]
        except Exception as error:  # noqa: BLE001  whatever it was, it is kept, and the digest is tried again
            problem = f"{type(error).__name__}: {error}"[:_LONGEST_PROBLEM]
            _log.warning("digest_postponed", user_id=due.user_id, attempts=due.attempts, error=type(error).__name__)
            await self._digests.postpone(due, problem, self._clock.now() + pause_after(due.attempts))
            return
        await self._digests.settle(due, state, problem, self._clock.now())

    async def _sent(self, due: DueDigest) -> DigestState:
        around = self._around
        reader = await around.people.principal(due.user_id)
        if reader is None or not due.preference.digest:
            return DigestState.NOT_WANTED
        address = await around.neighbours.address(due.user_id)
        if not address.email:
            return DigestState.NOT_WANTED
        digest = await self._digest(due, reader, address)
        if not digest.says_something:
            return DigestState.NOTHING_TO_SAY
        language = due.preference.language or around.people.language(due.user_id)
        written = write_digest(digest, language, around.public_url)
        await around.carrier.send(
            Mail(
                to=address.email,
                subject=written.subject,
                text=written.text,
                html=written.html,
                message_id=digest_id(due.user_id, due.day),
                automatic=True,
            )
        )
        return DigestState.SENT

    async def _digest(self, due: DueDigest, reader: Principal, address: AddressFound) -> Digest:
        """What the reader may see at this moment."""
        notices = self._around.notices
        return Digest(
            name=address.name,
            day=due.day,
            unread=await notices.unread_count(reader),
            notices=await notices.unread(reader, due.day, _LISTED),
            work=await self._around.neighbours.work(due.user_id, _LISTED),
        )


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: 1, 2, 4, … minutes, up to an hour."""
    factor: int = 2 ** min(attempts - 1, 10)
    return min(_FIRST_PAUSE * factor, _LONGEST_PAUSE)
