"""A job goes on from its rows, whoever died: the service in a page, the process that sent, the worker."""

import asyncio
import itertools
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from sqlalchemy import event

from services.followup.ports import Choice, Item, Job, JobState
from services.followup.use_cases.jobs import RunJobs
from shared.rulebook.errors import Refused
from tests.integration.followup.conftest import AnotherWorld
from tests.integration.followup.engines import FreezingEngine
from tests.integration.followup.many import (
    MANAGER,
    conclude,
    follow_ups,
    let_in,
    outcomes,
    over,
    receipt,
)
from tests.integration.followup.waiting import until
from tests.integration.followup.world import LATER, World
from tests.support.fakes_followup import FakeEngine


class Dies(Exception):  # noqa: N818  what happens to the process
    """The process is gone."""


async def pages(world: World, job: Job, count: int, *, undo: bool = False) -> None:
    """So many pages, one after another."""
    for _ in range(count):
        await world.run_jobs.page(job.job_id, undo=undo)


async def a_prepared_job(world: World, ids: list[str], **terms: object) -> Job:
    """A job whose list is fixed and whose execution does not run."""
    job = await world.ask_jobs.start(MANAGER, conclude(ids, **terms), key=None, content="")
    while (await world.jobs.find(job.job_id)).state is JobState.PREPARING:
        await world.run_jobs.page(job.job_id, undo=False)
    return job


async def test_a_service_killed_after_a_page_took_effect_and_before_it_was_noted_does_nothing_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await let_in(world)
    ids = await follow_ups(world, await world.a_campaign(), [1] * 5)
    job = await a_prepared_job(world, ids, total=Decimal("0.07"))

    async def die(*args: object, **options: object) -> int:
        raise Dies

    with monkeypatch.context() as patched:
        patched.setattr(type(world.jobs), "settle", die)
        with pytest.raises(Dies):
            await world.run_jobs.page(job.job_id, undo=False)
    noted = (await world.jobs.find(job.job_id)).done
    await world.archiving.start_executions()
    job = await over(world, job)

    assert (noted, job.done, job.recorded) == (0, 5, Decimal("0.07"))
    assert [await world.kinds(one) for one in ids] == [["ClientTargeted", "Concluded"]] * 5


async def test_a_service_killed_while_the_list_is_fixed_fixes_the_rest_and_shares_alike(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await let_in(world)
    monkeypatch.setattr("services.followup.use_cases.jobs.run.PIECE", 2)
    monkeypatch.setattr("services.followup.use_cases.jobs.listing.PIECE", 2)
    ids = await follow_ups(world, await world.a_campaign(), [1, 2, 3, 4, 5], start=False)
    job = await world.ask_jobs.start(MANAGER, conclude(ids, total=Decimal("0.10")), key=None, content="")
    await pages(world, job, 2)
    half = await world.jobs.find(job.job_id)

    async def die_half_way(self: object, job_id: str, items: list[Item]) -> None:
        await fix(self, job_id, items[:3])
        raise Dies

    fix = type(world.jobs).fix
    await pages(world, job, 1)
    with monkeypatch.context() as patched:
        patched.setattr(type(world.jobs), "fix", die_half_way)
        with pytest.raises(Dies):
            await world.run_jobs.page(job.job_id, undo=False)
    await pages(world, job, 1)

    shown = await receipt(world, job)
    assert (half.chosen, half.listed, (await world.jobs.find(job.job_id)).state) == (4, False, JobState.RUNNING)
    assert [shown[one].item.amount for one in ids] == [
        Decimal("0.01"),
        Decimal("0.01"),
        Decimal("0.02"),
        Decimal("0.03"),
        Decimal("0.03"),
    ]


async def test_commands_whose_sender_died_are_sent_by_another_process_and_noted_once(
    world: World, another: AnotherWorld
) -> None:
    await let_in(world)
    ids = await follow_ups(world, await world.a_campaign(), [1] * 3)
    job = await a_prepared_job(world, ids)
    dying = await another(around=partial(FreezingEngine, after=True), answer_within=timedelta(seconds=0.1))
    await let_in(dying)

    page = await dying.run_jobs.page(job.job_id, undo=False)
    later = await another(ahead=LATER)
    await let_in(later)
    await until(lambda: _sent_again(later, ids))
    await later.run_jobs.page(job.job_id, undo=False)

    assert (page.moved, page.finished) == (0, False)
    assert (await world.jobs.find(job.job_id)).done == 3
    assert [await world.kinds(one) for one in ids] == [["ClientTargeted", "Concluded"]] * 3


async def test_two_processes_that_run_the_same_page_do_each_item_once(world: World, another: AnotherWorld) -> None:
    await let_in(world)
    ids = await follow_ups(world, await world.a_campaign(), [1] * 20)
    job = await a_prepared_job(world, ids)
    second = await another()
    await let_in(second)
    runs: list[RunJobs] = [world.run_jobs, second.run_jobs] * 2

    async def page(run: RunJobs) -> None:
        await run.page(job.job_id, undo=False)

    await asyncio.gather(*(page(run) for run in runs))
    await world.archiving.start_executions()
    job = await over(world, job)

    assert (job.done, job.refused) == (20, 0)
    assert [await world.kinds(one) for one in ids] == [["ClientTargeted", "Concluded"]] * 20


async def test_an_execution_that_the_engine_lost_is_started_again_after_a_while(
    world: World, another: AnotherWorld
) -> None:
    await let_in(world)
    ids = await follow_ups(world, await world.a_campaign(), [1])
    job = await world.ask_jobs.start(MANAGER, conclude(ids), key=None, content="")
    await world.jobs.started(job.job_id, undo=False)  # so the row says, and the engine knows nothing of it

    at_once = await world.archiving.start_executions()
    later = await another(ahead=timedelta(minutes=3))
    await let_in(later)
    started_later = await later.archiving.start_executions()

    assert (at_once, started_later) == (0, 1)
    assert (await over(world, job)).done == 1


async def test_a_cancelled_job_keeps_what_is_done_and_does_no_more(world: World) -> None:
    await let_in(world)
    ids = await follow_ups(world, await world.a_campaign(), [1] * 130, start=False)
    job = await a_prepared_job(world, ids, total=Decimal(130))
    await world.run_jobs.page(job.job_id, undo=False)

    await world.ask_jobs.cancel(MANAGER, job.job_id)
    await pages(world, job, 2)
    job = await world.jobs.find(job.job_id)
    with pytest.raises(Refused, match="job_over"):
        await world.ask_jobs.cancel(MANAGER, job.job_id)

    assert (job.state, job.over, job.done, job.cancelled) == (JobState.CANCELLED, True, 100, 30)
    assert job.recorded == Decimal(100)


async def test_what_was_on_its_way_when_the_job_was_stopped_is_told_as_it_went(
    world: World, another: AnotherWorld
) -> None:
    await let_in(world)
    ids = await follow_ups(world, await world.a_campaign(), [1])
    job = await a_prepared_job(world, ids)
    dying = await another(around=partial(FreezingEngine, before=True), answer_within=timedelta(seconds=0.1))
    await let_in(dying)
    await dying.run_jobs.page(job.job_id, undo=False)

    await world.ask_jobs.cancel(MANAGER, job.job_id)
    waiting = await world.run_jobs.page(job.job_id, undo=False)
    later = await another(ahead=LATER)
    await until(lambda: _sent_again(later, ids))
    await pages(world, job, 2)

    job = await world.jobs.find(job.job_id)
    assert (waiting.moved, waiting.finished) == (0, False)
    assert (job.state, job.over, job.done, job.cancelled) == (JobState.CANCELLED, True, 1, 0)


async def test_somebody_who_loses_the_right_in_the_middle_gets_the_rest_refused(world: World) -> None:
    await let_in(world)
    ids = await follow_ups(world, await world.a_campaign(), [1, 1])
    job = await a_prepared_job(world, ids)
    world.rights.people.pop(MANAGER.user_id)

    await pages(world, job, 1)

    assert {code for _, code in (await outcomes(world, job)).values()} == {"follow_up_unknown"}
    assert await world.kinds(ids[0]) == ["ClientTargeted"]


async def test_two_thousand_are_concluded_with_a_tenth_of_the_transactions_of_one_by_one(
    world: World, another: AnotherWorld
) -> None:
    quick = await another(around=lambda real: FakeEngine())  # judges as the real one, without its two thousand runs
    await let_in(quick)
    campaign = await quick.a_campaign()
    for _ in range(4):
        await follow_ups(quick, campaign, [1] * 500, start=False)
    order = conclude(Choice(campaign_id=campaign), total=Decimal("1999.99"))
    job = await quick.ask_jobs.start(MANAGER, order, key=None, content="")
    transactions = itertools.count()
    event.listen(quick.database.engine.sync_engine, "commit", lambda _: next(transactions))

    while not (await quick.run_jobs.page(job.job_id, undo=False)).finished:
        pass

    job = await quick.jobs.find(job.job_id)
    assert (job.chosen, job.done, job.recorded) == (2000, 2000, Decimal("1999.99"))
    # One by one each takes a transaction to be written down and one to be recorded: 4,000.
    assert next(transactions) < 400


async def _sent_again(world: World, ids: list[str]) -> bool:
    await world.upkeep.send_again()
    return all([(await world.kinds(one))[-1] != "ClientTargeted" for one in ids])
