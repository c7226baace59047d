"""Rule 7 of the write path: what is no rulebook code decides nothing, and the same command is sent again."""

from datetime import timedelta

import pytest
from temporalio.exceptions import ApplicationError

from services.followup.engine.updates import failure_of
from services.followup.ports import UNCLEAR, EngineAnswer
from shared.contracts.workflow import CommandAnswer
from shared.rulebook.commands import RecordInteraction
from shared.rulebook.steps import StepKind
from tests.integration.followup.conftest import AnotherWorld
from tests.integration.followup.engines import AnswerLosingEngine, WatchedEngine
from tests.integration.followup.waiting import until
from tests.integration.followup.world import LATER, World, a_worker, a_world

CALL = RecordInteraction(StepKind.REMINDER)


class FailingEngine(WatchedEngine):
    """Answers as the engine does when something of its own goes wrong."""

    failure = UNCLEAR

    async def after(self, answer: EngineAnswer) -> EngineAnswer:
        return EngineAnswer(failure=self.failure, data={"reason": "so"})


async def test_a_lost_answer_leaves_the_verdict_open_and_the_command_is_applied_once(
    world: World, another: AnotherWorld
) -> None:
    losing = await another(around=AnswerLosingEngine, answer_within=timedelta(seconds=1))
    later = await another(ahead=LATER)
    follow_up = await world.a_follow_up()
    pending = await losing.do(follow_up, CALL, key="unsure-1")
    assert await world.kinds(follow_up) == ["ClientTargeted"]

    await later.upkeep.send_again()
    await until(lambda: _has_facts(world, follow_up, 2))
    after = await world.do(follow_up, CALL)

    assert pending.kind == "pending"
    assert (after.kind, after.number) == ("applied", 3)
    asked = await world.log.verdicts("tests", ["unsure-1"])
    assert [(verdict.kind, verdict.number) for verdict in asked] == [("applied", 2)]


@pytest.mark.parametrize(
    "failure",
    ["KeyError", "AcceptedUpdateCompletedWorkflow", "UnprocessedUpdate", "engine.unclear", "repeat.deadline_passed"],
)
async def test_a_failure_that_is_no_rulebook_code_refuses_nothing(
    world: World, another: AnotherWorld, failure: str
) -> None:
    class Failing(FailingEngine):
        pass

    Failing.failure = failure
    failing = await another(around=Failing, answer_within=timedelta(seconds=0.3))
    follow_up = await world.a_follow_up()

    verdict = await failing.do(follow_up, CALL, key=f"unsure-{failure}")

    assert verdict.kind == "pending"
    asked = await world.log.verdicts("tests", [f"unsure-{failure}"])
    assert [(verdict.kind, verdict.code) for verdict in asked] == [("pending", None)]


async def test_without_a_worker_a_send_ends_with_its_deadline_and_the_verdict_stays_open(
    fresh_database: str, nats_url: str, temporal_address: str, task_queue: str
) -> None:
    where = (fresh_database, nats_url, temporal_address, task_queue)
    impatient = {"deadline": timedelta(seconds=0.3), "answer_within": timedelta(seconds=1)}
    async with (
        a_world(*where, around=WatchedEngine, **impatient) as alone,
        a_world(*where, ahead=LATER) as later,
    ):
        follow_up = await alone.a_follow_up()
        pending = await alone.do(follow_up, CALL)

        async with a_worker(later):
            await later.upkeep.send_again()
            await until(lambda: _has_facts(later, follow_up, 2))
            await later.desk.close()

        assert pending.kind == "pending"
        assert [answer.failure for answer in alone.engine.answers] == [UNCLEAR]
        assert await later.kinds(follow_up) == ["ClientTargeted", "InteractionRecorded"]


@pytest.mark.parametrize(
    ("cause", "failure"),
    [
        (ApplicationError("no", CommandAnswer(data={"a": 1}), type="rule.closed"), "rule.closed"),
        (ApplicationError("no", type="KeyError"), "KeyError"),
        (ApplicationError("no", {"not": "ours", "facts": 7}, type="Other"), "Other"),
        (ApplicationError("no"), UNCLEAR),
        (ValueError("no"), UNCLEAR),
        (None, UNCLEAR),
    ],
)
def test_any_failure_of_an_update_is_read(cause: BaseException | None, failure: str) -> None:
    assert failure_of(cause).failure == failure


async def _has_facts(world: World, follow_up: str, number: int) -> bool:
    return len(await world.facts(follow_up)) >= number
