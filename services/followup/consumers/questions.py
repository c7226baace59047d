"""Questions of workflows and of other services."""

import asyncio

from services.followup.consumers.direct_door import DirectDoor
from services.followup.ports import Definitions, LetterState, Previewing, Reading, Targeting
from services.followup.use_cases.jobs import RunJobs
from services.followup.use_cases.send_letter import SendLetters
from shared.contracts.bulk import BulkPageRun, RunBulkPage
from shared.contracts.followup import (
    DefinitionHeld,
    DirectSignals,
    EditPreviewed,
    Facts,
    FactsPage,
    HoldDefinition,
    JobDecided,
    JobDecisions,
    PreviewEdit,
    Recorded,
    RecordedNumber,
    ReserveSteps,
    SignalsLogged,
    StepsReserved,
    TargetingCount,
    TargetingProgress,
)
from shared.contracts.letters import DeliverLetter, LetterDelivered
from shared.rulebook.errors import Refused
from shared.runtime.messaging import Bus

_RESERVE_TRIES = 15
_RESERVE_PAUSE = 0.1


class Questions:
    """One method per question."""

    def __init__(
        self,
        *,
        definitions: Definitions,
        targeting: Targeting,
        reading: Reading,
        previewing: Previewing,
        direct_door: DirectDoor,
        running: RunJobs,
        sending: SendLetters,
    ) -> None:
        self.definitions = definitions
        self.targeting = targeting
        self.reading = reading
        self.previewing = previewing
        self.direct_door = direct_door
        self.running = running
        self.sending = sending

    async def hold_definition(self, question: HoldDefinition) -> DefinitionHeld:
        """Hold it, so that the very next command follows it."""
        return DefinitionHeld(version=await self.definitions.hold(question.definition))

    async def reserve_steps(self, question: ReserveSteps) -> StepsReserved:
        """Reserve and count; Refused `commands_under_way` when undecided commands, or another's, do not end soon."""
        by = question.reservation
        if question.release:
            await self.definitions.release(question.campaign_id, by=by)
            return StepsReserved(completed=(), anything_recorded=False)
        for _ in range(_RESERVE_TRIES):
            counts = await self.definitions.reserve(
                question.campaign_id, question.step_ids, by=by, seconds=question.for_seconds
            )
            if counts is not None:
                return counts
            await asyncio.sleep(_RESERVE_PAUSE)
        await self.definitions.release(question.campaign_id, by=by)
        raise Refused("commands_under_way")

    async def preview_edit(self, question: PreviewEdit) -> EditPreviewed:
        """One page of what the edit would do."""
        return await self.previewing.preview(question)

    async def targeting_progress(self, question: TargetingProgress) -> TargetingCount:
        """How far the job is."""
        return await self.targeting.progress(question.campaign_id, question.job_id)

    async def job_decisions(self, question: JobDecisions) -> JobDecided:
        """How far the commands of the job are."""
        return await self.targeting.decisions(question)

    async def recorded_number(self, question: RecordedNumber) -> Recorded:
        """Up to which number the follow-up's facts are recorded."""
        return Recorded(number=await self.reading.recorded_number(question.follow_up_id))

    async def direct_signals(self, question: DirectSignals) -> SignalsLogged:
        """Put them into the command log."""
        return SignalsLogged(new=await self.direct_door.take(question))

    async def facts_page(self, question: FactsPage) -> Facts:
        """One page of facts."""
        return await self.reading.facts_page(question)

    async def run_bulk_page(self, question: RunBulkPage) -> BulkPageRun:
        """The next page of a job."""
        page = await self.running.page(question.job_id, undo=question.undo)
        return BulkPageRun(settled=page.settled, chosen=page.chosen, moved=page.moved, finished=page.finished)

    async def deliver_letter(self, question: DeliverLetter) -> LetterDelivered:
        """One delivery of an e-mail; one that nobody knows, or that was sent again since, is settled."""
        state = await self.sending.deliver(question.letter_id, last=question.last, sending=question.sending)
        return LetterDelivered(settled=state is not LetterState.WAITING)


async def answer_questions(bus: Bus, questions: Questions) -> None:
    """Start answering."""
    await bus.answer(HoldDefinition, questions.hold_definition)
    await bus.answer(ReserveSteps, questions.reserve_steps)
    await bus.answer(PreviewEdit, questions.preview_edit)
    await bus.answer(TargetingProgress, questions.targeting_progress)
    await bus.answer(JobDecisions, questions.job_decisions)
    await bus.answer(RecordedNumber, questions.recorded_number)
    await bus.answer(FactsPage, questions.facts_page)
    await bus.answer(DirectSignals, questions.direct_signals)
    await bus.answer(RunBulkPage, questions.run_bulk_page)
    await bus.answer(DeliverLetter, questions.deliver_letter)
