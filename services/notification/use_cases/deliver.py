"""Making deliveries: leased, sent, recorded; tried again later and later, and given up in the end (ADR 0058)."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from services.notification.ports.webhooks import Answer, Deliveries, DeliveryState, Due, Outcome, Sender
from services.notification.use_cases.webhook_signing import signed_headers
from shared.runtime.background import cancel
from shared.runtime.logging import logger

MOST_ATTEMPTS = 15
"""Over about two days."""
_FIRST_PAUSE = timedelta(seconds=5)
_LONGEST_PAUSE = timedelta(hours=6)
_FACTOR = 3
_EACH = 5
_GONE = 410
_log = logger(__name__)


class Deliver:
    """Each round makes what is due; `spread` answers between 0 and 1, so that retries do not come all at once."""

    def __init__(
        self,
        deliveries: Deliveries,
        sender: Sender,
        now: Callable[[], datetime],
        *,
        lease: timedelta,
        disable_after: timedelta,
        spread: Callable[[], float],
    ) -> None:
        """`lease` is longer than any attempt may take."""
        self._deliveries = deliveries
        self._sender = sender
        self._now = now
        self._lease = lease
        self._disable_after = disable_after
        self._spread = spread

    async def round(self) -> int:
        """Make what is due, all at once; answers how much it was."""
        due = await self._claim(())
        await asyncio.gather(*(self._make(one) for one in due))
        return len(due)

    async def keep_delivering(self, pause: float) -> None:
        """For ever; each subscription goes on as soon as its receiver answers, so that a slow one holds up no other.

        Where nothing is due it rests `pause` seconds.
        """
        busy: dict[str, asyncio.Task[None]] = {}
        freed = asyncio.Event()
        try:
            while True:
                freed.clear()
                for webhook_id, group in _grouped(await self._claim(busy)).items():
                    busy[webhook_id] = asyncio.create_task(self._make_all(group))
                    busy[webhook_id].add_done_callback(partial(_ended, busy, webhook_id, freed))
                with suppress(TimeoutError):
                    await asyncio.wait_for(freed.wait(), pause)
        finally:
            await cancel(*busy.values())

    async def _claim(self, busy: Collection[str]) -> Sequence[Due]:
        now = self._now()
        return await self._deliveries.claim(now, now + self._lease, _EACH, busy)

    async def _make_all(self, group: Sequence[Due]) -> None:
        await asyncio.gather(*(self._make(one) for one in group))

    async def _make(self, due: Due) -> None:
        headers = signed_headers(due.event_id, due.body, due.secrets, self._now())
        answer = await self._sender.send(due.url, headers, due.body)
        now = self._now()
        await self._deliveries.record(due, answer, self._outcome(due, answer, now), now)

    def _outcome(self, due: Due, answer: Answer, now: datetime) -> Outcome:
        if answer.accepted:
            return Outcome(state=DeliveryState.DELIVERED, due_at=now)
        state = DeliveryState.FAILED if due.attempts >= MOST_ATTEMPTS else DeliveryState.PENDING
        return Outcome(
            state=state,
            due_at=now + pause_after(due.attempts) * (1 + self._spread() / 5),
            disabled_because=self._reason_to_disable(due, answer, now),
        )

    def _reason_to_disable(self, due: Due, answer: Answer, now: datetime) -> str | None:
        if answer.status == _GONE:
            return "gone"
        long = due.failing_since is not None and now - due.failing_since >= self._disable_after
        return f"failing:{answer.error or answer.status}" if long else None


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: 5 s, 15 s, 45 s, … up to 6 hours."""
    factor: int = _FACTOR ** (attempts - 1)
    return min(_FIRST_PAUSE * factor, _LONGEST_PAUSE)


def _grouped(due: Sequence[Due]) -> dict[str, list[Due]]:
    groups: dict[str, list[Due]] = {}
    for one in due:
        groups.setdefault(one.webhook_id, []).append(one)
    return groups


def _ended(
    busy: dict[str, asyncio.Task[None]], webhook_id: str, freed: asyncio.Event, task: asyncio.Task[None]
) -> None:
    busy.pop(webhook_id, None)
    freed.set()
    if not task.cancelled() and (error := task.exception()) is not None:
        # What was not recorded is made again once its lease is over.
        _log.error("webhook_not_recorded", webhook_id=webhook_id, exc_info=error)
