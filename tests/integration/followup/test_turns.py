"""Rule 2 of the write path: the commands of one follow-up go one at a time, in the order in which they came."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from services.followup.ports import EngineAnswer, Leased, Verdict
from shared.rulebook.commands import BeginStep, CompleteStep, RecordInteraction
from shared.rulebook.steps import StepKind
from tests.integration.followup.conftest import AnotherWorld
from tests.integration.followup.engines import FreezingEngine, WatchedEngine
from tests.integration.followup.histories import FAILED_TASKS, events_of
from tests.integration.followup.waiting import until
from tests.integration.followup.world import LATER, World

CALL = RecordInteraction(StepKind.REMINDER)


class CrowdCountingEngine(WatchedEngine):
    """Counts how many sends are on their way at once, over all its processes."""

    here = 0
    most = 0

    async def before(self) -> None:
        CrowdCountingEngine.here += 1
        CrowdCountingEngine.most = max(CrowdCountingEngine.most, CrowdCountingEngine.here)

    async def after(self, answer: EngineAnswer) -> EngineAnswer:
        CrowdCountingEngine.here -= 1
        return answer


async def test_two_replicas_send_the_commands_of_one_follow_up_one_at_a_time(
    world: World, another: AnotherWorld
) -> None:
    CrowdCountingEngine.here = CrowdCountingEngine.most = 0
    replicas = [await another(around=CrowdCountingEngine, answer_within=timedelta(seconds=2)) for _ in range(2)]
    follow_up = await world.a_follow_up()
    one, two = ([replica.wish(follow_up, CALL) for _ in range(6)] for replica in replicas)

    await asyncio.gather(replicas[0].desk.submit_many(one), replicas[1].desk.submit_many(two))
    await until(lambda: _has_facts(world, follow_up, 13))

    assert CrowdCountingEngine.most == 1
    made_by = [fact.command_id for fact in await world.facts(follow_up)]
    for commands in (one, two):
        places = [made_by.index(command.command_id) for command in commands]
        assert places == sorted(places)


async def test_sixty_commands_for_one_follow_up_are_decided_in_order_and_without_a_stall(world: World) -> None:
    follow_up = await world.a_follow_up()
    wishes = [world.wish(follow_up, CALL) for _ in range(60)]

    async with asyncio.timeout(20):
        verdicts = await world.desk.submit_many(wishes)

    assert [verdict.number for verdict in _verdicts(verdicts)] == list(range(2, 62))
    events = await events_of(world.execution(follow_up))
    assert not [kind for kind in FAILED_TASKS if events[kind]]


async def test_a_batch_is_decided_in_its_order(world: World) -> None:
    follow_up = await world.a_follow_up()
    steps = ("first-call", "second-call", "meeting", "paperwork")
    batch = [world.wish(follow_up, command(step)) for step in steps for command in (BeginStep, CompleteStep)]

    verdicts = await world.desk.submit_many(batch)

    assert [verdict.number for verdict in _verdicts(verdicts)] == [2, 3, 4, 5, 6, 7, 8, 9]


async def test_a_new_command_behind_a_repeated_one_is_sent_at_once(world: World) -> None:
    follow_up = await world.a_follow_up()
    await world.do(follow_up, CALL, key="repeated")
    batch = [world.wish(follow_up, CALL, key=key) for key in ("repeated", "new", "newer", "new")]

    admitted = await world.log.admit(batch)

    assert [isinstance(one, Leased) for one in admitted] == [False, True, False, False]
    assert [one.kind for one in admitted if isinstance(one, Verdict)] == ["applied", "pending", "pending"]


async def test_a_command_waits_for_an_older_one_whose_verdict_is_open(world: World, another: AnotherWorld) -> None:
    frozen = await another(around=lambda real: FreezingEngine(real, before=True))
    patient = await another(answer_within=timedelta(seconds=0.2))
    follow_up = await world.a_follow_up()
    older = asyncio.create_task(frozen.do(follow_up, CompleteStep("first-call")))
    await asyncio.wait_for(frozen.engine.frozen.wait(), 10)

    newer = await patient.do(follow_up, CompleteStep("meeting"))

    assert newer.kind == "pending"
    assert await world.kinds(follow_up) == ["ClientTargeted"]
    frozen.engine.thaw()
    assert (await older).number == 2
    await until(lambda: _has_facts(world, follow_up, 3))
    assert [fact.fact.step_id for fact in await world.facts(follow_up)] == [None, "first-call", "meeting"]


async def test_a_command_that_finds_an_abandoned_one_before_it_takes_no_lease_that_nobody_uses(
    world: World, another: AnotherWorld
) -> None:
    frozen = await another(around=lambda real: FreezingEngine(real, before=True))
    later = await another(ahead=LATER, answer_within=timedelta(seconds=0.2))
    follow_up = await world.a_follow_up()
    abandoned = asyncio.create_task(frozen.do(follow_up, CompleteStep("first-call")))
    await asyncio.wait_for(frozen.engine.frozen.wait(), 10)
    await later.do(follow_up, CompleteStep("meeting"))

    taken_up = await later.upkeep.send_again()

    assert taken_up == 1
    await until(lambda: _has_facts(world, follow_up, 3))
    frozen.engine.thaw()
    await abandoned


def _verdicts(answers: Sequence[object]) -> Sequence[object]:
    errors = [answer for answer in answers if isinstance(answer, Exception)]
    assert not errors
    return answers


async def _has_facts(world: World, follow_up: str, number: int) -> bool:
    return len(await world.facts(follow_up)) >= number
