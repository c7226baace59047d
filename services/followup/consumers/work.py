"""Questions about what a person has to do."""

from services.followup.use_cases.tell_work import TellWork
from shared.contracts.to_do import WorkOf
from shared.runtime.messaging import Bus


async def answer_work(bus: Bus, tell: TellWork) -> None:
    """Start answering."""
    await bus.answer(WorkOf, tell.of)
