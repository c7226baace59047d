"""Rule 4 of the write path: the rulebook decides in the validator, and nothing that it says wedges an execution."""

import asyncio

import pytest
from temporalio.client import WorkflowUpdateFailedError

from shared.contracts import visibility
from shared.rulebook.commands import CompleteStep, Conclude, Reassign
from shared.rulebook.follow_up import ConclusionKind
from tests.integration.followup.conftest import AnotherWorld
from tests.integration.followup.histories import FAILED_TASKS, Size, events_of, size_of
from tests.integration.followup.waiting import until
from tests.integration.followup.world import LATER, World


async def test_a_refusal_leaves_no_trace_in_the_history(world: World) -> None:
    follow_up = await world.a_follow_up()
    await world.do(follow_up, CompleteStep("second-call"))
    before = await size_of(world.execution(follow_up))

    refused = [await world.do(follow_up, CompleteStep("meeting")) for _ in range(3)]

    assert [verdict.code for verdict in refused] == ["mandatory_step_missing"] * 3
    assert await size_of(world.execution(follow_up)) - before == Size(0, 0, 0)


async def test_a_refusal_as_first_task_is_an_accepted_answer_and_stalls_nobody(world: World) -> None:
    follow_up = await world.a_follow_up(start=False)

    async with asyncio.timeout(8):  # a rejection as first task would hold the next one back for ten seconds
        refused = await world.do(follow_up, CompleteStep("meeting"))
        done = await world.do(follow_up, CompleteStep("first-call"))

    assert (refused.kind, refused.code) == ("refused", "mandatory_step_missing")
    assert refused.data == {"step": "meeting", "missing": ["first-call"]}
    assert (done.kind, done.number) == ("applied", 2)
    events = await events_of(world.execution(follow_up))
    assert events["WORKFLOW_EXECUTION_UPDATE_ACCEPTED"] == 2
    assert not [kind for kind in FAILED_TASKS if events[kind]]


async def test_a_refusal_in_the_first_task_of_a_reopened_execution_stalls_nobody(world: World) -> None:
    follow_up = await world.a_follow_up()
    await world.do(follow_up, Conclude(ConclusionKind.REFUSAL, world.clock.today()))
    await world.execution(follow_up).result()

    async with asyncio.timeout(8):
        refused = await world.do(follow_up, Reassign("8d1f3f0e-0000-4000-8000-000000000001"))
        await world.execution(follow_up).result()

    assert (refused.kind, refused.code) == ("refused", "closed")


async def test_a_bug_in_the_handler_fails_its_update_and_not_the_execution(
    world: World, another: AnotherWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = await another(ahead=LATER)
    follow_up = await world.a_follow_up()
    with monkeypatch.context() as broken:
        broken.setattr(visibility, "status_attribute", _raise_key_error)
        caller = asyncio.create_task(world.do(follow_up, Conclude(ConclusionKind.SALE, world.clock.today())))
        await until(lambda: _was_accepted(world, follow_up))

    other = await later.upkeep.send_again()
    await until(lambda: _has_facts(world, follow_up, 2))

    assert other == 1
    caller.cancel()
    events = await events_of(world.execution(follow_up))
    assert not [kind for kind in FAILED_TASKS if events[kind]]


async def test_an_argument_of_a_wrong_type_fails_its_update_and_not_the_execution(world: World) -> None:
    follow_up = await world.a_follow_up()
    handle = world.execution(follow_up)

    for wrong in ({"nonsense": 1}, ["a", "list"], None, "text", 7):
        with pytest.raises(WorkflowUpdateFailedError):
            await handle.execute_update("command", wrong)
    with pytest.raises(WorkflowUpdateFailedError):
        await handle.execute_update("command")
    with pytest.raises(WorkflowUpdateFailedError):
        await handle.execute_update("no such update")

    assert (await world.do(follow_up, CompleteStep("first-call"))).kind == "applied"
    events = await events_of(handle)
    assert not [kind for kind in FAILED_TASKS if events[kind]]


def _raise_key_error(*_: object) -> str:
    raise KeyError("a bug")


async def _was_accepted(world: World, follow_up: str) -> bool:
    events = await events_of(world.execution(follow_up))
    return events["WORKFLOW_EXECUTION_UPDATE_COMPLETED"] + sum(events[kind] for kind in FAILED_TASKS) > 0


async def _has_facts(world: World, follow_up: str, number: int) -> bool:
    return len(await world.facts(follow_up)) >= number
