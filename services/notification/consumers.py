"""What the notification service hears: kept as replicas, one transaction per batch; the announcer does the rest."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar

from services.notification.ports import Replicas
from services.notification.ports.webhooks import Deliveries
from services.notification.use_cases.webhook_bodies import EVENTS, telling_of
from shared.contracts.campaign import CampaignDefined, CampaignMoment
from shared.contracts.directory import ClientChanged, UserChanged
from shared.contracts.followup import FactRecorded
from shared.contracts.wire import CloudEvent, Event
from shared.runtime.messaging import Bus

Keeping = Callable[[], AbstractAsyncContextManager[Replicas]]
E = TypeVar("E", bound=Event)
_GATHER = 0.1
"""Seconds in which facts gather after a round: a transaction costs many of them."""


async def listen(bus: Bus, keeping: Keeping) -> None:
    """Start consuming; facts have a consumer of their own, so that a flood of them delays nothing else."""

    async def keep_facts(events: Sequence[CloudEvent[Any]]) -> None:
        async with keeping() as replicas:
            await replicas.keep_facts(list(_of(FactRecorded, events)))

    async def keep_others(events: Sequence[CloudEvent[Any]]) -> None:
        async with keeping() as replicas:
            await replicas.keep_definitions(list(_of(CampaignDefined, events)))
            await replicas.keep_moments(list(_of(CampaignMoment, events)))
            await replicas.keep_users(list(_of(UserChanged, events)))
            await replicas.keep_clients(list(_of(ClientChanged, events)))

    await bus.consume("notification-facts", [FactRecorded], keep_facts, gather=_GATHER)
    await bus.consume("notification", [CampaignDefined, CampaignMoment, UserChanged, ClientChanged], keep_others)


async def hear_for_webhooks(bus: Bus, deliveries: Deliveries) -> None:
    """Start consuming what webhooks may be subscribed to; a consumer of its own, so that it delays nobody."""

    async def tell(events: Sequence[CloudEvent[Any]]) -> None:
        await deliveries.tell([telling_of(event) for event in events])

    await bus.consume("notification-webhooks", EVENTS, tell, gather=_GATHER)


def _of(model: type[E], events: Sequence[CloudEvent[Any]]) -> Iterator[E]:
    return (event.data for event in events if isinstance(event.data, model))
