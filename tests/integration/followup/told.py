"""Verdicts of signals as events, read from the outbox that no relay empties here."""

from sqlalchemy import text

from shared.contracts.followup import SignalDecided
from shared.contracts.wire import CloudEvent
from tests.integration.followup.world import World


async def events_told(world: World, signal_id: str) -> list[SignalDecided]:
    """What was told of one signal, in order."""
    async with world.database.reading() as conn:
        rows = await conn.execute(
            text("select body from outbox where subject like :type order by id"), {"type": f"{SignalDecided.type}%"}
        )
        told = [CloudEvent[SignalDecided].model_validate_json(bytes(body)).data for body in rows.scalars()]
    return [one for one in told if one.signal_id == signal_id]
