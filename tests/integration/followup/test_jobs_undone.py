"""What a job did is undone while nobody touched it since, and what somebody touched is left and listed."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from services.followup.ports import JobState, UndoOutcome
from shared.rulebook.commands import AmendConclusion, CompleteStep, WithdrawConclusion
from shared.rulebook.errors import NotVisible, Refused
from shared.rulebook.follow_up import ConclusionKind
from tests.integration.followup.many import (
    ANNE,
    BORIS,
    FAR,
    MANAGER,
    conclude,
    follow_ups,
    let_in,
    lived,
    over,
    reassign,
    receipt,
    undone,
    withdraw,
)
from tests.integration.followup.world import World, a_definition


async def test_conclusions_are_withdrawn_where_they_are_the_last_fact_and_left_where_not(world: World) -> None:
    await let_in(world)
    a, amended, late = await follow_ups(world, await world.a_campaign(), [1, 1, 1])
    today = world.clock.today()
    job = await lived(world, MANAGER, conclude([a, amended, late], each=Decimal(10)))
    await world.do(amended, AmendConclusion(ConclusionKind.SALE, today, Decimal(11)))
    await world.do(late, CompleteStep("first-call"))

    job = await undone(world, MANAGER, job)

    assert (job.state, job.undone, job.not_undone) == (JobState.UNDONE, 1, 2)
    assert await world.kinds(a) == ["ClientTargeted", "Concluded", "ConclusionWithdrawn"]
    assert await world.kinds(amended) == ["ClientTargeted", "Concluded", "ConclusionAmended"]
    shown = await receipt(world, job)
    assert shown[a].item.undo is UndoOutcome.UNDONE
    assert (shown[amended].item.undo, shown[amended].item.undo_code) == (UndoOutcome.TOUCHED, "touched_since")
    assert shown[late].item.undo is UndoOutcome.TOUCHED


async def test_the_execution_itself_refuses_an_undo_that_a_fact_overtook(world: World) -> None:
    await let_in(world)
    (one,) = await follow_ups(world, await world.a_campaign(), [1])
    await lived(world, MANAGER, conclude([one]))
    await world.do(one, AmendConclusion(ConclusionKind.SALE, world.clock.today(), Decimal(11)))

    verdict = await world.do(one, WithdrawConclusion(if_last=2))

    assert (verdict.kind, verdict.code, verdict.data) == ("refused", "touched_since", {"number": 3})


async def test_withdrawn_clients_are_back_with_their_entries_potential_and_entry_date(world: World) -> None:
    await let_in(world)
    one, two = await follow_ups(world, await world.a_campaign(), [250, 1], entry=world.clock.today())
    before = (await world.facts(one))[-1].after

    job = await lived(world, MANAGER, withdraw([one, two]))
    between = await world.kinds(one)
    job = await undone(world, MANAGER, job)

    after = (await world.facts(one))[-1].after
    assert between == ["ClientTargeted", "ClientWithdrawn"]
    assert (job.done, job.undone) == (2, 2)
    assert (after.closing, after.potential, after.entry_date) == (None, before.potential, before.entry_date)
    assert (after.initial_potential, after.advisor_id) == (before.initial_potential, ANNE.user_id)


async def test_moved_follow_ups_go_back_to_whom_they_came_from(world: World) -> None:
    await let_in(world)
    ids = await follow_ups(world, await world.a_campaign(), [1, 1])

    job = await lived(world, MANAGER, reassign(ids, BORIS))
    moved = {(await world.facts(one))[-1].after.advisor_id for one in ids}
    job = await undone(world, MANAGER, job)

    assert (moved, job.undone) == ({BORIS.user_id}, 2)
    assert {(await world.facts(one))[-1].after.advisor_id for one in ids} == {ANNE.user_id}


async def test_a_job_is_undone_once_and_of_two_undos_at_once_one_counts(world: World) -> None:
    await let_in(world)
    ids = await follow_ups(world, await world.a_campaign(), [1])
    job = await lived(world, MANAGER, conclude(ids))

    answers = await asyncio.gather(
        *(world.ask_jobs.undo(MANAGER, job.job_id, "a mistake") for _ in range(2)), return_exceptions=True
    )
    await world.archiving.start_executions()
    await over(world, job)
    with pytest.raises(Refused, match="job_undone"):
        await world.ask_jobs.undo(MANAGER, job.job_id, "again")

    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert [one.code for one in refused] == ["job_undone"]
    assert await world.kinds(ids[0]) == ["ClientTargeted", "Concluded", "ConclusionWithdrawn"]


async def test_a_job_that_goes_on_is_not_undone(world: World) -> None:
    await let_in(world)
    ids = await follow_ups(world, await world.a_campaign(), [1], start=False)
    job = await world.ask_jobs.start(MANAGER, conclude(ids), key=None, content="")

    with pytest.raises(Refused, match="job_not_over"):
        await world.ask_jobs.undo(MANAGER, job.job_id, "too soon")


async def test_an_undo_goes_by_the_rights_of_whoever_undoes(world: World) -> None:
    await let_in(world)
    ids = await follow_ups(world, await world.a_campaign(), [1])

    job = await lived(world, ANNE, conclude(ids))
    with pytest.raises(NotVisible, match="job_unknown"):
        await world.ask_jobs.undo(BORIS, job.job_id, "not mine")
    job = await undone(world, MANAGER, job)

    assert job.undone == 1
    assert (await world.facts(ids[0]))[-1].actor == MANAGER.user_id


async def test_jobs_are_seen_by_whoever_asked_and_by_managers_who_reach_that_person(world: World) -> None:
    await let_in(world)
    ids = await follow_ups(world, await world.a_campaign(), [1], start=False)
    of_anne = await world.ask_jobs.start(ANNE, conclude(ids), key=None, content="")
    of_far = await world.ask_jobs.start(FAR, conclude(ids), key=None, content="")

    async def seen(reader) -> list[str]:
        page = [job.job_id for job in await world.jobs.page(reader, after=None, limit=10)]
        one_by_one = [one.job_id for one in (of_anne, of_far) if await world.jobs.seen(reader, one.job_id) is not None]
        assert set(page) == set(one_by_one)
        return page

    assert await seen(ANNE) == [of_anne.job_id]
    assert await seen(BORIS) == []
    assert await seen(FAR) == [of_far.job_id]
    assert await seen(MANAGER) == [of_anne.job_id]


async def test_archiving_is_a_job_that_can_be_watched_but_not_undone(world: World) -> None:
    await let_in(world)
    campaign = await world.a_campaign()
    ids = await follow_ups(world, campaign, [1, 1])
    archived = a_definition(campaign, 2, archived=True).model_copy(update={"saved_by": MANAGER.user_id})
    await world.definitions.hold(archived)

    asked = await world.archiving.ask()
    again = await world.archiving.ask()
    await world.archiving.start_executions()
    (job,) = await world.jobs.page(MANAGER, after=None, limit=10)
    job = await over(world, job)

    assert (asked, again) == (1, 0)
    assert (job.order.kind, job.campaign_id, job.chosen, job.done) == ("close_archived", campaign, 2, 2)
    assert await world.kinds(ids[0]) == ["ClientTargeted", "ClosedArchived"]
    with pytest.raises(Refused, match="job_of_archiving"):
        await world.ask_jobs.undo(MANAGER, job.job_id, "a mistake")


async def test_a_next_round_of_archiving_waits_by_the_clock_that_ended_the_last_one(world: World) -> None:
    await let_in(world)
    world.clock.move(timedelta(hours=1))  # the database knows another time than the service
    campaign = await world.a_campaign()
    await follow_ups(world, campaign, [1])
    await world.definitions.hold(a_definition(campaign, 2, archived=True))
    await world.archiving.ask()
    await world.archiving.start_executions()
    await over(world, await _job_of(world, campaign))
    async with world.database.transaction() as conn:
        await conn.execute(text("update follow_ups set closing = null"))  # one that the job did not see

    at_once = await world.archiving.ask()
    world.clock.move(timedelta(seconds=3))

    assert (at_once, await world.archiving.ask()) == (0, 1)


async def test_unarchiving_waits_for_the_job_that_closes_and_then_reopens(world: World) -> None:
    await let_in(world)
    campaign = await world.a_campaign()
    (one,) = await follow_ups(world, campaign, [1])
    await world.definitions.hold(a_definition(campaign, 2, archived=True))
    await world.archiving.ask()
    await world.definitions.hold(a_definition(campaign, 3))

    while_closing = await world.archiving.ask()
    await world.archiving.start_executions()
    (closing,) = await world.jobs.to_start(10, world.clock.today()) or [await _job_of(world, campaign)]
    closing = await over(world, closing)

    # What was archived and un-archived before anything was closed is left alone.
    assert (while_closing, closing.done, closing.refused) == (0, 0, 1)
    assert await world.archiving.ask() == 0
    assert await world.kinds(one) == ["ClientTargeted"]


async def _job_of(world: World, campaign: str):
    async with world.database.reading() as conn:
        query = f"select job_id::text from bulk_jobs where campaign_id = '{campaign}'"  # noqa: S608
        return await world.jobs.find((await conn.exec_driver_sql(query)).scalar_one())
