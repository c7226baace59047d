import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from shared.runtime import consuming, inbox
from shared.runtime.messaging import Bus, NotParkedError, Outgoing
from tests.integration.runtime.noted import Noted


@pytest.fixture(autouse=True)
def quick_pauses(monkeypatch):
    monkeypatch.setattr(consuming, "_PAUSES", (0.02,))


async def publish(bus, *numbers, topic="a"):
    for number in numbers:
        await bus.publish(Noted(topic=topic, number=number))


async def parked_soon(bus, count):
    async with asyncio.timeout(8):
        while len(found := await bus.parked()) < count:
            await asyncio.sleep(0.02)
    return found


async def test_events_come_decoded_in_order_and_in_batches(bus, until):
    await publish(bus, *range(30))
    batches = []

    async def handle(events):
        batches.append([event.data.number for event in events])

    await bus.consume("ordered", [Noted], handle, batch=20)
    await until(lambda: sum(map(len, batches)) == 30)

    assert [number for batch in batches for number in batch] == list(range(30))
    assert len(batches) < 30


async def test_a_consumer_begun_again_does_not_see_what_it_had_acknowledged(bus, until):
    seen = []

    async def handle(events):
        seen.extend(event.data.number for event in events)

    first = await bus.consume("again", [Noted], handle)
    await publish(bus, 1, 2)
    await until(lambda: len(seen) == 2)
    await first.stop()
    await publish(bus, 3)
    await bus.consume("again", [Noted], handle)
    await until(lambda: len(seen) == 3)

    assert seen == [1, 2, 3]


async def test_a_poison_event_is_parked_with_its_reason_and_blocks_nobody(bus, until):
    await publish(bus, 1, 13, 2, 3)
    handled, tries = [], []

    async def handle(events):
        if any(event.data.number == 13 for event in events):
            tries.append(len(events))
            raise ValueError("unlucky\nDETAIL: a name")
        handled.extend(event.data.number for event in events)

    await bus.consume("poison", [Noted], handle)
    await until(lambda: handled == [1, 2, 3])
    (parked,) = await parked_soon(bus, 1)

    assert tries.count(1) == 5
    assert parked.consumer == "poison"
    assert parked.reason == "ValueError: unlucky"
    assert parked.body["data"] == {"topic": "a", "number": 13}


async def test_what_cannot_be_decoded_is_parked_at_once_without_its_values(bus, until):
    body = (
        b'{"id": "x", "source": "s", "type": "t", "subject": "a", "time": "2026-01-01T00:00:00Z", "data": {"topic": 1}}'
    )
    await bus.publish_all([Outgoing("campaigns.campaign.noted.v1.a", "wrong", body)])
    await bus.publish_all([Outgoing("campaigns.campaign.noted.v1.a", "garbage", b"\xff\x00 no json")])
    await publish(bus, 7)
    handled = []

    async def handle(events):
        handled.extend(event.data.number for event in events)

    await bus.consume("undecodable", [Noted], handle)
    await until(lambda: handled == [7])
    parked = await parked_soon(bus, 2)

    assert "data.topic: Input should be a valid string" in parked[0].reason
    assert parked[1].reason.startswith("cannot be read: : Invalid JSON")


async def test_a_parked_event_tried_again_goes_to_the_consumer_that_failed_alone(bus, until):
    broken = True
    failing, other = [], []

    async def fail_at_first(events):
        if broken:
            raise ValueError("not yet")
        failing.extend(event.data.number for event in events)

    async def handle(events):
        other.extend(event.data.number for event in events)

    await bus.consume("failing", [Noted], fail_at_first, max_deliver=2)
    await bus.consume("other", [Noted], handle)
    await publish(bus, 5)
    (parked,) = await parked_soon(bus, 1)
    broken = False
    await bus.retry_parked(parked.seq)
    await until(lambda: failing == [5])

    assert other == [5]
    assert await bus.parked() == []
    with pytest.raises(NotParkedError):
        await bus.retry_parked(parked.seq)


async def test_the_parked_events_of_other_consumers_are_neither_shown_nor_touched(bus):
    async def fail(events):
        raise ValueError("never")

    for name in ("mine", "theirs"):
        await bus.consume(name, [Noted], fail, max_deliver=1)
    await publish(bus, 5, 6)
    everything = await parked_soon(bus, 4)
    theirs = next(one for one in everything if one.consumer == "theirs")

    first = await bus.parked({"mine"}, limit=1)
    rest = await bus.parked({"mine"}, after=first[0].seq)

    assert [one.consumer for one in (*first, *rest)] == ["mine", "mine"]
    assert [one.body["data"]["number"] for one in (*first, *rest)] == [5, 6]
    for act in (bus.retry_parked, bus.dismiss_parked):
        with pytest.raises(NotParkedError):
            await act(theirs.seq, {"mine"})
    assert len(await bus.parked()) == 4


async def test_a_parked_event_can_be_dismissed_once(bus):
    async def handle(events):
        raise ValueError("never")

    await bus.consume("dismissing", [Noted], handle, max_deliver=1)
    await publish(bus, 5)
    (parked,) = await parked_soon(bus, 1)
    await bus.dismiss_parked(parked.seq)

    assert await bus.parked() == []
    with pytest.raises(NotParkedError):
        await bus.dismiss_parked(parked.seq)


async def test_an_outage_of_the_database_parks_nothing_and_keeps_the_order(bus, until):
    attempts, handled = 0, []

    async def handle(events):
        nonlocal attempts
        attempts += 1
        if attempts <= 3:
            raise OperationalError("select 1", {}, Exception("connection refused"))
        handled.extend(event.data.number for event in events)

    await publish(bus, 1, 2, 3)
    await bus.consume("outage", [Noted], handle, max_deliver=1)
    await until(lambda: len(handled) == 3)

    assert handled == [1, 2, 3]
    assert await bus.parked() == []


async def test_an_effect_happens_once_though_its_message_comes_again(bus, database, until):
    calls = 0

    async def handle(events):
        nonlocal calls
        calls += 1
        async with database.transaction() as connection:
            new = await inbox.first_time(connection, "once", [event.id for event in events])
            for event in events:
                if event.id in new:
                    await connection.execute(
                        text(
                            "insert into effects values (:id) on conflict (id) do update set times = effects.times + 1"
                        ),
                        {"id": event.id},
                    )
        if calls == 1:
            raise ValueError("killed after the commit, before the acknowledgement")

    await publish(bus, 1, 2, 3)
    await bus.consume("once", [Noted], handle)
    await until(lambda: calls >= 4)
    async with database.reading() as connection:
        effects = (await connection.execute(text("select id, times from effects order by id"))).all()

    assert [tuple(effect) for effect in effects] == [("a/1", 1), ("a/2", 1), ("a/3", 1)]


async def test_consuming_goes_on_after_nats_was_away(stoppable_nats, until):
    bus = await Bus.connect(stoppable_nats.url, name="campaign")
    await bus.ensure_streams()
    seen = []

    async def handle(events):
        seen.extend(event.data.number for event in events)

    await bus.consume("away", [Noted], handle)
    await publish(bus, 1)
    await until(lambda: seen == [1])
    stoppable_nats.kill()
    await until(lambda: not bus.connected)
    stoppable_nats.start()
    await until(lambda: bus.connected)
    await publish(bus, 2)
    await until(lambda: 2 in seen, within=3)

    assert seen == [1, 2]
    await bus.close()


async def test_stopping_during_an_outage_does_not_wait_for_its_end(bus, until):
    attempts = 0

    async def handle(events):
        nonlocal attempts
        attempts += 1
        raise OperationalError("select 1", {}, Exception("connection refused"))

    await publish(bus, 1)
    consumption = await bus.consume("stopping", [Noted], handle)
    await until(lambda: attempts)
    async with asyncio.timeout(1):
        await consumption.stop()
    seen = []

    async def handle_after(events):
        seen.extend(event.data.number for event in events)

    await bus.consume("stopping", [Noted], handle_after)
    await until(lambda: seen == [1], within=2)


async def test_an_event_that_always_times_out_lets_the_others_pass_and_is_not_parked(bus, until, monkeypatch):
    monkeypatch.setattr(consuming, "_FIRST_WAIT", 0.001)
    tries, handled = [], []

    async def handle(events):
        if any(event.data.number == 1 for event in events):
            tries.append(len(events))
            raise TimeoutError
        handled.extend(event.data.number for event in events)

    await publish(bus, 1, 2, 3)
    await bus.consume("timeouts", [Noted], handle, max_deliver=1)
    await until(lambda: handled == [2, 3] and len(tries) > 12)

    assert await bus.parked() == []
