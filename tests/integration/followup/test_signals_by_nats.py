"""The CRM's second door: a signal is acknowledged once it is in the log, and one that cannot be read blocks nobody."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from services.followup.consumers import hear_signals
from services.followup.ports.held import HeldFilter
from services.followup.store.held import PostgresHeldCommands
from services.followup.use_cases.take_signals import Signal, command_of
from shared.contracts.crm import SignalSent
from shared.rulebook.ids import client_id, follow_up_id
from tests.integration.followup.told import events_told
from tests.integration.followup.waiting import until
from tests.integration.followup.world import World

HOUR = timedelta(hours=1)
YESTERDAY = datetime.now(UTC) - timedelta(days=1)


@pytest.fixture
async def open_door(world: World) -> World:
    await hear_signals(world.bus, world.desk, world.log, world.clock, park_for=HOUR)
    return world


async def test_a_signal_becomes_a_fact_and_its_verdict_an_event(open_door: World) -> None:
    campaign, follow_up = await _a_client(open_door, "c-1")

    await _publish(open_door, _signal("n-1", campaign, "c-1"))
    await until(lambda: _decided(open_door, "n-1"))

    assert await open_door.kinds(follow_up) == ["ClientTargeted", "StepCompleted"]
    (told,) = await events_told(open_door, "n-1")
    assert (told.signal_id, told.verdict, told.number, told.follow_up_id) == ("n-1", "applied", 2, follow_up)


async def test_a_signal_is_acknowledged_only_when_it_is_in_the_log(open_door: World) -> None:
    campaign, _ = await _a_client(open_door, "c-1")
    async with open_door.database.transaction() as conn:
        await conn.execute(text("lock table commands in exclusive mode"))
        await _publish(open_door, _signal("n-2", campaign, "c-1"))

        await until(lambda: _has_unacknowledged(open_door, 1))

    await until(lambda: _decided(open_door, "n-2"))
    await until(lambda: _has_unacknowledged(open_door, 0))


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (b"\xff\x00 no JSON", "cannot be read: : Invalid JSON"),
        ({"step": None}, "a signal of type step_completed needs step"),
        ({"surprise": 1}, "data.signal.surprise: Extra inputs are not permitted"),
        ({"occurred_at": "2026-03-01T10:00:00"}, "data.signal.occurred_at: Input should have timezone info"),
        ({"type": "exploded"}, "data.signal.type: Input should be"),
    ],
    ids=["no JSON", "no step", "an unknown field", "no zone", "an unknown type"],
)
async def test_a_signal_that_cannot_be_read_is_set_aside_with_its_reason(
    open_door: World, broken: Any, reason: str
) -> None:
    campaign, follow_up = await _a_client(open_door, "c-1")
    before = len(await open_door.bus.parked())
    raw = broken if isinstance(broken, bytes) else _envelope(_signal("n-3", campaign, "c-1") | broken)

    await open_door.bus.jetstream.publish(f"{SignalSent.type}.c-1", raw)
    await _publish(open_door, _signal("n-4", campaign, "c-1"))
    await until(lambda: _decided(open_door, "n-4"))

    parked = (await open_door.bus.parked())[before:]
    assert [(one.consumer, one.subject) for one in parked] == [("followup-signals", f"{SignalSent.type}.c-1")]
    assert reason in parked[0].reason
    assert not await open_door.log.verdicts("crm", ["n-3"])
    (held,) = await PostgresHeldCommands(open_door.database).page(HeldFilter())
    assert (held.state, held.code, held.door) == ("refused", "invalid_signal", "crm")
    assert held.follow_up_id == (None if isinstance(broken, bytes) else follow_up)
    assert reason in held.data["error"]


async def test_the_same_signal_from_two_doors_at_once_makes_one_fact(open_door: World) -> None:
    campaign, follow_up = await _a_client(open_door, "c-1")
    signal = _signal("n-5", campaign, "c-1")
    by_http = command_of(
        Signal("n-5", "step_completed", campaign, "c-1", YESTERDAY, step="first-call"),
        open_door.clock,
        door="crm",
        park_for=HOUR,
    )

    await asyncio.gather(_publish(open_door, signal), open_door.desk.submit(by_http), _direct(open_door, follow_up))
    await until(lambda: _has_told(open_door, "n-5", 3))

    assert await open_door.kinds(follow_up) == ["ClientTargeted", "StepCompleted"]
    assert sorted(one.verdict for one in await events_told(open_door, "n-5")) == ["applied", "duplicate", "duplicate"]


async def test_an_id_reused_is_refused_by_name_told_and_kept(open_door: World) -> None:
    campaign, follow_up = await _a_client(open_door, "c-1")
    await _publish(open_door, _signal("n-6", campaign, "c-1"))
    await until(lambda: _decided(open_door, "n-6"))

    for _ in range(2):
        await _publish(open_door, _signal("n-6", campaign, "c-1") | {"step": "meeting"})
    await until(lambda: _has_told(open_door, "n-6", 3))

    told = [(one.verdict, one.code) for one in await events_told(open_door, "n-6")]
    assert told == [("applied", None), ("refused", "id_reused"), ("refused", "id_reused")]
    async with open_door.database.reading() as conn:
        kept = await conn.execute(
            text("select verdict, code, follow_up_id::text from commands where source = 'reused'")
        )
        assert list(kept) == [("refused", "id_reused", follow_up)]


async def test_a_signal_for_an_unknown_client_says_whom_it_waits_for_and_is_applied_later(open_door: World) -> None:
    campaign = await open_door.a_campaign()
    await _publish(open_door, _signal("n-7", campaign, "c-new"))
    await until(lambda: _has_told(open_door, "n-7", 1))

    await open_door.target(campaign, client_id("c-new"))
    await until(lambda: _taken_up(open_door))
    await until(lambda: _decided(open_door, "n-7"))

    parked, applied = await events_told(open_door, "n-7")
    assert (parked.verdict, parked.code) == ("parked", "follow_up_unknown")
    assert parked.data == {"campaign": campaign, "client": "c-new"}
    assert (applied.verdict, applied.number, applied.code, applied.data) == ("applied", 2, None, None)


async def _a_client(world: World, client: str) -> tuple[str, str]:
    campaign = await world.a_campaign()
    await world.target(campaign, client_id(client))
    return campaign, follow_up_id(campaign, client_id(client))


def _signal(id_: str, campaign: str, client: str) -> dict[str, Any]:
    return {
        "id": id_,
        "type": "step_completed",
        "campaign": campaign,
        "client": client,
        "step": "first-call",
        "occurred_at": YESTERDAY.isoformat(),
    }


def _envelope(signal: dict[str, Any]) -> bytes:
    envelope = {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": "crm",
        "type": SignalSent.type,
        "subject": signal["client"],
        "time": YESTERDAY.isoformat(),
        "data": {"signal": signal},
    }
    return json.dumps(envelope).encode()


async def _publish(world: World, signal: dict[str, Any]) -> None:
    await world.bus.jetstream.publish(f"{SignalSent.type}.{signal['client']}", _envelope(signal))


async def _direct(world: World, follow_up: str) -> None:
    said = {"id": "n-5", "step": "first-call", "occurred_at": YESTERDAY.isoformat()}
    await world.execution(follow_up).signal("step_completed", said)


async def _decided(world: World, id_: str) -> bool:
    return any(one.kind in {"applied", "refused"} for one in await world.log.verdicts("crm", [id_]))


async def _has_told(world: World, id_: str, number: int) -> bool:
    return len(await events_told(world, id_)) >= number


async def _has_unacknowledged(world: World, number: int) -> bool:
    return (await world.bus.jetstream.consumer_info("CRM", "followup-signals")).num_ack_pending == number


async def _taken_up(world: World) -> bool:
    return await world.upkeep.send_again() > 0
