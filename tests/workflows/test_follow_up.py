"""The follow-up's execution by itself: what it answers, how it ends, what operators see of it."""

from uuid import uuid4

import pytest
from temporalio.client import WorkflowExecutionStatus, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from shared.contracts.visibility import ADVISOR_ID, FOLLOW_UP_STATUS
from shared.contracts.workflow import CommandAnswer
from shared.rulebook.commands import CompleteStep, Conclude, Reassign
from shared.rulebook.follow_up import ConclusionKind
from tests.integration.followup.waiting import until
from tests.workflows.stage import DAY, TODAY, Stage

OTHER = "7d2c1c7e-0000-4000-8000-00000000000b"
REFUSAL = Conclude(ConclusionKind.REFUSAL, TODAY)


async def test_an_answer_holds_every_fact_above_the_recorded_one(stage: Stage) -> None:
    follow_up = await stage.a_follow_up()
    await stage.send(follow_up, CompleteStep("first-call"), update="one")

    answer = await stage.send(follow_up, CompleteStep("meeting"), update="two")
    later = await stage.send(follow_up, CompleteStep("second-call"), update="three", recorded=3)

    assert [(fact.number, fact.command_id) for fact in answer.facts] == [(2, "one"), (3, "two")]
    assert [(fact.number, fact.command_id) for fact in later.facts] == [(4, "three")]


async def test_a_refusal_carries_its_code_and_what_is_missing(stage: Stage) -> None:
    follow_up = await stage.a_follow_up()
    await stage.send(follow_up, CompleteStep("first-call"))

    with pytest.raises(WorkflowUpdateFailedError) as refusal:
        await stage.send(follow_up, CompleteStep("first-call"))

    cause = refusal.value.cause
    assert isinstance(cause, ApplicationError)
    assert cause.type == "rule.already_completed"
    assert CommandAnswer.model_validate(cause.details[0]).data == {"step": "first-call"}


async def test_a_command_known_is_refused_with_its_facts(stage: Stage) -> None:
    follow_up = await stage.a_follow_up()
    await stage.send(follow_up, CompleteStep("first-call"), update="one")

    with pytest.raises(WorkflowUpdateFailedError) as refusal:
        await stage.send(follow_up, CompleteStep("first-call"), update="one~2.0")

    cause = refusal.value.cause
    assert isinstance(cause, ApplicationError)
    assert cause.type == "repeat.already_applied"
    assert [fact.number for fact in CommandAnswer.model_validate(cause.details[0]).facts] == [2]


async def test_it_ends_once_its_last_fact_is_recorded(stage: Stage) -> None:
    stage.follow_ups.recorded = 1
    follow_up = await stage.a_follow_up()
    await stage.send(follow_up, REFUSAL)
    await until(lambda: _asked(stage, 2))
    before = (await follow_up.describe()).status

    stage.follow_ups.recorded = 2
    await follow_up.result()

    assert before is WorkflowExecutionStatus.RUNNING


async def test_while_it_asks_whether_it_may_end_it_still_takes_commands(stage: Stage) -> None:
    stage.follow_ups.recorded = 1
    follow_up = await stage.a_follow_up()
    await stage.send(follow_up, REFUSAL)
    await until(lambda: _asked(stage, 1))

    late = await stage.send(follow_up, CompleteStep("first-call"))

    assert [fact.number for fact in late.facts] == [2, 3]
    stage.follow_ups.recorded = 3
    await follow_up.result()


async def test_signals_are_handed_on_in_batches_of_twenty_at_most(stage: Stage) -> None:
    follow_up = await stage.a_follow_up()
    stage.follow_ups.open.clear()

    for number in range(45):
        await follow_up.signal("anything", number)
    stage.follow_ups.open.set()
    await until(lambda: _handed_on(stage, 45))

    assert max(len(batch.signals) for batch in stage.follow_ups.batches) <= 20
    keys = [signal.signal_key for batch in stage.follow_ups.batches for signal in batch.signals]
    assert [key.rpartition("/")[2] for key in keys] == [str(number) for number in range(1, 46)]


async def test_operators_find_it_by_status_and_advisor(stage: Stage) -> None:
    stage.follow_ups.recorded = 1
    follow_up = await stage.a_follow_up()
    await stage.send(follow_up, Reassign(OTHER))
    await stage.send(follow_up, REFUSAL)

    found = (await follow_up.describe()).typed_search_attributes

    assert (found[FOLLOW_UP_STATUS], found[ADVISOR_ID]) == ("CONCLUDED", OTHER)
    stage.follow_ups.recorded = 3


async def test_operators_read_its_steps(stage: Stage) -> None:
    follow_up = await stage.a_follow_up()
    await stage.send(follow_up, CompleteStep("first-call"))

    details = (await follow_up.query("__temporal_workflow_metadata")).current_details

    assert "| 1 | first-call | TASK | yes | completed |" in details
    assert "| 2 | second-call | REMINDER | no |  ← position |" in details


async def test_days_without_anything_cost_nothing(stage: Stage) -> None:
    follow_up = await stage.a_follow_up(str(uuid4()))
    await stage.send(follow_up, CompleteStep("first-call"))
    before = await _tasks(stage, follow_up.id)

    await stage.skip(follow_up, 30 * DAY)

    assert await _tasks(stage, follow_up.id) == before


async def _asked(stage: Stage, times: int) -> bool:
    return stage.follow_ups.asked >= times


async def _handed_on(stage: Stage, number: int) -> bool:
    return sum(len(batch.signals) for batch in stage.follow_ups.batches) >= number


async def _tasks(stage: Stage, workflow_id: str) -> int:
    history = await stage.client.get_workflow_handle(workflow_id).fetch_history()
    return sum(event.HasField("workflow_task_completed_event_attributes") for event in history.events)
