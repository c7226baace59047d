"""What each kind of job has: dry run, list or filter, progress, stopping, going on after SIGKILL, receipt, undo."""

import asyncio
import csv
import io
import signal
import sys
from typing import Any

import pytest

from services.followup.ports import Job, JobKind, JobState
from shared.rulebook.commands import CompleteStep, Conclude
from shared.rulebook.errors import Refused
from shared.rulebook.follow_up import ConclusionKind
from tests.integration.followup.many import BORIS, MANAGER, conclude, follow_ups, let_in, over, reassign, withdraw
from tests.integration.followup.test_jobs_api import JOBS, Door, door
from tests.integration.followup.test_jobs_out_of_reach import ORDERS
from tests.integration.followup.world import World, a_definition

__all__ = ["door"]
FACTS = {
    "conclude": ["Concluded", "ConclusionWithdrawn"],
    "reassign": ["Reassigned", "Reassigned"],
    "withdraw": ["ClientWithdrawn", "TargetedAgain"],
    "close_archived": ["ClosedArchived"],
    "reopen_unarchived": ["ClosedArchived", "ReopenedUnarchived"],
}


@pytest.mark.parametrize("kind", ORDERS)
async def test_a_filter_is_tried_done_watched_read_as_a_file_and_undone(door: Door, kind: str) -> None:
    campaign = await door.world.a_campaign()
    ids = await follow_ups(door.world, campaign, [300, 100, 0])
    await door.world.do(ids[2], CompleteStep("first-call"))
    order = ORDERS[kind] | {"chosen": {"filter": {"campaign_id": campaign}}}

    tried = (await door.http.post(f"{JOBS}/dry-run", json=order)).json()
    unchanged = await door.world.kinds(ids[0])
    job_id = (await door.http.post(JOBS, json=order)).json()["id"]
    await door.finish(job_id)
    shown = (await door.http.get(f"{JOBS}/{job_id}")).json()
    lines = await receipt_file(door, job_id)
    if kind != "withdraw":
        await door.world.do(ids[2], CompleteStep("second-call"))  # touched since
    await door.http.post(f"{JOBS}/{job_id}/undo", json={"reason": "the wrong list"})
    await door.finish(job_id)
    undone = (await door.http.get(f"{JOBS}/{job_id}")).json()

    assert (tried["would_do"], tried["refused"], unchanged) == (3, {}, ["ClientTargeted"])
    assert (shown["state"], shown["chosen"], shown["done"], shown["refused"]) == ("FINISHED", 3, 3, 0)
    assert {one: line["outcome"] for one, line in lines.items()} == dict.fromkeys(ids, "done")
    assert await door.world.kinds(ids[0]) == ["ClientTargeted", *FACTS[kind]]
    left = 0 if kind == "withdraw" else 1
    assert (undone["state"], undone["undone"], undone["not_undone"]) == ("UNDONE", 3 - left, left)


@pytest.mark.parametrize("kind", ["reassign", "withdraw"])  # conclude: test_jobs_resumed
async def test_a_list_is_stopped_half_way_and_what_was_done_stays(
    door: Door, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.followup.use_cases.jobs.run.PAGE", 2)
    ids = await follow_ups(door.world, await door.world.a_campaign(), [1] * 5)
    job_id = (await door.http.post(JOBS, json=ORDERS[kind] | {"chosen": {"ids": ids}})).json()["id"]
    while (await door.http.get(f"{JOBS}/{job_id}")).json()["done"] < 2:
        await door.world.run_jobs.page(job_id, undo=False)

    await door.http.post(f"{JOBS}/{job_id}/cancel")
    await door.finish(job_id)
    shown = (await door.http.get(f"{JOBS}/{job_id}")).json()

    assert (shown["state"], shown["done"], shown["cancelled"]) == ("CANCELLED", 2, 3)
    assert sorted([len(await door.world.kinds(one)) for one in ids]) == [1, 1, 1, 2, 2]


async def test_an_undo_that_dies_before_it_is_noted_is_ended_by_another_and_undoes_each_once(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = door.world
    ids = {kind: await follow_ups(world, await world.a_campaign(), [1, 1]) for kind in ORDERS}
    jobs = {}
    for kind, chosen in ids.items():
        jobs[kind] = (await door.http.post(JOBS, json=ORDERS[kind] | {"chosen": {"ids": chosen}})).json()["id"]
        await door.finish(jobs[kind])
        await door.http.post(f"{JOBS}/{jobs[kind]}/undo", json={"reason": "the wrong list"})

    with monkeypatch.context() as patched:
        patched.setattr(type(world.jobs), "settle", _die)
        for job_id in jobs.values():
            with pytest.raises(ConnectionResetError):
                await world.run_jobs.page(job_id, undo=True)
    for job_id in jobs.values():
        await door.finish(job_id)
    undone = {kind: (await door.http.get(f"{JOBS}/{job_id}")).json()["undone"] for kind, job_id in jobs.items()}

    assert undone == dict.fromkeys(ORDERS, 2)
    assert {kind: [(await world.kinds(one))[1:] for one in of_kind] for kind, of_kind in ids.items()} == {
        kind: [FACTS[kind]] * 2 for kind in ORDERS
    }


async def _die(*_: object, **__: object) -> int:
    raise ConnectionResetError


async def test_unarchiving_reopens_by_a_job_with_progress_and_receipt_that_nobody_stops_or_undoes(door: Door) -> None:
    world = door.world
    campaign = await world.a_campaign()
    one, concluded = await follow_ups(world, campaign, [1, 1])
    await world.do(concluded, Conclude(ConclusionKind.REFUSAL, world.clock.today()))
    await run_through(world, await implied(world, campaign, 2, archived=True))

    job = await run_through(world, await implied(world, campaign, 3, archived=False))
    lines = await receipt_file(door, job.job_id)

    assert (job.order.kind, job.chosen, job.done) == (JobKind.REOPEN_UNARCHIVED, 1, 1)
    assert {name: line["outcome"] for name, line in lines.items()} == {one: "done"}
    assert await world.kinds(one) == ["ClientTargeted", *FACTS["reopen_unarchived"]]
    for refused in (world.ask_jobs.cancel(MANAGER, job.job_id), world.ask_jobs.undo(MANAGER, job.job_id, "x")):
        with pytest.raises(Refused, match="job_of_archiving"):
            await refused


async def test_a_service_killed_by_the_system_in_every_kind_of_job_leaves_jobs_that_another_ends(
    world: World, fresh_database: str, nats_url: str, temporal_address: str, task_queue: str
) -> None:
    await let_in(world)
    campaigns = {kind: await world.a_campaign() for kind in FACTS}
    ids = {kind: await follow_ups(world, campaign, [1, 1]) for kind, campaign in campaigns.items()}
    asked = {"conclude": conclude(ids["conclude"]), "withdraw": withdraw(ids["withdraw"])}
    asked["reassign"] = reassign(ids["reassign"], BORIS)
    jobs = {kind: await world.ask_jobs.start(MANAGER, order, key=None, content="") for kind, order in asked.items()}
    reopened = campaigns["reopen_unarchived"]
    await run_through(world, await implied(world, reopened, 2, archived=True))
    jobs["reopen_unarchived"] = await implied(world, reopened, 3, archived=False)
    jobs["close_archived"] = await implied(world, campaigns["close_archived"], 2, archived=True)
    await asyncio.gather(*(prepared(world, job) for job in jobs.values()))

    killed = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.integration.followup.killed_service"),
        *(fresh_database, nats_url, temporal_address, task_queue),
        *(job.job_id for job in jobs.values()),
    )
    async with asyncio.timeout(60):
        ended_by = await killed.wait()
    noted = [(await world.jobs.find(job.job_id) or job).done for job in jobs.values()]
    took_effect = {kind: [(await world.kinds(one))[1:] for one in of_kind] for kind, of_kind in ids.items()}
    done = {kind: (await run_through(world, job)).done for kind, job in jobs.items()}

    once = {kind: [facts[: 2 if kind == "reopen_unarchived" else 1]] * 2 for kind, facts in FACTS.items()}
    assert (ended_by, noted) == (-signal.SIGKILL, [0] * 5)
    assert took_effect == once
    assert done == dict.fromkeys(jobs, 2)
    assert {kind: [(await world.kinds(one))[1:] for one in of_kind] for kind, of_kind in ids.items()} == once


async def receipt_file(door: Door, job_id: str) -> dict[str, Any]:
    """The lines of a receipt, by follow-up."""
    file = await door.http.get(f"{JOBS}/{job_id}/receipt.csv")
    return {row["follow_up_id"]: row for row in csv.DictReader(io.StringIO(file.text.lstrip("\ufeff")), delimiter=";")}


async def implied(world: World, campaign: str, version: int, *, archived: bool) -> Job:
    """The job that the next version of the campaign implies, saved by the manager."""
    told = a_definition(campaign, version, archived=archived).model_copy(update={"saved_by": MANAGER.user_id})
    await world.definitions.hold(told)
    assert await world.archiving.ask() == 1
    page = await world.jobs.page(MANAGER, after=None, limit=20)
    (job,) = [one for one in page if (one.campaign_id, one.version) == (campaign, version)]
    return job


async def prepared(world: World, job: Job) -> None:
    """Its list is fixed."""
    while (await world.jobs.find(job.job_id) or job).state is JobState.PREPARING:
        await world.run_jobs.page(job.job_id, undo=False)


async def run_through(world: World, job: Job) -> Job:
    """The job once all its pages are run."""
    while not (await world.run_jobs.page(job.job_id, undo=False)).finished:
        pass
    return await over(world, job)
