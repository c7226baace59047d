"""What the campaign service hears: people and clients, what follow-ups tell of them; and its workflow's question."""

from collections.abc import Callable, Sequence
from typing import Any

from services.campaign.ports import Campaigns, Clock, Replicas
from services.campaign.use_cases.record_moment import record_moment
from shared.contracts.campaign import (
    DefinitionFound,
    MomentRecorded,
    OrderFound,
    OwnOrder,
    PresentDefinition,
    RecordMoment,
)
from shared.contracts.directory import ClientChanged, UserChanged
from shared.contracts.followup import FactRecorded
from shared.contracts.wire import CloudEvent
from shared.runtime.messaging import Bus

_GATHER = 0.1
"""Seconds for which facts gather: a transaction costs as much as many of them."""


async def listen(
    bus: Bus, *, campaigns: Campaigns, replicas: Replicas, clock: Clock, written: Callable[[], None]
) -> None:
    """Begin to hear and to answer, until the bus is closed; `written` is called when an event may be waiting."""

    async def keep(events: Sequence[CloudEvent[Any]]) -> None:
        told = [event.data for event in events]
        users = [one for one in told if isinstance(one, UserChanged)]
        clients = [one for one in told if isinstance(one, ClientChanged)]
        if users:
            await replicas.keep_users(users)
        if clients:
            await replicas.keep_clients(clients)

    async def follow(events: Sequence[CloudEvent[Any]]) -> None:
        await replicas.keep_facts([event.data for event in events])

    async def present(asked: PresentDefinition) -> DefinitionFound:
        async with campaigns.changing() as changing:
            # Under its lock: a save that is on its way is waited for.
            found = await changing.campaign(asked.campaign_id)
        return DefinitionFound(definition=None if found is None else found.definition)

    async def note(asked: RecordMoment) -> MomentRecorded:
        answer = await record_moment(campaigns, clock, asked)
        written()
        return answer

    async def order(asked: OwnOrder) -> OrderFound:
        return OrderFound(campaign_ids=tuple(await campaigns.order_of(asked.user_id)))

    await bus.consume("campaign-directory", [UserChanged, ClientChanged], keep)
    await bus.consume("campaign-facts", [FactRecorded], follow, gather=_GATHER)
    await bus.answer(RecordMoment, note)
    await bus.answer(PresentDefinition, present)
    await bus.answer(OwnOrder, order)
