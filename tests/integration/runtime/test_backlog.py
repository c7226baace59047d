"""What waits is told as PostgreSQL and NATS have it, and is no more once it was handled."""

import asyncio

from sqlalchemy import text

from shared.runtime import consuming
from shared.runtime.backlog import consumer_backlogs, outbox_backlog
from shared.runtime.outbox import enqueue
from tests.integration.runtime.noted import Noted


async def told(bus):
    """What waits for each consumer: how many, whether there is an age, how many are parked."""
    return [
        (one.name, one.waiting.number, one.waiting.oldest_seconds is not None, one.parked)
        for one in await consumer_backlogs(bus, bus.sources)
    ]


async def test_an_outbox_tells_how_many_wait_and_since_when(database):
    before = await outbox_backlog(database)
    async with database.transaction() as connection:
        await enqueue(connection, [Noted(topic="a", number=1), Noted(topic="a", number=2)], source="campaign")
        await connection.execute(text("update outbox set written_at = now() - interval '1 minute'"))

    found = await outbox_backlog(database)

    assert (before.number, before.oldest_seconds) == (0, None)
    assert found.number == 2
    assert found.oldest_seconds >= 60.0


async def test_a_consumer_tells_what_it_has_not_handled_yet(bus):
    let_go = asyncio.Event()
    for number in range(3):
        await bus.publish(Noted(topic="a", number=number))

    async def handle(_):
        await let_go.wait()

    async def settled():
        async with asyncio.timeout(10):
            while (found := await told(bus)) != [("slow", 0, False, 0)]:
                await asyncio.sleep(0.02)
        return found

    await bus.consume("slow", [Noted], handle, batch=2)

    async with asyncio.timeout(10):
        while await told(bus) != [("slow", 3, True, 0)]:
            await asyncio.sleep(0.02)
    let_go.set()
    assert await settled() == [("slow", 0, False, 0)]


async def test_what_failed_for_good_is_counted_as_parked(bus, monkeypatch):
    monkeypatch.setattr(consuming, "_PAUSES", (0.02,))
    await bus.publish(Noted(topic="a", number=1))

    async def refuse(_):
        raise ValueError("never")

    await bus.consume("failing", [Noted], refuse, max_deliver=1)

    async with asyncio.timeout(10):
        while await told(bus) != [("failing", 0, False, 1)]:
            await asyncio.sleep(0.02)
