"""Rule 1 of the write path: an id is written down once, whoever brings it, however often, through whichever replica."""

import asyncio

import pytest

from shared.rulebook.commands import CompleteStep, RecordInteraction
from shared.rulebook.errors import Refused
from shared.rulebook.steps import StepKind
from tests.integration.followup.conftest import AnotherWorld
from tests.integration.followup.engines import FreezingEngine
from tests.integration.followup.world import World

CALL = RecordInteraction(StepKind.REMINDER)


async def test_the_same_id_and_content_gets_the_earlier_verdict(world: World) -> None:
    follow_up = await world.a_follow_up()
    first = await world.do(follow_up, CALL, key="signal-1")
    await world.do(follow_up, CALL)

    again = await world.do(follow_up, CALL, key="signal-1")

    assert (again.kind, again.number, again.repeated) == ("applied", 2, True)
    assert again.command_id == first.command_id
    assert len(await world.facts(follow_up)) == 3


async def test_a_refusal_is_repeated_too_even_when_the_step_would_be_allowed_by_now(world: World) -> None:
    follow_up = await world.a_follow_up()
    await world.do(follow_up, CompleteStep("meeting"), key="signal-2")
    await world.do(follow_up, CompleteStep("first-call"))

    again = await world.do(follow_up, CompleteStep("meeting"), key="signal-2")

    assert (again.kind, again.code, again.repeated) == ("refused", "mandatory_step_missing", True)


async def test_the_same_id_with_other_content_is_refused_by_name(world: World) -> None:
    follow_up = await world.a_follow_up()
    await world.do(follow_up, CALL, key="signal-3")

    with pytest.raises(Refused) as refusal:
        await world.do(follow_up, CompleteStep("first-call"), key="signal-3")

    assert (refusal.value.code, refusal.value.data) == ("id_reused", {"id": "signal-3"})
    assert await world.kinds(follow_up) == ["ClientTargeted", "InteractionRecorded"]


async def test_the_same_id_at_once_through_two_replicas_makes_one_fact(world: World, another: AnotherWorld) -> None:
    replica = await another()
    follow_up = await world.a_follow_up()

    verdicts = await asyncio.gather(
        *(one.do(follow_up, CALL, key="signal-4") for one in (world, replica) for _ in range(5))
    )

    assert await world.kinds(follow_up) == ["ClientTargeted", "InteractionRecorded"]
    assert len({verdict.command_id for verdict in verdicts if verdict.repeated}) == 1
    assert [verdict.kind for verdict in verdicts if not verdict.repeated] == ["applied"]


async def test_a_command_is_written_down_before_it_is_sent(world: World, another: AnotherWorld) -> None:
    frozen = await another(around=lambda real: FreezingEngine(real, before=True))
    follow_up = await world.a_follow_up()
    caller = asyncio.create_task(frozen.do(follow_up, CALL, key="signal-5"))
    await asyncio.wait_for(frozen.engine.frozen.wait(), 10)

    asked = await world.log.verdicts("tests", ["signal-5"])

    assert [verdict.kind for verdict in asked] == ["pending"]
    frozen.engine.thaw()
    assert (await caller).kind == "applied"


async def test_one_id_twice_in_a_batch_makes_one_fact(world: World) -> None:
    follow_up = await world.a_follow_up()

    await world.desk.submit_many([world.wish(follow_up, CALL, key="signal-6") for _ in range(2)])

    assert await world.kinds(follow_up) == ["ClientTargeted", "InteractionRecorded"]
