"""Clients are withdrawn and changed where a killed process left it: on real PostgreSQL, the killing at every place."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from services.campaign.ports import TargetItem
from services.campaign.tables import outbox, targeting_chunks
from services.campaign.use_cases.change_clients import change_clients, withdraw_clients
from services.campaign.use_cases.jobs import Call
from services.campaign.use_cases.work_on_jobs import WorkOnJobs
from shared.contracts.campaign import ClientsChanged, ClientsWithdrawn
from shared.contracts.wire import CloudEvent
from shared.rulebook.ids import client_id
from tests.services.campaign.killed import BOSS, PATIENCE, Dying, KilledError, ask_for, rows_of

CLIENTS = 700
EVENTS = {ClientsWithdrawn: withdraw_clients, ClientsChanged: change_clients}


async def told(database, event):
    """The client of every entry of these events that left, with repeats if there are any."""
    statement = select(outbox.c.body).where(outbox.c.subject.contains(event.type.split(".")[2]))
    bodies = await rows_of(database, statement)
    events = [CloudEvent[event].model_validate_json(row.body).data for row in bodies]
    assert [one.batch for one in events] == list(range(1, len(events) + 1))
    if event is ClientsWithdrawn:
        return [client for one in events for client in one.client_ids]
    return [client.client_id for one in events for client in one.clients]


@pytest.mark.parametrize("victim", ["chunk", "campaign", "find", "standing", "publish", "finish"])
@pytest.mark.parametrize("event", EVENTS)
async def test_a_job_killed_anywhere_goes_on_and_tells_each_client_once(desk, campaigns, database, event, victim):
    campaign_id, _ = await ask_for(desk, database, CLIENTS)
    work = WorkOnJobs(campaigns, desk.people, desk.clock, PATIENCE).work
    while await work():
        pass
    items = [TargetItem(at, None, f"many-{at}", Decimal(5), None) for at in range(CLIENTS)]
    job = await EVENTS[event](desk, BOSS, campaign_id, Call(items=items, key="then", content="then"))

    assert await work()
    with pytest.raises(KilledError):
        await WorkOnJobs(Dying(campaigns, victim), desk.people, desk.clock, PATIENCE).work()
    assert len(await rows_of(database, select(targeting_chunks.c.chunk))) == 1
    while await work():
        pass

    done = await campaigns.job(campaign_id, job.job_id)
    assert (done.total, done.accepted, done.skipped) == (CLIENTS, CLIENTS, 0)
    assert sorted(await told(database, event)) == sorted(client_id(f"many-{at}") for at in range(CLIENTS))
