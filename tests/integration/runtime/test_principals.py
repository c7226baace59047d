import asyncio

import pytest

from shared.contracts.directory import PRINCIPALS_BUCKET, PrincipalRecord
from shared.rulebook.access import AccessLevel
from shared.runtime.messaging import Bus
from shared.runtime.principals import Principals, PrincipalsBucket, Stale


def a_record(user_id="u1", **values) -> PrincipalRecord:
    defaults = {
        "external_id": f"ext-{user_id}",
        "name": "Someone",
        "unit_id": "agency",
        "unit_path": ("bank", "agency"),
        "manage_campaigns": False,
        "access_level": AccessLevel.OWN,
    }
    return PrincipalRecord(user_id=user_id, **(defaults | values))


@pytest.fixture
async def bus(nats_url):
    bus = await Bus.connect(nats_url, name="directory")
    yield bus
    await bus.jetstream.delete_key_value(PRINCIPALS_BUCKET)
    await bus.close()


@pytest.fixture
async def beating(bus):
    """The directory's side, its heart beating."""
    bucket = PrincipalsBucket(bus)
    await bucket.ensure()
    beat = asyncio.create_task(bucket.heartbeat())
    yield bucket
    beat.cancel()


@pytest.fixture
async def reader(bus):
    reader = Principals(bus)
    await reader.start()
    yield reader
    await reader.stop()


def is_current(reader) -> bool:
    try:
        reader.current()
    except Stale:
        return False
    return True


async def test_rights_written_before_and_after_the_start_are_known(beating, bus, until):
    await beating.put([a_record("u1"), a_record("u2")])
    reader = Principals(bus)
    await reader.start()
    await until(lambda: is_current(reader))
    assert reader.get("u1") == a_record("u1")
    await beating.put([a_record("u2", manage_campaigns=True)])
    await until(lambda: reader.get("u2").manage_campaigns)
    await beating.delete(["u1"])
    await until(lambda: reader.get("u1") is None)
    await reader.stop()


async def test_an_empty_bucket_is_known_to_be_empty(beating, reader, until):
    await until(lambda: is_current(reader))

    assert reader.get("u1") is None


async def test_a_reader_may_start_before_the_directory_made_the_bucket(bus, reader, until):
    with pytest.raises(Stale):
        reader.current()
    bucket = PrincipalsBucket(bus)
    await bucket.ensure()
    beat = asyncio.create_task(bucket.heartbeat())
    await bucket.put([a_record()])
    await until(lambda: is_current(reader) and reader.get("u1") is not None)
    beat.cancel()


async def test_a_silent_directory_makes_rights_stale_within_a_second(bus, reader, until):
    bucket = PrincipalsBucket(bus)
    await bucket.ensure()
    beat = asyncio.create_task(bucket.heartbeat())
    await until(lambda: is_current(reader))
    beat.cancel()
    await until(lambda: not is_current(reader), within=1.3)

    with pytest.raises(Stale):
        await reader.fresh()


async def test_a_reader_that_lost_its_watch_without_a_word_reads_everything_again(beating, bus, reader, until):
    await until(lambda: is_current(reader))
    for consumer in await bus.jetstream.consumers_info(f"KV_{PRINCIPALS_BUCKET}"):
        await bus.jetstream.delete_consumer(consumer.stream_name, consumer.name)
    await beating.put([a_record()])
    await until(lambda: is_current(reader) and reader.get("u1") is not None, within=2.5)


async def test_a_bucket_that_was_lost_and_made_anew_is_read_anew_though_its_numbers_are_lower(bus, reader, until):
    bucket = PrincipalsBucket(bus)
    await bucket.ensure()
    await bucket.put([a_record(f"u{n}") for n in range(5)])
    beat = asyncio.create_task(bucket.heartbeat())
    await until(lambda: is_current(reader))
    beat.cancel()

    await bus.jetstream.delete_key_value(PRINCIPALS_BUCKET)
    again = PrincipalsBucket(bus)
    await again.ensure()
    await again.put([a_record("u1", manage_campaigns=True)])
    beat = asyncio.create_task(again.heartbeat())

    await until(lambda: is_current(reader) and reader.get("u0") is None, within=3)
    assert reader.get("u1").manage_campaigns
    beat.cancel()


async def test_after_a_restart_of_nats_rights_are_read_again(stoppable_nats, until):
    bus = await Bus.connect(stoppable_nats.url, name="directory")
    bucket, reader = PrincipalsBucket(bus), Principals(bus)
    await bucket.ensure()
    beat = asyncio.create_task(bucket.heartbeat())
    await bucket.put([a_record()])
    await reader.start()
    await until(lambda: is_current(reader))
    stoppable_nats.kill()
    await until(lambda: not is_current(reader), within=2)
    stoppable_nats.start()
    await until(lambda: is_current(reader), within=3)
    await bucket.put([a_record(manage_campaigns=True)])
    await until(lambda: reader.get("u1").manage_campaigns, within=2)
    beat.cancel()
    await reader.stop()
    await bus.close()


async def test_an_import_that_keeps_writing_does_not_make_rights_stale(beating, bus, reader, until):
    await until(lambda: is_current(reader))
    stale, ends = 0, asyncio.get_running_loop().time() + 1.8
    while asyncio.get_running_loop().time() < ends:
        await beating.put([a_record(f"u{n}") for n in range(20)])
        stale += not is_current(reader)

    assert stale == 0
