"""Rule 3 of the write path: a sender may freeze at any moment, and its command is applied once all the same."""

import asyncio
from datetime import timedelta

from shared.contracts.workflow import DEADLINE_PASSED
from shared.rulebook.commands import Conclude, RecordInteraction, WithdrawConclusion
from shared.rulebook.follow_up import ConclusionKind
from shared.rulebook.steps import StepKind
from tests.integration.followup.conftest import AnotherWorld
from tests.integration.followup.engines import FreezingEngine
from tests.integration.followup.waiting import until
from tests.integration.followup.world import LATER, World

# Unlike a step, an interaction may be recorded any number of times: no rule hides a doubling.
CALL = RecordInteraction(StepKind.REMINDER)


async def test_while_the_lease_lasts_nobody_else_sends(world: World, another: AnotherWorld) -> None:
    frozen = await another(around=lambda real: FreezingEngine(real, before=True))
    soon = await another(ahead=timedelta(seconds=15))  # of the lease's twenty
    follow_up = await world.a_follow_up()
    caller = await _frozen_with(frozen, follow_up)

    found = await soon.upkeep.send_again()

    assert found == 0
    assert await world.kinds(follow_up) == ["ClientTargeted"]
    frozen.engine.thaw()
    assert (await caller).number == 2


async def test_a_sender_frozen_before_its_send_applies_nothing_once_another_has_sent(
    world: World, another: AnotherWorld
) -> None:
    frozen = await another(around=lambda real: FreezingEngine(real, before=True))
    later = await another(ahead=LATER)
    follow_up = await world.a_follow_up()
    caller = await _frozen_with(frozen, follow_up)

    await later.upkeep.send_again()
    await until(lambda: _has_facts(world, follow_up, 2))
    frozen.engine.thaw()
    verdict = await caller
    after = await world.do(follow_up, CALL)

    assert (verdict.kind, verdict.number) == ("applied", 2)
    assert (after.kind, after.number) == ("applied", 3)
    assert await world.kinds(follow_up) == ["ClientTargeted", "InteractionRecorded", "InteractionRecorded"]


async def test_a_send_that_arrives_in_a_later_run_is_refused_by_its_deadline(
    world: World, another: AnotherWorld
) -> None:
    frozen = await another(around=lambda real: FreezingEngine(real, before=True))
    later = await another(ahead=LATER)
    follow_up = await world.a_follow_up()
    caller = await _frozen_with(frozen, follow_up)
    await later.upkeep.send_again()
    await until(lambda: _has_facts(world, follow_up, 2))
    await later.do(follow_up, Conclude(ConclusionKind.REFUSAL, world.clock.today()))
    await world.execution(follow_up).result()
    await later.do(follow_up, WithdrawConclusion())  # in a new run, which knows nothing of the first command
    await world.pass_time(follow_up, LATER)

    frozen.engine.thaw()
    await until(lambda: _answered(frozen))
    after = await later.do(follow_up, CALL)

    assert frozen.engine.answers[0].failure == DEADLINE_PASSED
    assert (after.kind, after.number) == ("applied", 5)
    assert (await world.kinds(follow_up))[1:] == [
        "InteractionRecorded",
        "Concluded",
        "ConclusionWithdrawn",
        "InteractionRecorded",
    ]
    caller.cancel()


async def test_a_sender_frozen_with_the_answer_in_hand_writes_nothing_twice(
    world: World, another: AnotherWorld
) -> None:
    frozen = await another(around=lambda real: FreezingEngine(real, after=True))
    later = await another(ahead=LATER)
    follow_up = await world.a_follow_up()
    caller = await _frozen_with(frozen, follow_up)
    assert await world.kinds(follow_up) == ["ClientTargeted"]

    await later.upkeep.send_again()
    await until(lambda: _has_facts(world, follow_up, 2))
    frozen.engine.thaw()
    verdict = await caller

    assert (verdict.kind, verdict.number) == ("applied", 2)
    assert await world.kinds(follow_up) == ["ClientTargeted", "InteractionRecorded"]


async def _frozen_with(frozen: World, follow_up: str) -> "asyncio.Task[object]":
    """Its command, with the process standing still."""
    caller = asyncio.create_task(frozen.do(follow_up, CALL))
    async with asyncio.timeout(10):
        await frozen.engine.frozen.wait()
    return caller


async def _has_facts(world: World, follow_up: str, number: int) -> bool:
    return len(await world.facts(follow_up)) >= number


async def _answered(world: World) -> bool:
    return bool(world.engine.answers)
