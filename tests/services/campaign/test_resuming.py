"""A targeting job goes on where a killed process left it: use cases on real PostgreSQL, the killing at every place."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from services.campaign.ports import TargetItem
from services.campaign.store.jobs_under_way import stopping
from services.campaign.store.replicas import PostgresReplicas
from services.campaign.tables import outbox, targeted_clients, targeting_chunks
from services.campaign.use_cases.jobs import Call
from services.campaign.use_cases.see_jobs import cancel
from services.campaign.use_cases.target_clients import target_clients
from services.campaign.use_cases.work_on_jobs import WorkOnJobs
from shared.contracts.campaign import ClientsTargeted
from shared.contracts.wire import CloudEvent
from shared.rulebook.access import AccessLevel
from shared.rulebook.errors import NotVisible, Refused
from shared.runtime.security import crm_principal
from tests.services.campaign.conftest import NOW, PEOPLE, a_client_changed
from tests.services.campaign.killed import BOSS, PATIENCE, Dying, KilledError, ask_for, rows_of
from tests.support.fakes_campaign import FakePeople


async def clients_told(database):
    """The clients of every targeting event that left, in order, with repeats if there are any."""
    bodies = await rows_of(database, select(outbox.c.body).where(outbox.c.subject.contains("clients_targeted")))
    events = [CloudEvent[ClientsTargeted].model_validate_json(row.body).data for row in bodies]
    assert [event.batch for event in events] == list(range(1, len(events) + 1))
    return [client.client_id for event in events for client in event.clients]


@pytest.mark.parametrize("victim", ["chunk", "campaign", "find", "standing", "enter", "publish", "finish"])
async def test_a_job_killed_anywhere_goes_on_and_targets_each_client_once(desk, campaigns, database, victim):
    campaign_id, job_id = await ask_for(desk, database, 700)

    assert await WorkOnJobs(campaigns, desk.people, desk.clock, PATIENCE).work()
    with pytest.raises(KilledError):
        await WorkOnJobs(Dying(campaigns, victim), desk.people, desk.clock, PATIENCE).work()
    assert len(await rows_of(database, select(targeting_chunks.c.chunk))) == 2
    while await WorkOnJobs(campaigns, desk.people, desk.clock, PATIENCE).work():
        pass

    job = await campaigns.job(campaign_id, job_id)
    told = await clients_told(database)
    assert (job.total, job.accepted, job.skipped) == (1400, 700, 700)
    assert len(await rows_of(database, select(targeted_clients.c.client_id))) == 700
    assert (len(told), len(set(told))) == (700, 700)
    assert await rows_of(database, select(targeting_chunks.c.chunk)) == []


async def test_workers_at_once_share_the_chunks_of_a_job(desk, campaigns, database):
    campaign_id, job_id = await ask_for(desk, database, 1250)
    targeting = WorkOnJobs(campaigns, desk.people, desk.clock, PATIENCE)

    async def work():
        while await targeting.work():
            pass

    await asyncio.gather(work(), work(), work())

    job = await campaigns.job(campaign_id, job_id)
    told = await clients_told(database)
    assert (job.accepted, job.skipped) == (1250, 1250)
    # Each client is named twice, and chunks may take effect in any order: a client enters with either of its chunks.
    events = await rows_of(database, select(outbox.c.id).where(outbox.c.subject.contains("clients_targeted")))
    assert job.batches == len(events)
    assert 3 <= job.batches <= 5
    assert (len(told), len(set(told))) == (1250, 1250)


async def test_two_jobs_on_the_same_clients_target_each_once(desk, campaigns, database):
    campaign_id, first = await ask_for(desk, database, 600)
    items = [TargetItem(at, None, f"many-{at}", Decimal(2), None) for at in range(600)]
    second = await target_clients(desk, BOSS, campaign_id, Call(items=items, key="again", content="again"))
    targeting = WorkOnJobs(campaigns, desk.people, desk.clock, PATIENCE)

    async def work():
        while await targeting.work():
            pass

    await asyncio.gather(work(), work())

    jobs = [await campaigns.job(campaign_id, job_id) for job_id in (first, second.job_id)]
    assert sum(job.accepted for job in jobs) == 600
    assert sum(job.skipped for job in jobs) == 1200
    assert len(await rows_of(database, select(targeted_clients.c.client_id))) == 600


async def ask_for_a_stranger(desk, database):
    """A job that targets a client whom the directory has not told yet, and one whom it has."""
    campaign_id, _ = await ask_for(desk, database, 1)
    items = [TargetItem(1, None, "late", Decimal(1), None), TargetItem(2, None, "c1", Decimal(1), None)]
    job = await target_clients(desk, BOSS, campaign_id, Call(items=items, key="late", content="late"))
    targeting = WorkOnJobs(desk.campaigns, desk.people, desk.clock, PATIENCE)
    while await targeting.work():
        pass
    return campaign_id, job.job_id, targeting


async def test_a_client_whom_the_directory_tells_a_moment_later_is_targeted_all_the_same(desk, campaigns, database):
    campaign_id, job_id, targeting = await ask_for_a_stranger(desk, database)
    waiting = await campaigns.job(campaign_id, job_id)

    await PostgresReplicas(database).keep_clients([a_client_changed("late", "anne")])
    assert await targeting.work() is False
    desk.clock.advance(timedelta(seconds=1))
    assert await targeting.work() is True

    done = await campaigns.job(campaign_id, job_id)
    assert (waiting.accepted, waiting.skipped, waiting.worked_off) == (1, 0, False)
    assert (done.accepted, done.skipped, done.worked_off) == (2, 0, True)


async def test_a_client_who_stays_unknown_is_skipped_in_the_end(desk, campaigns, database):
    campaign_id, job_id, targeting = await ask_for_a_stranger(desk, database)

    desk.clock.advance(timedelta(seconds=11))
    assert await targeting.work() is True

    done = await campaigns.job(campaign_id, job_id)
    assert (done.accepted, done.skipped, done.worked_off) == (1, 1, True)


async def test_a_client_out_of_reach_is_waited_for_like_one_who_does_not_exist(desk, campaigns, database):
    campaign_id, _, targeting = await ask_for_a_stranger(desk, database)
    items = [TargetItem(1, None, "c4", Decimal(1), None), TargetItem(2, None, "nobodys", Decimal(1), None)]
    call = Call(items=items, key="far", content="far")
    job = await target_clients(desk, PEOPLE["branch"], campaign_id, call)

    while await targeting.work():
        pass
    waiting = await campaigns.job(campaign_id, job.job_id)
    desk.clock.advance(timedelta(seconds=11))
    while await targeting.work():
        pass

    done = await campaigns.job(campaign_id, job.job_id)
    assert (waiting.accepted, waiting.skipped) == (0, 0)
    assert (done.accepted, await campaigns.skip_reasons(job.job_id)) == (0, {"unknown_client": 2})


@pytest.mark.parametrize(
    ("present", "reasons"),
    [
        ({"access_level": AccessLevel.OWN}, {"unknown_client": 900}),
        ({"manage_campaigns": False}, {"right_missing": 900}),
        ({"access_level": AccessLevel.NONE}, {"right_missing": 900}),
        (None, {"right_missing": 900}),
    ],
    ids=str,
)
async def test_a_job_goes_on_by_the_rights_that_its_asker_has_by_then(desk, campaigns, database, present, reasons):
    campaign_id, job_id = await ask_for(desk, database, 700)
    await WorkOnJobs(campaigns, desk.people, desk.clock, PATIENCE).work()

    by_now = {} if present is None else {"boss": replace(BOSS, **present)}
    goes_on = WorkOnJobs(campaigns, FakePeople(by_now), desk.clock, timedelta(0))
    while await goes_on.work():
        pass

    done = await campaigns.job(campaign_id, job_id)
    assert (done.accepted, done.skipped, done.worked_off) == (500, 900, True)
    assert await campaigns.skip_reasons(job_id) == reasons


async def test_while_nobodys_rights_are_known_a_job_waits(desk, campaigns, database):
    campaign_id, job_id = await ask_for(desk, database, 1)
    people = FakePeople(PEOPLE, away=True)

    worked = await WorkOnJobs(campaigns, people, desk.clock, PATIENCE).work()

    waiting = await campaigns.job(campaign_id, job_id)
    assert (worked, waiting.accepted, waiting.skipped) == (False, 0, 0)


async def test_the_key_of_somebody_elses_job_does_not_open_it(desk, database):
    campaign_id, _ = await ask_for(desk, database, 1)
    items = [TargetItem(at, None, "many-0", Decimal(1), None) for at in (1, 2)]

    with pytest.raises(Refused) as refused:
        await target_clients(desk, crm_principal(), campaign_id, Call(items=items, key="all", content="all"))

    assert refused.value.code == "key_taken"


async def test_what_is_left_of_a_cancelled_job_is_skipped_and_what_was_done_stays(desk, campaigns, database):
    campaign_id, job_id = await ask_for(desk, database, 700)
    work = WorkOnJobs(campaigns, desk.people, desk.clock, PATIENCE)
    await work.work()

    cancelled = await cancel(desk, BOSS, campaign_id, job_id)
    while await work.work():
        pass
    await cancel(desk, BOSS, campaign_id, job_id)

    done = await campaigns.job(campaign_id, job_id)
    assert (cancelled.cancelled_at, done.cancelled_at) == (NOW, NOW)
    assert (done.accepted, done.skipped, done.worked_off) == (500, 900, True)
    assert await campaigns.skip_reasons(job_id) == {"cancelled": 900}
    assert len(await rows_of(database, select(targeted_clients.c.client_id))) == 500


async def test_an_operator_stops_somebody_elses_job_once(desk, campaigns, database):
    campaign_id, job_id = await ask_for(desk, database, 700)
    work = WorkOnJobs(campaigns, desk.people, desk.clock, PATIENCE)
    await work.work()
    stop = stopping(database, desk.clock)

    await stop(job_id)
    while await work.work():
        pass

    done = await campaigns.job(campaign_id, job_id)
    assert (done.accepted, done.skipped) == (500, 900)
    with pytest.raises(Refused, match="job_over"):
        await stop(job_id)
    with pytest.raises(NotVisible, match="job_unknown"):
        await stop(campaign_id)


async def test_a_client_who_is_waited_for_is_given_up_at_once_when_the_job_is_cancelled(desk, campaigns, database):
    campaign_id, job_id, work = await ask_for_a_stranger(desk, database)

    await cancel(desk, BOSS, campaign_id, job_id)

    assert await work.work() is True
    assert await campaigns.skip_reasons(job_id) == {"cancelled": 1}
