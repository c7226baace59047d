"""`python -m tests.workflows.record_histories`: lives each new story once and keeps its history for the replay gate.

A story that has a history already is left as it is: an execution that began under the old code does not change either.
"""

import asyncio
import json
import logging
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowHandle

from shared.contracts.workflow import BULK_WAKE, BulkStart
from shared.rulebook.commands import (
    BeginStep,
    CompleteStep,
    Conclude,
    Reassign,
    RecordInteraction,
    TargetAgain,
    UndoCompletion,
    WithdrawClient,
)
from shared.rulebook.follow_up import ConclusionKind
from shared.rulebook.interaction_commands import (
    AmendInteraction,
    CancelInteraction,
    CompleteInteraction,
    PlanInteraction,
    ReopenInteraction,
)
from shared.rulebook.steps import ChecklistItem, StepKind
from tests.integration.followup.waiting import until
from tests.support.servers import running_temporal
from tests.workflows.corrected_stories import CORRECTIONS, Story
from tests.workflows.stage import DAY, PLAN, TODAY, Stage, a_stage, the_dates

FOLDER = Path(__file__).parent / "histories"
IDENTITY = "recorder"
OTHER_ADVISOR = "7d2c1c7e-0000-4000-8000-00000000000b"
_SHORT = {"limit.historyCount.suggestContinueAsNew": 30}
_CALL = RecordInteraction(StepKind.REMINDER)
_BACK = TargetAgain(TODAY, Decimal("500.00"), OTHER_ADVISOR)
_REFUSAL = Conclude(ConclusionKind.REFUSAL, TODAY)


async def plain_life(stage: Stage) -> Sequence[WorkflowHandle[Any, Any]]:
    """Steps, an interaction, another advisor, a newer definition, a conclusion, the end."""
    follow_up = await stage.a_follow_up(_id(1))
    await stage.send(follow_up, BeginStep("first-call"), update=_id(101))
    await stage.send(follow_up, CompleteStep("first-call"), update=_id(102))
    await stage.send(follow_up, _CALL, update=_id(103))
    await stage.send(follow_up, Reassign(OTHER_ADVISOR), update=_id(104))
    await stage.send(follow_up, UndoCompletion("first-call"), update=_id(105))
    newer = replace(PLAN, version=2, steps=PLAN.steps[::-1])
    await stage.send(follow_up, CompleteStep("meeting"), update=_id(106), version=2, plan=newer, recorded=5)
    stage.follow_ups.recorded = 1
    sale = Conclude(ConclusionKind.SALE, TODAY)
    await stage.send(follow_up, sale, update=_id(107), version=2, recorded=7)
    await stage.send(follow_up, CompleteStep("second-call"), update=_id(108), version=2, recorded=7)
    stage.follow_ups.recorded = 1_000
    await follow_up.result()
    return [follow_up]


async def refused_first_task(stage: Stage) -> Sequence[WorkflowHandle[Any, Any]]:
    """A refusal shares its task with the start, and is answered rather than rejected."""
    with_start = await stage.a_follow_up_by_command(_id(2), CompleteStep("meeting"), update=_id(201))
    await stage.send(with_start, CompleteStep("first-call"), update=_id(202))
    await stage.send(with_start, CompleteStep("meeting"), update=_id(203))
    return [with_start]


async def continued_as_new(stage: Stage) -> Sequence[WorkflowHandle[Any, Any]]:
    """A history that outgrows its run, with facts not recorded yet, and the run that follows."""
    follow_up = await stage.a_follow_up(_id(3))
    first = (await follow_up.describe()).run_id
    for number in range(8):
        await stage.send(follow_up, _CALL, update=_id(300 + number))

    async def moved() -> bool:
        return (await stage.client.get_workflow_handle(follow_up.id).describe()).run_id != first

    await until(moved)
    await stage.send(stage.client.get_workflow_handle(follow_up.id), CompleteStep("first-call"), update=_id(310))
    second = (await stage.client.get_workflow_handle(follow_up.id).describe()).run_id
    return [stage.client.get_workflow_handle(follow_up.id, run_id=run) for run in (first, second)]


async def reopened(stage: Stage) -> Sequence[WorkflowHandle[Any, Any]]:
    """Withdrawn, and back before the execution ended."""
    stage.follow_ups.recorded = 1
    follow_up = await stage.a_follow_up(_id(4))
    await stage.send(follow_up, WithdrawClient(), update=_id(401))
    await stage.send(follow_up, _BACK, update=_id(402))
    stage.follow_ups.recorded = 1_000
    await until(lambda: _asked(stage, 1))
    await stage.send(follow_up, CompleteStep("first-call"), update=_id(403))
    await stage.send(follow_up, _REFUSAL, update=_id(404))
    await follow_up.result()
    return [follow_up]


async def direct_signals(stage: Stage) -> Sequence[WorkflowHandle[Any, Any]]:
    """Signals of every kind, more than one batch holds, with a command between them."""
    follow_up = await stage.a_follow_up(_id(5))
    for number in range(25):
        await follow_up.signal("step_completed", {"id": f"crm-{number}", "step": "first-call"})
    await follow_up.signal("no such signal")
    await stage.send(follow_up, CompleteStep("first-call"), update=_id(501))
    await until(lambda: _handed_on(stage, 26))
    return [stage.client.get_workflow_handle(follow_up.id, run_id=follow_up.first_execution_run_id)]


async def interactions(stage: Stage) -> Sequence[WorkflowHandle[Any, Any]]:
    """Items ticked one by one, an appointment planned, amended, held, reopened and cancelled, a late one."""
    items = tuple(ChecklistItem(item, mandatory=True) for item in ("id", "form"))
    plan = replace(PLAN, steps=(replace(PLAN.steps[0], checklist=items), *PLAN.steps[1:]))
    follow_up = await stage.a_follow_up(_id(10), plan=plan)
    await stage.send(follow_up, BeginStep("first-call"), update=_id(1001))
    tick = AmendInteraction("first-call", ticked=frozenset({"id"}))
    await stage.send(follow_up, tick, update=_id(1002))
    await stage.send(follow_up, CompleteStep("first-call", frozenset({"form"})), update=_id(1003))
    await stage.send(follow_up, PlanInteraction(StepKind.APPOINTMENT), update=_id(1004))
    await stage.send(follow_up, AmendInteraction(number=5, described=True), update=_id(1005))
    await stage.send(follow_up, CompleteInteraction(number=5), update=_id(1006))
    await stage.send(follow_up, ReopenInteraction(5, StepKind.APPOINTMENT), update=_id(1007))
    await stage.send(follow_up, CancelInteraction(number=5), update=_id(1008))
    await stage.send(follow_up, PlanInteraction(StepKind.TASK), update=_id(1009))
    stage.follow_ups.recorded = 1
    await stage.send(follow_up, _REFUSAL, update=_id(1010))
    await stage.send(follow_up, CompleteInteraction(number=10), update=_id(1011))
    stage.follow_ups.recorded = 1_000
    await follow_up.result()
    return [follow_up]


async def campaign_with_moved_dates(stage: Stage) -> Sequence[WorkflowHandle[Any, Any]]:
    """Notice, start and end, with dates moved while it waits."""
    campaign = await stage.a_campaign(the_dates(_id(6)))
    await stage.skip(campaign, 6 * DAY)
    await stage.move(campaign, the_dates(_id(6), 2, start=20))
    await stage.move(campaign, the_dates(_id(6), 3, start=15, end=30))
    await stage.skip(campaign, 40 * DAY)
    await campaign.result()
    return [campaign]


async def campaign_deleted(stage: Stage) -> Sequence[WorkflowHandle[Any, Any]]:
    """Deleted while it waits for its start."""
    campaign = await stage.a_campaign(the_dates(_id(7), notice=None))
    await stage.move(campaign, the_dates(_id(7), 2).model_copy(update={"deleted": True}))
    await campaign.result()
    return [campaign]


async def job_now_and_its_undo(stage: Stage) -> Sequence[WorkflowHandle[Any, Any]]:
    """A job whose pages fail once, and its undo."""
    stage.jobs.failures = 1
    job = await stage.a_job(BulkStart(job_id=_id(8)))
    await job.result()
    undo = await stage.a_job(BulkStart(job_id=_id(8), undo=True))
    await undo.result()
    return [job, undo]


async def job_on_its_date(stage: Stage) -> Sequence[WorkflowHandle[Any, Any]]:
    """A job that waits for its date."""
    job = await stage.a_job(BulkStart(job_id=_id(9), begin_at=datetime.now(UTC) + 3 * DAY))
    await stage.skip(job, 4 * DAY)
    await job.result()
    return [job]


async def job_woken(stage: Stage) -> Sequence[WorkflowHandle[Any, Any]]:
    """A job that is cancelled while it waits: woken before its date."""
    job = await stage.a_job(BulkStart(job_id=_id(10), begin_at=datetime.now(UTC) + 3 * DAY))
    await job.signal(BULK_WAKE)
    await job.result()
    return [job]


STORIES: Sequence[Story] = (
    *CORRECTIONS,
    plain_life,
    refused_first_task,
    reopened,
    direct_signals,
    interactions,
    campaign_with_moved_dates,
    campaign_deleted,
    job_now_and_its_undo,
    job_on_its_date,
    job_woken,
)
LONG_STORIES: Sequence[Story] = (continued_as_new,)
"""Lived on a server that suggests a new run early."""


async def record() -> None:
    """Write one file per run of each story that has none."""
    FOLDER.mkdir(exist_ok=True)
    for dynamic, stories in ((None, STORIES), (_SHORT, LONG_STORIES)):
        new = [story for story in stories if not (FOLDER / f"{story.__name__}.1.json").exists()]
        with running_temporal(dynamic) if new else nullcontext("") as address:
            for story in new:
                await _live(address, story)


async def _live(address: str, story: Story) -> None:
    async with a_stage(address, f"golden-{story.__name__}", identity=IDENTITY) as stage:
        for number, handle in enumerate(await story(stage), start=1):
            history = _without_paths(json.loads((await handle.fetch_history()).to_json()))
            path = FOLDER / f"{story.__name__}.{number}.json"
            path.write_text(json.dumps({"workflow_id": handle.id, **history}, indent=1) + "\n")


def _without_paths(value: Any) -> Any:
    """The history without the stack traces of failures, which name this machine's folders."""
    if isinstance(value, dict):
        return {key: _without_paths(child) for key, child in value.items() if key != "stackTrace"}
    return [_without_paths(child) for child in value] if isinstance(value, list) else value


def _id(number: int) -> str:
    return f"7d2c1c7e-0000-4000-8000-{number:012}"


async def _asked(stage: Stage, times: int) -> bool:
    return stage.follow_ups.asked >= times


async def _handed_on(stage: Stage, number: int) -> bool:
    return sum(len(batch.signals) for batch in stage.follow_ups.batches) >= number


if __name__ == "__main__":
    logging.disable()  # an activity that says "not yet" is part of a story
    asyncio.run(record())
