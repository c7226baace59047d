"""Commands that people and the CRM send at once from several doors, also while the engine is away (issue 4).

The command log numbers them in the order in which they came: taken in that order, one after another, the plain model
must say the same.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from temporalio.service import RPCError, RPCStatusCode

from shared.contracts.crm import SignalSent
from tests.integration.followup.program_moves import Act, Crowd
from tests.integration.followup.program_service import MANY, Service
from tests.integration.followup.program_words import SCREEN, TYPES, bare, envelope
from tests.integration.followup.waiting import until

_IN_ORDER = text("select source_id from commands where source_id = any(:ids) order by seq")


@dataclass(frozen=True, slots=True)
class Sending:
    """One command of the crowd: a person's under a key, or a signal under its id."""

    act: Act
    client: str
    id: str
    said: dict[str, Any]
    screen: bool


@dataclass(slots=True, kw_only=True)
class Crowds(Service):
    """Sends crowds, and has the plain model take them one by one."""

    async def crowd(self, crowd: Crowd) -> None:
        """All at once; without an engine, the commands are pending until it is back."""
        if crowd.away:
            self.engine.kill()
        sendings = [self._sending(act) for act in crowd.acts]
        doors = [(one, door) for one in sendings for door in _doors(one, crowd)]
        answers = [asyncio.create_task(self._send(one, door)) for one, door in doors]
        try:
            await self._until_written(sendings)
            if crowd.away:
                self.engine.start()
            await self.rest()
            async with asyncio.timeout(MANY.total_seconds()):
                told = await asyncio.gather(*answers)
        finally:
            for answer in answers:
                answer.cancel()
        await self._take_one_by_one(sendings)
        for (one, _), answer in zip(doors, told, strict=True):
            self._agrees(one, answer)

    def _sending(self, act: Act) -> Sending:
        client = self.client(act.client)
        if act.door != "screen" and act.what in TYPES:
            said = self.signal(act)
            return Sending(act, client, said["id"], said, screen=False)
        said, key = self.said(act), f"{self.tag}-s{len(self.sent)}"
        if client in self.plain.clients:
            self.sent.append((client, act, {"key": key, **said}))
        return Sending(act, client, key, said, screen=True)

    async def _send(self, one: Sending, door: str) -> Any:
        if door == "screen":
            return await self.door.command(self.follow_up(one.client), SCREEN[one.act.what], key=one.id, **one.said)
        if door == "nats":
            await self.world.bus.jetstream.publish(f"{SignalSent.type}.x", envelope(one.said))
            return None
        if door == "direct" and await self._took_directly(one):
            return None
        return await self.crm.http.post("/api/followups/signals", json={"signals": [one.said]})

    async def _took_directly(self, one: Sending) -> bool:
        """Whether a live execution took it: there may be none, or none any more."""
        if not self.takes_direct_signals(one.client):
            return False
        try:
            await self.world.execution(self.follow_up(one.client)).signal(one.said["type"], bare(one.said))
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return False
        return True

    async def _until_written(self, sendings: Sequence[Sending]) -> None:
        """A command for a client whom nobody targeted is not written down; a signal waits for that client."""
        ids = [one.id for one in sendings if not one.screen or one.client in self.plain.clients]

        async def written() -> bool:
            return len(await self._in_order(ids)) == len(ids)

        await until(written, within=MANY.total_seconds())

    async def _in_order(self, ids: list[str]) -> list[str]:
        async with self.world.database.reading() as conn:
            return list((await conn.execute(_IN_ORDER, {"ids": ids})).scalars())

    async def _take_one_by_one(self, sendings: Sequence[Sending]) -> None:
        by_id = {one.id: one for one in sendings}
        for id_ in await self._in_order(list(by_id)):
            one = by_id[id_]
            self.plain.take(one.client, [self.wanted(id_, one.act, screen=one.screen)], self.today)

    def _agrees(self, one: Sending, answer: Any) -> None:
        """What its sender was told at once is what the model says, unless it was to be told later."""
        if answer is None:
            return
        if one.screen and one.client not in self.plain.clients:
            assert answer.status_code == 404, answer.text
            return
        assert answer.status_code in ({200, 202, 409, 422} if one.screen else {200}), answer.text
        told = answer.json() if one.screen else answer.json()["verdicts"][0]
        kind = told.get("verdict", "refused")
        if kind not in {"pending", "parked"}:
            got = ("applied" if kind == "duplicate" else kind, told.get("number") or told.get("code"))
            assert got == self.plain.verdicts[one.id], (one, got, self.plain.verdicts[one.id])


def _doors(one: Sending, crowd: Crowd) -> list[str]:
    """By which doors it is sent: an engine that is away takes no direct signals."""
    if one.screen:
        return ["screen"] * (1 + crowd.twice)
    first = "http" if crowd.away and one.act.door == "direct" else one.act.door
    return [first, "nats" if first != "nats" else "http"][: 1 + crowd.twice]
