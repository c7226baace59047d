"""Questions of whoever compares: digests and facts of follow-ups, rows against executions."""

from services.followup.ports.comparing import HeldRows
from services.followup.use_cases.compare_engine import CompareEngine
from shared.contracts.followup import Facts
from shared.contracts.reconciling import (
    CompareExecutions,
    DigestsPage,
    ExecutionMended,
    ExecutionsCompared,
    FactsOfFollowUp,
    FollowUpDigests,
    MendExecution,
)
from shared.runtime.messaging import Bus


async def answer_comparisons(bus: Bus, rows: HeldRows, engine: CompareEngine) -> None:
    """Start answering."""

    async def digests(question: FollowUpDigests) -> DigestsPage:
        return await rows.digests(question)

    async def facts_of(question: FactsOfFollowUp) -> Facts:
        return await rows.facts_of(question)

    async def compare(question: CompareExecutions) -> ExecutionsCompared:
        return await engine.page(question)

    async def mend(question: MendExecution) -> ExecutionMended:
        return await engine.mend(question.follow_up_id)

    await bus.answer(FollowUpDigests, digests)
    await bus.answer(FactsOfFollowUp, facts_of)
    await bus.answer(CompareExecutions, compare)
    await bus.answer(MendExecution, mend)
