"""Stories of what is put right, closed and opened again, sent and refused, for the golden histories."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError

from shared.contracts.workflow import LetterStart
from shared.rulebook.commands import (
    AmendConclusion,
    BeginStep,
    CancelEntry,
    ChangePotential,
    CloseArchived,
    CompleteStep,
    Conclude,
    MoveEntryDate,
    RecordInteraction,
    ReopenUnarchived,
    WithdrawConclusion,
)
from shared.rulebook.follow_up import ConclusionKind
from shared.rulebook.holdings import LinkHoldings
from shared.rulebook.lateness import MarkOverdue
from shared.rulebook.steps import Step, StepKind
from tests.workflows.stage import DAY, PLAN, TODAY, Stage

ADVISOR = "7d2c1c7e-0000-4000-8000-00000000000a"
_SALE = Conclude(ConclusionKind.SALE, TODAY, Decimal("100.00"))

Story = Callable[[Stage], Awaitable[Sequence[WorkflowHandle[Any, Any]]]]


async def conclusion_put_right(stage: Stage) -> Sequence[WorkflowHandle[Any, Any]]:
    """A sale linked, amended, withdrawn and recorded anew, before the execution may end; links changed to none."""
    follow_up = await stage.a_follow_up(_id(21))
    stage.follow_ups.recorded = 1
    await stage.send(follow_up, _SALE, update=_id(2101))
    await stage.send(follow_up, LinkHoldings(("a-1",), ("t-2", "t-1")), update=_id(2102))
    amended = AmendConclusion(ConclusionKind.SIGNATURE, TODAY, Decimal("250.00"))
    await stage.send(follow_up, amended, update=_id(2103))
    await stage.send(follow_up, LinkHoldings(), update=_id(2104))
    await stage.send(follow_up, WithdrawConclusion(ADVISOR), update=_id(2105))
    await stage.send(follow_up, _SALE, update=_id(2106))
    stage.follow_ups.recorded = 1_000
    await follow_up.result()
    return [follow_up]


async def waiting_and_back_to_nothing(stage: Stage) -> Sequence[WorkflowHandle[Any, Any]]:
    """Asleep until the entry date moves to today; an entry begun, late and cancelled; another potential."""
    follow_up = await stage.a_follow_up(_id(22), enters_in=5 * DAY)
    await stage.send(follow_up, MoveEntryDate(TODAY), update=_id(2201))
    await stage.send(follow_up, ChangePotential(Decimal("0.00")), update=_id(2202))
    await stage.send(follow_up, BeginStep("first-call"), update=_id(2203))
    await stage.send(follow_up, MarkOverdue("first-call", TODAY - DAY), update=_id(2204))
    await stage.send(follow_up, CancelEntry("first-call"), update=_id(2205))
    await stage.send(follow_up, BeginStep("first-call"), update=_id(2206))
    return [follow_up]


async def archived_and_back(stage: Stage) -> Sequence[WorkflowHandle[Any, Any]]:
    """Closed by the archiving with an entry begun, and reopened before the execution ended; closed for good then."""
    follow_up = await stage.a_follow_up(_id(23))
    stage.follow_ups.recorded = 1
    await stage.send(follow_up, BeginStep("first-call"), update=_id(2301))
    await stage.send(follow_up, CloseArchived(), update=_id(2302))
    await stage.send(follow_up, ReopenUnarchived(ADVISOR), update=_id(2303))
    await stage.send(follow_up, CompleteStep("first-call"), update=_id(2304))
    await stage.send(follow_up, CloseArchived(), update=_id(2305))
    stage.follow_ups.recorded = 1_000
    await follow_up.result()
    return [follow_up]


async def sheet_and_email(stage: Stage) -> Sequence[WorkflowHandle[Any, Any]]:
    """A follow-up sheet and an e-mail as steps and unplanned."""
    written = (
        Step("sheet", StepKind.FOLLOW_UP_SHEET, mandatory=True),
        Step("letter", StepKind.EMAIL, mandatory=False),
    )
    follow_up = await stage.a_follow_up(_id(24), plan=replace(PLAN, steps=(*written, *PLAN.steps)))
    await stage.send(follow_up, CompleteStep("sheet"), update=_id(2401))
    await stage.send(follow_up, CompleteStep("letter"), update=_id(2402))
    await stage.send(follow_up, RecordInteraction(StepKind.FOLLOW_UP_SHEET), update=_id(2403))
    await stage.send(follow_up, RecordInteraction(StepKind.EMAIL), update=_id(2404))
    return [follow_up]


async def refused_early_and_applied_later(stage: Stage) -> Sequence[WorkflowHandle[Any, Any]]:
    """Two signals before their predecessor, one of them as first task, are sent again after it under further sends."""
    follow_up = await stage.a_follow_up_by_command(_id(25), CompleteStep("meeting"), update=_id(2501))
    try:
        await stage.send(follow_up, CompleteStep("second-call"), update=_id(2502))
    except WorkflowUpdateFailedError:
        await stage.send(follow_up, CompleteStep("first-call"), update=_id(2503))
    await stage.send(follow_up, CompleteStep("meeting"), update=f"{_id(2501)}~2")
    await stage.send(follow_up, CompleteStep("second-call"), update=f"{_id(2502)}~2")
    return [follow_up]


async def letter_sent_at_last(stage: Stage) -> Sequence[WorkflowHandle[Any, Any]]:
    """A letter that is delivered at the second time."""
    stage.letters.failures = 1
    letter = await stage.a_letter(LetterStart(letter_id=_id(26)))
    await letter.result()
    return [letter]


async def letter_given_up(stage: Stage) -> Sequence[WorkflowHandle[Any, Any]]:
    """A letter that was not delivered in time, and is settled the last time."""
    stage.letters.away = True
    letter = await stage.a_letter(LetterStart(letter_id=_id(27)))
    await letter.result()
    return [letter]


CORRECTIONS: Sequence[Story] = (
    conclusion_put_right,
    waiting_and_back_to_nothing,
    archived_and_back,
    sheet_and_email,
    refused_early_and_applied_later,
    letter_sent_at_last,
    letter_given_up,
)


def _id(number: int) -> str:
    return f"7d2c1c7e-0000-4000-8000-{number:012}"
