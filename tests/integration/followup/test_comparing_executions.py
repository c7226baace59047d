"""Rows and executions are compared and mended: lost, behind, stray ones, and none that is as its row says."""

from typing import Literal

import pytest
from temporalio.client import Client

from services.followup.engine import TemporalExecutions
from services.followup.store.comparing import PostgresHeldRows
from services.followup.use_cases.compare_engine import CompareEngine
from services.followup.use_cases.send import start_of
from shared.contracts.reconciling import CompareExecutions, EngineDifference
from shared.contracts.workflow import FollowUpStart
from shared.rulebook.commands import CompleteStep, Conclude
from shared.rulebook.follow_up import ConclusionKind
from shared.rulebook.ids import campaign_id, client_id, follow_up_id
from tests.integration.followup.waiting import until
from tests.integration.followup.world import World


@pytest.fixture
def compare(world: World) -> CompareEngine:
    async def connected() -> Client:
        return world.client

    executions = TemporalExecutions(connected, task_queue=world.task_queue)
    return CompareEngine(PostgresHeldRows(world.database), executions, world.clock, per_second=1000)


async def differences(
    compare: CompareEngine, walk: Literal["rows", "executions"] = "rows", limit: int = 2
) -> list[EngineDifference]:
    """All pages of a walk."""
    page = await compare.page(CompareExecutions(walk=walk, limit=limit))
    found = list(page.differences)
    while page.reached is not None:
        page = await compare.page(CompareExecutions(walk=walk, limit=limit, after=page.reached))
        found += page.differences
    return found


async def test_what_is_as_it_should_be_differs_nowhere(world: World, compare: CompareEngine) -> None:
    open_ones = [await world.a_follow_up() for _ in range(3)]
    await world.do(open_ones[0], CompleteStep("first-call"))
    await world.a_follow_up(entry=world.clock.today().replace(year=world.clock.today().year + 1))
    await world.a_follow_up(start=False)

    assert await differences(compare) == []


async def test_a_terminated_execution_is_found_and_started_again_from_the_recorded_state(
    world: World, compare: CompareEngine
) -> None:
    follow_up = await world.a_follow_up()
    await world.do(follow_up, CompleteStep("first-call"))
    await world.execution(follow_up).terminate()

    (found,) = await differences(compare)
    mended = await compare.mend(follow_up)

    assert (found.kind, found.follow_up_id, found.state) == ("execution_lost", follow_up, "OPEN")
    assert (found.row_number, found.execution_number) == (2, None)
    assert mended.mended
    assert await differences(compare) == []
    assert (await world.do(follow_up, CompleteStep("meeting"))).number == 3


async def test_an_execution_that_waits_for_its_entry_date_is_started_again_asleep(
    world: World, compare: CompareEngine
) -> None:
    today = world.clock.today()
    follow_up = await world.a_follow_up(entry=today.replace(year=today.year + 1))
    await world.execution(follow_up).terminate()

    assert (await compare.mend(follow_up)).mended

    assert (await world.execution(follow_up).describe()).history_length == 1


async def test_an_execution_behind_its_row_is_replaced(world: World, compare: CompareEngine) -> None:
    follow_up = await world.a_follow_up(start=False)
    (known,) = await world.targeting.not_started(10)
    await world.do(follow_up, CompleteStep("first-call"))
    await world.execution(follow_up).terminate()
    await _run(world, start_of(known))

    (found,) = await differences(compare)
    mended = await compare.mend(follow_up)
    await until(lambda: _is_awake(world, follow_up))

    assert (found.kind, found.row_number, found.execution_number) == ("execution_behind", 2, 1)
    assert mended.mended
    assert await differences(compare) == []
    assert (await world.do(follow_up, CompleteStep("meeting"))).number == 3


async def test_an_execution_of_a_closed_follow_up_is_ended_and_one_of_nobody_is_only_shown(
    world: World, compare: CompareEngine
) -> None:
    closed = await world.a_follow_up(start=False)
    (known,) = await world.targeting.not_started(10)
    await world.do(closed, Conclude(ConclusionKind.REFUSAL, world.clock.today()))
    await world.execution(closed).result()
    await _run(world, start_of(known))
    nobody = follow_up_id(campaign_id("nobody's"), client_id("nobody"))
    await _run(world, start_of(known).model_copy(update={"follow_up_id": nobody}))

    async def both() -> list[EngineDifference]:
        found = await differences(compare, "executions")
        return found if len(found) == 2 else []

    found = {difference.follow_up_id: difference for difference in await until(both)}
    mended = {follow_up: await compare.mend(follow_up) for follow_up in found}

    assert (found[closed].kind, found[closed].state) == ("execution_stray", "CONCLUDED")
    assert (found[nobody].kind, found[nobody].state, found[nobody].row_number) == ("execution_stray", "UNKNOWN", 0)
    assert mended[closed].mended
    assert (mended[nobody].mended, mended[nobody].reason) == (False, "follow_up_unknown")


async def test_an_execution_that_knows_more_than_its_row_is_never_replaced(
    world: World, compare: CompareEngine
) -> None:
    follow_up = await world.a_follow_up(start=False)
    (known,) = await world.targeting.not_started(10)
    await world.targeting.mark_started([known])
    state = known.state.__class__
    ahead = start_of(known).model_copy(
        update={"state": state(**{name: getattr(known.state, name) for name in state.__slots__} | {"number": 4})}
    )
    await _run(world, ahead)

    (found,) = await differences(compare)
    mended = await compare.mend(follow_up)

    assert (found.kind, found.row_number, found.execution_number) == ("execution_ahead", 1, 4)
    assert (mended.mended, mended.reason) == (False, "facts_not_recorded")


async def _run(world: World, start: FollowUpStart) -> None:
    """An execution that stands where `start` says, past its first task."""
    await world.client.start_workflow(
        "FollowUp", start, id=f"follow-up/{start.follow_up_id}", task_queue=world.task_queue
    )
    await until(lambda: _is_awake(world, start.follow_up_id))


async def _is_awake(world: World, follow_up: str) -> bool:
    return (await world.execution(follow_up).describe()).history_length >= 4
