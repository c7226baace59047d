"""Rule 8 of the write path: the row says what *not found* means, and an engine behind the database catches up."""

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import RPCError, WorkflowExecutionDescription
from temporalio.service import RPCStatusCode

from services.followup.ports import NOT_FOUND
from services.followup.use_cases.send import start_of
from shared.contracts.workflow import DEFINITION_NEEDED, STATE_NEEDED, FollowUpStart
from shared.rulebook.commands import CompleteStep, Conclude, RecordInteraction
from shared.rulebook.follow_up import ConclusionKind
from shared.rulebook.steps import StepKind
from tests.integration.followup.conftest import AnotherWorld
from tests.integration.followup.engines import WatchedEngine
from tests.integration.followup.waiting import until
from tests.integration.followup.world import STEPS, World, a_definition

CALL = RecordInteraction(StepKind.REMINDER)


async def test_a_follow_up_not_started_yet_is_started_by_its_first_command(world: World) -> None:
    follow_up = await world.a_follow_up(start=False)

    verdict = await world.do(follow_up, CompleteStep("first-call"))
    started = await world.upkeep.start_executions()

    assert (verdict.kind, verdict.number) == ("applied", 2)
    assert started == 0


async def test_starting_twice_starts_once(world: World) -> None:
    follow_up = await world.a_follow_up(start=False)
    (known,) = await world.targeting.not_started(10)

    await world.engine.start(start_of(known), None)
    await world.engine.start(start_of(known), None)
    await world.upkeep.start_executions()

    assert (await world.do(follow_up, CompleteStep("first-call"))).number == 2


async def test_a_targeting_message_that_comes_again_starts_no_ended_execution(world: World) -> None:
    follow_up = await world.a_follow_up(start=False)
    (known,) = await world.targeting.not_started(10)
    await world.engine.start(start_of(known), None)
    await world.do(follow_up, Conclude(ConclusionKind.REFUSAL, world.clock.today()))
    ended = await _when_ended(world, follow_up)

    await world.engine.start(start_of(known), None)

    assert (await world.execution(follow_up).describe()).run_id == ended.run_id


async def test_an_execution_that_the_engine_lost_goes_on_from_the_recorded_state(
    world: World, another: AnotherWorld
) -> None:
    watched = await another(around=WatchedEngine)
    follow_up = await world.a_follow_up()
    await world.do(follow_up, CompleteStep("first-call"))
    await _lose(world, follow_up)

    verdict = await watched.do(follow_up, CompleteStep("meeting"))

    assert (verdict.kind, verdict.number) == ("applied", 3)
    assert [answer.failure for answer in watched.engine.answers] == [NOT_FOUND, None]
    assert [fact.number for fact in await world.facts(follow_up)] == [1, 2, 3]


async def test_an_engine_restored_behind_the_database_is_given_the_state_and_numbers_go_on(
    world: World, another: AnotherWorld
) -> None:
    watched = await another(around=WatchedEngine)
    follow_up = await world.a_follow_up(start=False)
    (known,) = await world.targeting.not_started(10)
    await world.do(follow_up, CompleteStep("first-call"))
    await world.do(follow_up, CALL)
    await _lose(world, follow_up)
    await _restore(world, start_of(known))

    verdict = await watched.do(follow_up, CompleteStep("meeting"))
    after = await watched.do(follow_up, CALL)

    assert (verdict.kind, verdict.number) == ("applied", 4)
    assert (after.kind, after.number) == ("applied", 5)
    assert [answer.failure for answer in watched.engine.answers] == [STATE_NEEDED, None, None]
    assert [fact.number for fact in await world.facts(follow_up)] == [1, 2, 3, 4, 5]


async def test_an_engine_restored_to_an_older_definition_is_given_the_present_one(
    world: World, another: AnotherWorld
) -> None:
    watched = await another(around=WatchedEngine)
    campaign = await world.a_campaign()
    follow_up = await world.a_follow_up(campaign, start=False)
    (known,) = await world.targeting.not_started(10)
    await world.do(follow_up, CALL)
    await world.definitions.hold(a_definition(campaign, 2, steps=[STEPS[2], STEPS[0]]))
    await world.do(follow_up, CALL)
    recorded = (await world.facts(follow_up))[-1].after
    await _lose(world, follow_up)
    await _restore(world, start_of(known).model_copy(update={"state": recorded}))

    verdict = await watched.do(follow_up, CompleteStep("meeting"))

    assert (verdict.kind, verdict.number) == ("applied", 4)
    assert [answer.failure for answer in watched.engine.answers] == [DEFINITION_NEEDED, None]
    assert (await world.facts(follow_up))[-1].fact.version == 2


async def _when_ended(world: World, follow_up: str) -> WorkflowExecutionDescription:
    await world.execution(follow_up).result()
    return await world.execution(follow_up).describe()


async def _lose(world: World, follow_up: str) -> None:
    """As after a restore of the engine to a moment before the execution began."""
    handle = world.execution(follow_up)
    await world.client.workflow_service.delete_workflow_execution(
        DeleteWorkflowExecutionRequest(
            namespace=world.client.namespace, workflow_execution=WorkflowExecution(workflow_id=handle.id)
        )
    )

    async def gone() -> bool:
        try:
            await handle.describe()
        except RPCError as error:
            return error.status is RPCStatusCode.NOT_FOUND
        return False

    await until(gone)


async def _restore(world: World, start: FollowUpStart) -> None:
    """An execution as it stood earlier, past its first task."""
    handle = await world.client.start_workflow(
        "FollowUp", start, id=f"follow-up/{start.follow_up_id}", task_queue=world.task_queue
    )

    async def awake() -> bool:
        return (await handle.describe()).history_length >= 4

    await until(awake)
