"""The service is killed by signal in the middle of a job of each kind, and another process goes on: exactly once."""

import asyncio

import pytest
from sqlalchemy import func, select

from services.campaign.ports import TargetItem
from services.campaign.tables import targeted_clients, targeting_chunks
from services.campaign.use_cases.change_clients import change_clients, withdraw_clients
from services.campaign.use_cases.jobs import Call
from services.campaign.use_cases.work_on_jobs import WorkOnJobs
from shared.contracts.campaign import ClientsChanged, ClientsTargeted, ClientsWithdrawn
from shared.rulebook.ids import client_id
from tests.services.campaign.conftest import running
from tests.services.campaign.killed import BOSS, PATIENCE, ask_for, rows_of
from tests.support.killed_in_a_job import campaign_service, stopped_in_the_middle

CALLS = {ClientsWithdrawn: withdraw_clients, ClientsChanged: change_clients}
LEFT = {
    ClientsTargeted: (2000, 4, (4000, 2000, 2000)),
    ClientsWithdrawn: (700, 2, (700, 700, 0)),
    ClientsChanged: (700, 2, (700, 700, 0)),
}
"""Of each kind: the clients; in how many chunks they take effect; how many were named, took effect and were skipped."""


async def a_job(desk, database, kind, number):
    """A job over so many clients that nobody has begun, and its campaign."""
    campaign_id, job_id = await ask_for(desk, database, number)
    if kind is ClientsTargeted:
        return campaign_id, job_id
    while await WorkOnJobs(desk.campaigns, desk.people, desk.clock, PATIENCE).work():
        pass
    items = [TargetItem(at, None, f"many-{at}", None if kind is ClientsWithdrawn else 5, None) for at in range(number)]
    return campaign_id, (await CALLS[kind](desk, BOSS, campaign_id, Call(items=items, key=None, content=""))).job_id


@pytest.fixture
async def heard(bus):
    """`heard[kind]`: what the stream holds of these events, each event once, by campaign and job."""
    events = {kind: {} for kind in LEFT}

    async def note(told):
        for event in told:
            events[type(event.data)][event.id] = event.data

    await bus.consume("test-killed", list(LEFT), note)
    return events


@pytest.fixture
def processes(module_database, nats_url, settings, follow_ups):
    """The service to be killed, and the one after it."""
    return stopped_in_the_middle(campaign_service, module_database, nats_url), running(settings, follow_ups)


def clients_of(event):
    return list(event.client_ids) if isinstance(event, ClientsWithdrawn) else [one.client_id for one in event.clients]


@pytest.mark.parametrize("kind", LEFT)
async def test_a_service_killed_in_the_middle_of_a_job_leaves_it_to_the_next_which_ends_it_once(
    desk, database, heard, processes, kind
):
    number, chunks, counts = LEFT[kind]
    campaign_id, job_id = await a_job(desk, database, kind, number)
    first, second = processes

    async with first:
        half = await desk.campaigns.job(campaign_id, job_id)
    async with second as door:
        await door.job_when_worked(campaign_id, job_id)
        async with asyncio.timeout(20):
            while len(told := [one for one in heard[kind].values() if one.job_id == job_id]) < chunks:
                await asyncio.sleep(0.02)

    done = await desk.campaigns.job(campaign_id, job_id)
    assert (half.batches, half.accepted) == (1, 500)
    assert (done.total, done.accepted, done.skipped) == counts
    assert sorted(one.batch for one in told) == list(range(1, chunks + 1))
    assert sorted(one for event in told for one in clients_of(event)) == sorted(
        client_id(f"many-{at}") for at in range(number)
    )
    closed = select(func.count()).select_from(targeted_clients).group_by(targeted_clients.c.closing)
    assert await rows_of(database, closed) == [(number,)]
    assert await rows_of(database, select(targeting_chunks.c.chunk)) == []
