"""Waiting costs nothing: no task and one event until the entry date, and no command wakes it to be refused."""

from datetime import timedelta
from decimal import Decimal

from shared.rulebook.commands import ChangePotential, CompleteStep, Conclude, MoveEntryDate
from shared.rulebook.follow_up import ConclusionKind
from tests.integration.followup.conftest import AnotherWorld
from tests.integration.followup.engines import WatchedEngine
from tests.integration.followup.histories import events_of, size_of
from tests.integration.followup.waiting import until
from tests.integration.followup.world import World

DAYS = timedelta(days=10)


async def test_a_waiting_follow_up_has_one_event_and_no_task(world: World) -> None:
    follow_up = await world.a_follow_up(entry=world.clock.today() + DAYS)

    assert (await size_of(world.execution(follow_up))).events == 1
    assert await events_of(world.execution(follow_up)) == {"WORKFLOW_EXECUTION_STARTED": 1}


async def test_a_step_of_a_waiting_follow_up_is_refused_without_waking_it(world: World) -> None:
    entry = world.clock.today() + DAYS
    follow_up = await world.a_follow_up(entry=entry)

    step = await world.do(follow_up, CompleteStep("first-call"))
    conclusion = await world.do(follow_up, Conclude(ConclusionKind.REFUSAL, world.clock.today()))

    assert [(verdict.kind, verdict.code) for verdict in (step, conclusion)] == [("refused", "waiting")] * 2
    assert step.data == {"entry_date": entry.isoformat()}
    assert (await size_of(world.execution(follow_up))).events == 1


async def test_it_wakes_in_the_night_before_its_entry_date(world: World) -> None:
    entry = world.clock.today() + DAYS
    follow_up = await world.a_follow_up(entry=entry)

    history = await world.execution(follow_up).fetch_history()

    attributes = history.events[0].workflow_execution_started_event_attributes
    wakes = history.events[0].event_time.ToDatetime() + attributes.first_workflow_task_backoff.ToTimedelta()
    midnight = world.clock.midnight(entry).replace(tzinfo=None)
    assert midnight - timedelta(hours=5) <= wakes <= midnight


async def test_after_the_wait_it_is_awake_and_takes_steps(world: World, another: AnotherWorld) -> None:
    follow_up = await world.a_follow_up(entry=world.clock.today() + DAYS)
    then = await another(ahead=DAYS, deadline=timedelta(days=1), lease=timedelta(days=2))

    await world.pass_time(follow_up, DAYS)
    await until(lambda: _awake(world, follow_up))
    verdict = await then.do(follow_up, CompleteStep("first-call"))

    assert verdict.code == "before_entry_date"  # it happened yesterday, as every command of these tests
    assert (await then.do(follow_up, Conclude(ConclusionKind.REFUSAL, then.clock.today()))).kind == "applied"


async def test_the_entry_date_of_a_waiting_follow_up_moves_to_today_and_steps_follow(
    world: World, another: AnotherWorld
) -> None:
    watched = await another(around=WatchedEngine)
    follow_up = await world.a_follow_up(entry=world.clock.today() + DAYS)

    moved = await watched.do(follow_up, MoveEntryDate(world.clock.today() - timedelta(days=1)))
    verdict = await watched.do(follow_up, CompleteStep("first-call"))

    assert (moved.kind, moved.number) == ("applied", 2)
    assert (verdict.kind, verdict.number) == ("applied", 3)


async def test_what_may_change_while_waiting_changes(world: World) -> None:
    follow_up = await world.a_follow_up(entry=world.clock.today() + DAYS)

    verdict = await world.do(follow_up, ChangePotential(Decimal("5.00")))

    assert (verdict.kind, verdict.number) == ("applied", 2)


async def _awake(world: World, follow_up: str) -> bool:
    return (await size_of(world.execution(follow_up))).events >= 4
