"""Events of other services: definitions, targeted clients and people. Each may come twice, late or out of order."""

from collections.abc import Callable, Sequence
from typing import Any

from services.followup.ports import Definitions, People, Targeting
from services.followup.use_cases.house_commands import HouseCommands
from shared.contracts.campaign import CampaignDefined, ClientsChanged, ClientsTargeted, ClientsWithdrawn
from shared.contracts.directory import ClientChanged, UserChanged
from shared.contracts.wire import CloudEvent, Event
from shared.runtime.messaging import Bus


async def listen(
    bus: Bus,
    *,
    definitions: Definitions,
    targeting: Targeting,
    people: People,
    house: HouseCommands,
    enrolled: Callable[[], None],
) -> None:
    """Start the consumers; `enrolled` is called when follow-ups came into being."""

    async def campaigns(events: Sequence[CloudEvent[Any]]) -> None:
        for event in events:
            match event.data:
                case CampaignDefined() as definition:
                    await definitions.hold(definition)
                case ClientsTargeted() as batch:
                    again = await targeting.enrol(batch)
                    enrolled()
                    await house.target_again(batch, again)
                    await definitions.look_again(batch.campaign_id, {client.entry_date for client in batch.clients})
                case ClientsWithdrawn() as batch:
                    await house.withdraw(batch)
                case ClientsChanged() as batch:
                    await house.change(batch)
                    days = {client.entry_date for client in batch.clients if client.entry_date is not None}
                    await definitions.look_again(batch.campaign_id, days)

    async def users(events: Sequence[CloudEvent[Any]]) -> None:
        await people.keep_users([event.data for event in events])

    async def clients(events: Sequence[CloudEvent[Any]]) -> None:
        await house.reassign(await people.keep_clients([event.data for event in events]))

    told: list[type[Event]] = [CampaignDefined, ClientsTargeted, ClientsWithdrawn, ClientsChanged]
    await bus.consume("followup-campaigns", told, campaigns, batch=5)
    await bus.consume("followup-users", [UserChanged], users)
    await bus.consume("followup-clients", [ClientChanged], clients)
