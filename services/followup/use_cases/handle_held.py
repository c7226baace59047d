"""What operators do about commands that are held: try one or all of a filter again, or dismiss (spec 6.3, ADR 0057)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from services.followup.ports.held import Held, HeldCommands, HeldFilter, Intervention
from shared.rulebook.errors import NotVisible, Refused

_CHUNK = 500
"""Signals tried again in one transaction: well under half a second."""
_MOST = 10_000
"""Signals of one call; the answer says where the next call goes on."""


class HandleHeld:
    """Each method notes who asked; nothing that was said before is lost."""

    def __init__(self, held: HeldCommands, now: Callable[[], datetime], *, park_for: timedelta) -> None:
        self._held = held
        self._now = now
        self._park_for = park_for

    async def retry(self, command_id: str, actor: str) -> Held:
        """The command, judged anew soon. NotVisible `command_unknown`, Refused `not_retriable`."""
        found = await self._one(command_id)
        if found.state == "waiting":
            return found
        if not await self._held.retry([command_id], self._act(actor)):
            raise Refused("not_retriable", {"state": found.state})
        return await self._one(command_id)

    async def retry_all(self, wanted: HeldFilter, actor: str) -> tuple[int, int | None]:
        """How many are judged anew, and the place from which the next call goes on; None when none is left."""
        act, done, seen, after = self._act(actor), 0, 0, wanted.after
        while seen < _MOST:
            found = await self._held.retriable(replace(wanted, after=after, limit=_CHUNK))
            done += await self._held.retry([command_id for command_id, _ in found], act)
            if len(found) < _CHUNK:
                return done, None
            seen, after = seen + len(found), found[-1][1]
        return done, after

    async def dismiss(self, command_id: str, actor: str, reason: str) -> Held:
        """The command, set aside. NotVisible `command_unknown`, Refused `not_held` or `under_way`."""
        found = await self._one(command_id)
        if not await self._held.dismiss(command_id, replace(self._act(actor), reason=reason)):
            raise Refused("under_way" if found.state == "waiting" else "not_held", {"state": found.state})
        return await self._one(command_id)

    async def _one(self, command_id: str) -> Held:
        found = await self._held.one(command_id)
        if found is None:
            raise NotVisible("command_unknown")
        return found

    def _act(self, actor: str) -> Intervention:
        now = self._now()
        return Intervention(actor=actor, at=now, park_until=now + self._park_for)
