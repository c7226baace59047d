"""The running service of one random program, and what is asked of it whatever the move."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import text

from shared.rulebook.ids import client_id, follow_up_id
from tests.integration.followup.door import Door
from tests.integration.followup.program_edits import Edits
from tests.integration.followup.program_moves import Act
from tests.integration.followup.program_words import TYPES
from tests.integration.followup.world import World
from tests.support.engine import EngineProcess

MANY = timedelta(seconds=40)
"""How long anything may take on a busy machine."""


@dataclass(frozen=True, slots=True)
class Process:
    """One life of the service: its parts, the door of people and that of the CRM."""

    world: World
    people: Door
    crm: Door


Build = Callable[[timedelta], AbstractAsyncContextManager[Process]]


@dataclass(slots=True, kw_only=True)
class Service(Edits):
    """One program's campaign in a service that may be thrown away and built anew, before an engine that may die."""

    build: Build
    stack: AsyncExitStack
    engine: EngineProcess
    door: Door
    crm: Door
    sent: list[tuple[str, Act, dict[str, Any]]] = field(default_factory=list)
    """Client, command and what was sent, of each command that has an id of its own."""
    tag: str = field(default_factory=lambda: uuid4().hex[:8])

    def client(self, number: int) -> str:
        """The CRM's name of a client."""
        return f"{self.tag}-{number}"

    def follow_up(self, client: str) -> str:
        """The follow-up's id."""
        return follow_up_id(self.campaign, client_id(client))

    def takes_direct_signals(self, client: str) -> bool:
        """Whether an execution lives: one that waits for its entry date keeps signals until something else wakes it."""
        found = self.plain.clients.get(client)
        return found is not None and found.closed is None and len(found.facts) > 1

    def signal(self, act: Act) -> dict[str, Any]:
        """What the CRM sends, under a new id."""
        client = self.client(act.client)
        said: dict[str, Any] = {
            "id": f"{self.tag}-{len(self.sent)}",
            "type": TYPES[act.what],
            "campaign": self.campaign,
            "client": client,
            "occurred_at": self.moment(act).isoformat(),
        }
        if act.what == "complete":
            said |= {"step": self.step(act), "ticked": list(act.ticked)}
        elif act.what == "interact":
            said |= {"interaction": "REMINDER"}
        else:
            said |= {"kind": act.kind, "collected": f"{act.amount}.00"}
        self.sent.append((client, act, said))
        return said

    async def begin_anew(self) -> None:
        """Another process of the service, at the same time of its clock."""
        ahead = self.world.clock.ahead
        await self.stack.aclose()
        self.stack = AsyncExitStack()
        process = await self.stack.enter_async_context(self.build(ahead))
        self.world, self.door, self.crm = process.world, process.people, process.crm

    async def rest(self) -> None:
        """Nothing is under way any more."""
        async with asyncio.timeout(MANY.total_seconds()):
            while True:
                # Leases end by this clock, deadlines by the engine's: one that ran out while its command was still on
                # its way would let two sends of it live at once, which the deadline rules out.
                if not self.world.desk.under_way:
                    self.world.clock.move(timedelta(seconds=2))
                await self.world.upkeep.send_again()
                if not await self.count(
                    "select count(*) from commands c join follow_ups f on f.follow_up_id = c.follow_up_id"
                    " where f.campaign_id = :campaign and c.verdict is null and not c.parked"
                ):
                    return
                await asyncio.sleep(0.02)

    async def count(self, question: str) -> int:
        """What a question to the database counts."""
        async with self.world.database.reading() as conn:
            return int((await conn.execute(text(question), {"campaign": self.campaign})).scalar_one())
