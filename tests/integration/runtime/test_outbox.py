import asyncio
import random

import pytest
from sqlalchemy import text

from shared.runtime.database import Database
from shared.runtime.messaging import Bus
from shared.runtime.outbox import Relay, enqueue
from tests.integration.runtime.noted import Noted


async def published(bus) -> list[str]:
    """The ids of all events in the stream, in order."""
    state = (await bus.jetstream.stream_info("CAMPAIGN")).state
    messages = [await bus.jetstream.get_msg("CAMPAIGN", seq=seq + 1) for seq in range(state.last_seq)]
    return [message.headers["Nats-Msg-Id"] for message in messages]


async def note(database, *events) -> None:
    async with database.transaction() as connection:
        await enqueue(connection, [Noted(topic=topic, number=number) for topic, number in events], source="campaign")


async def left(database) -> int:
    async with database.reading() as connection:
        return await connection.scalar(text("select count(*) from outbox"))


async def until_empty(database, within: float = 10.0) -> None:
    async with asyncio.timeout(within):
        while await left(database):
            await asyncio.sleep(0.01)


@pytest.fixture
async def relay(database, bus):
    relay = Relay(database, bus)
    task = asyncio.create_task(relay.run())
    yield relay
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_events_of_one_transaction_arrive_in_the_order_written(database, bus, relay):
    await note(database, *[(f"t{n % 3}", n) for n in range(50)])
    await until_empty(database)

    ids = await published(bus)

    for topic in ("t0", "t1", "t2"):
        assert [i for i in ids if i.startswith(topic)] == [f"{topic}/{n}" for n in range(50) if f"t{n % 3}" == topic]


async def test_an_event_that_is_rolled_back_is_never_published(database, bus, relay):
    async with database.engine.connect() as connection:
        await enqueue(connection, [Noted(topic="gone", number=1)], source="campaign")
        await connection.rollback()
    await note(database, ("kept", 1))
    await until_empty(database)

    assert await published(bus) == ["kept/1"]


async def test_a_transaction_that_commits_late_holds_nobody_back_and_is_not_lost(database, bus, relay):
    async with database.transaction() as slow:
        await enqueue(slow, [Noted(topic="slow", number=1)], source="campaign")
        await note(database, ("quick", 1))
        await until_empty(database)
        assert await published(bus) == ["quick/1"]
    await until_empty(database)

    assert await published(bus) == ["quick/1", "slow/1"]


async def test_concurrent_writers_keep_the_order_of_each_row_they_lock(database, bus, relay):
    async with database.transaction() as connection:
        await connection.execute(text("insert into effects values ('a', 0), ('b', 0), ('c', 0)"))

    async def write(seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311
        for _ in range(12):
            async with database.transaction() as connection:
                topic = chance.choice("abc")
                number = await connection.scalar(
                    text("update effects set times = times + 1 where id = :id returning times"), {"id": topic}
                )
                await enqueue(connection, [Noted(topic=topic, number=number)], source="campaign")
                await asyncio.sleep(chance.random() / 200)
            relay.nudge()

    await asyncio.gather(*(write(seed) for seed in range(6)))
    await until_empty(database)
    ids = await published(bus)

    assert len(ids) == 72
    for topic in "abc":
        numbers = [int(i.partition("/")[2]) for i in ids if i.startswith(topic)]
        assert numbers == list(range(1, len(numbers) + 1))


async def test_a_relay_killed_at_any_moment_loses_and_doubles_nothing(database, bus):
    await note(database, *[(f"t{n % 40}", n) for n in range(800)])
    for pause in (0.005, 0.01, 0.02, 0.03):
        other = Database(database.engine.url.render_as_string(hide_password=False), service="campaign", pool_size=2)
        task = asyncio.create_task(Relay(other, bus).run())
        await asyncio.sleep(pause)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await other.close()
    task = asyncio.create_task(Relay(database, bus).run())
    await until_empty(database)
    task.cancel()
    ids = await published(bus)

    assert len(ids) == len(set(ids)) == 800
    for topic in range(40):
        assert [i for i in ids if i.startswith(f"t{topic}/")] == [f"t{topic}/{n}" for n in range(topic, 800, 40)]


async def test_a_second_relay_stands_by_and_takes_over(database, bus):
    first, second = Relay(database, bus), Relay(database, bus)
    tasks = [asyncio.create_task(relay.run()) for relay in (first, second)]
    await note(database, ("a", 1))
    await until_empty(database)
    for task in tasks[:1]:
        task.cancel()
    await asyncio.gather(tasks[0], return_exceptions=True)
    await note(database, ("a", 2))
    await until_empty(database)
    tasks[1].cancel()

    assert await published(bus) == ["a/1", "a/2"]


async def test_events_wait_while_nats_is_away_and_leave_when_it_is_back(database, stoppable_nats):
    bus = await Bus.connect(stoppable_nats.url, name="campaign")
    await bus.ensure_streams()
    task = asyncio.create_task(Relay(database, bus).run())
    await note(database, ("a", 1))
    await until_empty(database)
    stoppable_nats.kill()
    await note(database, ("a", 2), ("a", 3))
    await asyncio.sleep(0.3)
    assert await left(database) == 2
    stoppable_nats.start()
    await until_empty(database)

    assert await published(bus) == ["a/1", "a/2", "a/3"]
    task.cancel()
    await bus.close()


async def test_the_relay_goes_on_after_postgresql_ended_its_session(database, bus, relay):
    await note(database, ("a", 1))
    await until_empty(database)
    async with database.engine.connect() as connection:
        await connection.execute(text("set role none"))
        await connection.execute(
            text(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
        )
        await connection.invalidate()
    await note(database, ("a", 2))
    await until_empty(database)

    assert await published(bus) == ["a/1", "a/2"]
