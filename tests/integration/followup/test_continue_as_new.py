"""A follow-up whose history grows moves to a new run, and nothing is lost, doubled or stalled on the way."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from shared.contracts.workflow import ALREADY_APPLIED
from shared.rulebook.commands import CompleteStep, RecordInteraction
from shared.rulebook.steps import StepKind
from tests.integration.followup.conftest import AnotherWorld
from tests.integration.followup.engines import FreezingEngine, WatchedEngine
from tests.integration.followup.histories import FAILED_TASKS, events_of
from tests.integration.followup.waiting import until
from tests.integration.followup.world import LATER, STEPS, World, a_definition
from tests.support.servers import running_temporal

CALL = RecordInteraction(StepKind.REMINDER)
SHORT = {"limit.historyCount.suggestContinueAsNew": 20}


@pytest.fixture(scope="module")
def temporal_address() -> Iterator[str]:
    """A server that suggests a new run after 20 events."""
    with running_temporal(SHORT) as address:
        yield address


async def test_commands_go_on_over_run_after_run(world: World) -> None:
    follow_up = await world.a_follow_up()
    first = (await world.execution(follow_up).describe()).run_id

    verdicts = await world.desk.submit_many([world.wish(follow_up, CALL) for _ in range(20)])

    assert [verdict.number for verdict in verdicts] == list(range(2, 22))
    description = await world.execution(follow_up).describe()
    assert description.run_id != first
    assert description.history_length < 40


async def test_an_unrecorded_fact_is_carried_into_the_next_run_and_its_command_is_known_there(
    world: World, another: AnotherWorld
) -> None:
    dying = await another(around=lambda real: FreezingEngine(real, after=True))
    later = await another(ahead=LATER, around=WatchedEngine)
    follow_up = await world.a_follow_up()
    caller = asyncio.create_task(dying.do(follow_up, CALL))
    await asyncio.wait_for(dying.engine.frozen.wait(), 10)
    await _move_to_a_new_run(world, follow_up)

    await later.upkeep.send_again()
    await until(lambda: _has_facts(world, follow_up, 2))
    after = await world.do(follow_up, CALL)

    assert later.engine.answers[0].failure == ALREADY_APPLIED
    assert [fact.number for fact in later.engine.answers[0].facts] == [2]
    assert (after.kind, after.number) == ("applied", 3)
    assert await world.kinds(follow_up) == ["ClientTargeted", "InteractionRecorded", "InteractionRecorded"]
    dying.engine.thaw()
    assert (await caller).number == 2


async def test_a_signal_of_an_earlier_run_stays_a_duplicate_straight_to_the_next_one(world: World) -> None:
    follow_up = await world.a_follow_up()
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    called = {"id": "run-1", "interaction": "REMINDER", "occurred_at": yesterday}
    await world.execution(follow_up).signal("interaction_recorded", called)
    await until(lambda: _has_facts(world, follow_up, 2))
    await _move_to_a_new_run(world, follow_up)

    await world.execution(follow_up).signal("interaction_recorded", called)
    await world.execution(follow_up).signal("interaction_recorded", {**called, "id": "run-2"})
    await until(lambda: _has_facts(world, follow_up, 3))

    told = await world.log.verdicts("crm", ["run-1", "run-2"])
    assert sorted((one.source_id, one.kind, one.number) for one in told) == [
        ("run-1", "applied", 2),
        ("run-2", "applied", 3),
    ]


async def test_a_refusal_as_first_task_of_a_new_run_stalls_nobody(world: World) -> None:
    follow_up = await world.a_follow_up()
    await _move_to_a_new_run(world, follow_up)

    async with asyncio.timeout(8):
        refused = await world.do(follow_up, CompleteStep("meeting"))
        done = await world.do(follow_up, CompleteStep("first-call"))

    assert (refused.code, done.number) == ("mandatory_step_missing", 2)
    events = await events_of(world.execution(follow_up))
    assert not [kind for kind in FAILED_TASKS if events[kind]]


async def test_the_definition_known_is_carried_into_the_next_run(world: World) -> None:
    campaign = await world.a_campaign()
    follow_up = await world.a_follow_up(campaign)
    await world.definitions.hold(a_definition(campaign, 2, steps=[STEPS[2], STEPS[0]]))
    await world.do(follow_up, CALL)  # brings the second version
    await _move_to_a_new_run(world, follow_up)

    verdict = await world.do(follow_up, CompleteStep("meeting"))

    assert (verdict.kind, verdict.number) == ("applied", 3)
    assert [fact.fact.version for fact in await world.facts(follow_up)] == [1, 2, 2]


async def _move_to_a_new_run(world: World, follow_up: str) -> None:
    """Signals that nobody can read make the history grow, and change nothing."""
    handle = world.execution(follow_up)
    first = (await handle.describe()).run_id
    for _ in range(5):
        await handle.signal("nonsense", "unreadable")
        await until(lambda: _taken(world, follow_up))

    async def moved() -> bool:
        return (await handle.describe()).run_id != first

    await until(moved)


async def _taken(world: World, follow_up: str) -> bool:
    """No signal of the execution waits for the command log."""
    return not (await world.execution(follow_up).describe()).raw_description.pending_activities


async def _has_facts(world: World, follow_up: str, number: int) -> bool:
    return len(await world.facts(follow_up)) >= number
