"""The CRM's signals over time: a duplicate stays one, whatever happened to the follow-up since (spec 6.1)."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from services.followup.ports import NewCommand
from services.followup.store import rows
from services.followup.use_cases.take_signals import Signal, command_of
from shared.rulebook.commands import Conclude
from shared.rulebook.follow_up import ConclusionKind
from shared.rulebook.ids import client_id, follow_up_id
from tests.integration.followup.conftest import AnotherWorld
from tests.integration.followup.door import CRM, Door, a_door
from tests.integration.followup.engines import FreezingEngine, WatchedEngine
from tests.integration.followup.told import events_told
from tests.integration.followup.waiting import until
from tests.integration.followup.world import LATER, World

HOUR = timedelta(hours=1)
YESTERDAY = datetime.now(UTC) - timedelta(days=1)


async def test_a_duplicate_stays_one_after_the_follow_up_was_closed_and_its_execution_ended(world: World) -> None:
    campaign, follow_up = await _a_client(world)
    await world.desk.submit(_completed(world, "d-1", campaign))
    await world.do(follow_up, Conclude(ConclusionKind.REFUSAL, world.clock.today()))
    await world.execution(follow_up).result()

    again = await world.desk.submit(_completed(world, "d-1", campaign))

    assert (again.kind, again.number, again.repeated) == ("applied", 2, True)
    assert await world.kinds(follow_up) == ["ClientTargeted", "StepCompleted", "Concluded"]
    assert [one.verdict for one in await events_told(world, "d-1")] == ["applied", "duplicate"]


async def test_a_duplicate_stays_one_after_a_year_through_every_door(world: World, another: AnotherWorld) -> None:
    campaign, follow_up = await _a_client(world)
    await world.desk.submit(_completed(world, "d-2", campaign))
    async with world.database.transaction() as conn:
        await conn.execute(text("update commands set received_at = received_at - interval '400 days'"))
        await conn.execute(text("update facts set recorded_at = recorded_at - interval '400 days'"))
    later = await another(ahead=timedelta(days=400))

    rounds = [await later.upkeep.send_again() for _ in range(2)]  # whatever is done from time to time has been done
    again = await later.desk.submit(_completed(later, "d-2", campaign))
    said = {"id": "d-2", "step": "first-call", "occurred_at": YESTERDAY.isoformat()}
    await world.execution(follow_up).signal("step_completed", said)
    await until(lambda: _has_told(world, "d-2", 3))

    assert (rounds, again.kind, again.number, again.repeated) == ([0, 0], "applied", 2, True)
    assert [one.verdict for one in await events_told(world, "d-2")] == ["applied", "duplicate", "duplicate"]
    assert len(await world.facts(follow_up)) == 2


async def test_a_refused_one_stays_refused_however_often_it_comes(world: World) -> None:
    campaign, follow_up = await _a_client(world)
    await world.desk.submit(_completed(world, "d-3", campaign, step="unheard-of"))

    again = await world.desk.submit(_completed(world, "d-3", campaign, step="unheard-of"))

    assert (again.kind, again.code, again.repeated) == ("refused", "step_unknown", True)
    assert [(one.verdict, one.code) for one in await events_told(world, "d-3")] == [
        ("refused", "step_unknown"),
        ("duplicate", "step_unknown"),
    ]
    assert await world.kinds(follow_up) == ["ClientTargeted"]


@pytest.mark.timeout(900)
@pytest.mark.parametrize("many", [300, pytest.param(10_000, marks=pytest.mark.slow)])
async def test_many_for_one_client_are_each_sent_once_and_taken_in_order(
    world: World, another: AnotherWorld, many: int
) -> None:
    watched = await another(around=WatchedEngine)
    campaign, follow_up = await _a_client(world)
    first = (await world.execution(follow_up).describe()).run_id
    sent = [_as_json(f"m-{number:05}", campaign) for number in range(many)]

    async with a_door(watched) as door:
        told = await _send(door, [*sent, *sent[:200]])
        await until(lambda: _counted(world, "facts", many + 1), within=800)
        again = await _send(door, sent[::-1])

    assert {one["verdict"] for one in told[:many]} <= {"applied", "pending"}
    assert {one["verdict"] for one in told[many:]} <= {"duplicate", "pending"}
    assert {(one["verdict"], one["code"]) for one in again} == {("duplicate", None)}
    assert [one["number"] for one in again] == list(range(many + 1, 1, -1))
    assert len([answer for answer in watched.engine.answers if answer.facts]) == many
    assert await _counted(world, "commands", many)
    assert await _counted(world, "facts", many + 1)
    after = await world.execution(follow_up).describe()
    assert (after.history_length < 5_000, after.run_id != first) == (True, many >= 10_000)
    told_of_verdicts = "outbox where subject like 'campaigns.followup.signal_decided%'"
    assert await _counted(world, told_of_verdicts, 2 * many + 200)


async def test_a_turn_is_found_without_reading_all_that_waits_behind_it(world: World) -> None:
    _, follow_up = await _a_client(world)
    async with world.database.transaction() as conn:
        await conn.execute(
            text(
                "insert into commands (command_id, source, source_id, content, follow_up_id, body, door, actor,"
                " occurred_at, received_at, park_until, parked) select gen_random_uuid(), 'crm', 'w-' || n, '', :id,"
                " '{}', 'crm', 'crm', now(), now(), now(), n > 5000 from generate_series(1, 10000) n"
            ),
            {"id": follow_up},
        )
    claiming = {"ids": [follow_up], "now": world.clock.now(), "lease": world.clock.now()}
    async with world.database.transaction() as conn:
        await conn.execute(text("analyze commands"))
        plan = await conn.execute(text(f"explain (analyze, format json) {rows._CLAIM.text}"), claiming)
        read = _rows_read(plan.scalar_one()[0]["Plan"])

    assert read <= 10


async def test_while_the_engine_is_down_a_signal_is_pending_and_it_is_applied_later(
    world: World, another: AnotherWorld
) -> None:
    down = await another(around=lambda real: FreezingEngine(real, before=True), answer_within=timedelta(seconds=0.2))
    up = await another(ahead=LATER)
    campaign, follow_up = await _a_client(world)

    (verdict,) = await down.desk.submit_many([_completed(down, "e-1", campaign)])
    asked = await world.log.verdicts("crm", ["e-1"])
    await up.upkeep.send_again()
    await until(lambda: _has_facts(world, follow_up, 2))

    assert [verdict.kind, asked[0].kind] == ["pending", "pending"]
    assert [one.kind for one in await world.log.verdicts("crm", ["e-1"])] == ["applied"]
    assert [one.verdict for one in await events_told(world, "e-1")] == ["applied"]


async def test_a_signal_for_a_client_of_another_campaign_waits_and_touches_nobody(world: World) -> None:
    _, follow_up = await _a_client(world)
    other = await world.a_campaign()

    verdict = await world.desk.submit(_completed(world, "o-1", other))

    assert (verdict.kind, verdict.code) == ("parked", "follow_up_unknown")
    assert verdict.data == {"campaign": other, "client": "c-1"}
    assert await world.kinds(follow_up) == ["ClientTargeted"]


@pytest.mark.parametrize(
    ("days", "code"), [(1, "in_the_future"), (-25, "before_entry_date")], ids=["tomorrow", "before the entry date"]
)
async def test_a_signal_from_outside_the_clients_time_is_refused_by_name(world: World, days: int, code: str) -> None:
    campaign, _ = await _a_client(world)
    at = datetime.now(UTC) + timedelta(days=days)
    signal = Signal(f"t-{days}", "step_completed", campaign, "c-1", at, step="first-call")

    verdict = await world.desk.submit(command_of(signal, world.clock, door="crm", park_for=HOUR))

    assert (verdict.kind, verdict.code) == ("refused", code)


async def test_two_doors_at_the_same_moment_are_told_one_applied_and_the_rest_duplicates(
    world: World, another: AnotherWorld
) -> None:
    replica = await another()
    campaign, follow_up = await _a_client(world)

    verdicts = await asyncio.gather(
        *(one.desk.submit(_completed(one, "s-1", campaign)) for one in (world, replica) for _ in range(4))
    )

    assert len({verdict.command_id for verdict in verdicts if verdict.repeated or verdict.kind == "applied"}) == 1
    assert await world.kinds(follow_up) == ["ClientTargeted", "StepCompleted"]


async def _a_client(world: World) -> tuple[str, str]:
    campaign = await world.a_campaign()
    await world.target(campaign, client_id("c-1"))
    return campaign, follow_up_id(campaign, client_id("c-1"))


def _completed(world: World, id_: str, campaign: str, *, step: str = "first-call") -> NewCommand:
    signal = Signal(id_, "step_completed", campaign, "c-1", YESTERDAY, step=step)
    return command_of(signal, world.clock, door="crm", park_for=HOUR)


def _as_json(id_: str, campaign: str) -> dict[str, str]:
    called = {"id": id_, "type": "interaction_recorded", "campaign": campaign, "client": "c-1"}
    return called | {"interaction": "REMINDER", "occurred_at": YESTERDAY.isoformat()}


async def _send(door: Door, signals: list[dict[str, str]]) -> list[dict[str, Any]]:
    """By batches of a thousand, as the CRM; answers the verdicts."""
    door.asker, told = CRM, []
    for start in range(0, len(signals), 1000):
        answer = await door.http.post("/api/followups/signals", json={"signals": signals[start : start + 1000]})
        told += answer.json()["verdicts"]
    return told


async def _counted(world: World, rows_of: str, number: int) -> bool:
    async with world.database.reading() as conn:
        return bool((await conn.execute(text(f"select count(*) from {rows_of}"))).scalar_one() == number)  # noqa: S608


def _rows_read(plan: dict) -> int:
    """Rows that the scans of a plan touched, kept or not."""
    own = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0) if "Relation Name" in plan else 0
    return int(own) + sum(_rows_read(child) for child in plan.get("Plans", ()))


async def _has_told(world: World, id_: str, number: int) -> bool:
    return len(await events_told(world, id_)) >= number


async def _has_facts(world: World, follow_up: str, number: int) -> bool:
    return len(await world.facts(follow_up)) >= number
