"""A campaign's dates move: WAITING entry dates outside them are pulled in, once each, whoever dies (spec 2.4)."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from services.followup.ports import Job, JobKind, Verdict
from shared.contracts.campaign import ClientChange, ClientsChanged
from shared.rulebook.access import AccessLevel, Principal
from shared.rulebook.commands import Conclude, MoveEntryDate, WithdrawClient
from shared.rulebook.errors import Invalid
from shared.rulebook.follow_up import ConclusionKind
from tests.integration.followup.conftest import AnotherWorld
from tests.integration.followup.test_jobs_resumed import Dies
from tests.integration.followup.waiting import until
from tests.integration.followup.world import World, a_definition


def in_days(world: World, days: int) -> date:
    """So many days from today."""
    return world.clock.today() + timedelta(days=days)


async def move_dates(world: World, campaign: str, version: int, first: int, last: int) -> None:
    """The campaign's next version, from one day to another, in days from today."""
    dates = {"start_date": in_days(world, first), "end_date": in_days(world, last)}
    await world.definitions.hold(a_definition(campaign, version).model_copy(update=dates))


async def settle(world: World) -> None:
    """Return once no follow-up is otherwise than its campaign's definition implies."""

    async def settled() -> bool:
        await world.archiving.ask()
        await world.archiving.start_executions()
        async with world.database.reading() as conn:
            found = await conn.exec_driver_sql("select bool_and(settled_version = version) from campaigns")
            return bool(found.scalar_one())

    await until(settled)


async def entries(world: World, *follow_ups: str) -> list[int]:
    """The entry dates, in days from today."""
    last = {fact.follow_up_id: fact for one in follow_ups for fact in await world.facts(one)}
    return [(last[one].after.entry_date - world.clock.today()).days for one in follow_ups]


async def a_job_that_pulls_in(world: World, campaign: str) -> Job:
    """The job that the moved dates imply, its list fixed and its execution not running."""
    await world.archiving.ask()
    (job,) = [one for one in await world.jobs.to_start(10, world.clock.today()) if one.campaign_id == campaign]
    assert job.order.kind is JobKind.PULL_IN
    for _ in range(2):  # its list, then its end
        await world.run_jobs.page(job.job_id, undo=False)
    return job


async def test_who_waits_outside_the_new_dates_is_pulled_in_and_nobody_else_moves(world: World) -> None:
    campaign = await world.a_campaign()
    waiting = [await world.a_follow_up(campaign, entry=in_days(world, days)) for days in (5, 20, 50)]
    opened, concluded = await world.a_follow_up(campaign), await world.a_follow_up(campaign)
    withdrawn = await world.a_follow_up(campaign, entry=in_days(world, 50))
    await world.do(concluded, Conclude(ConclusionKind.SALE, world.clock.today(), Decimal(5)))
    await world.do(withdrawn, WithdrawClient())

    await move_dates(world, campaign, 2, 10, 40)
    await settle(world)

    assert await entries(world, *waiting, opened, concluded, withdrawn) == [10, 20, 40, -20, -20, 50]
    assert await world.kinds(waiting[0]) == ["ClientTargeted", "EntryDateMoved"]
    assert await world.kinds(waiting[1]) == ["ClientTargeted"]
    told = (await world.facts(waiting[2]))[-1]
    assert (told.door, told.actor) == ("job", "tests")


async def test_dates_that_lie_in_the_past_let_those_who_waited_in_at_once(world: World) -> None:
    campaign = await world.a_campaign()
    follow_up = await world.a_follow_up(campaign, entry=in_days(world, 5))

    await move_dates(world, campaign, 2, -30, -2)
    await settle(world)

    assert await entries(world, follow_up) == [-2]
    assert (await world.do(follow_up, Conclude(ConclusionKind.REFUSAL, world.clock.today()))).kind == "applied"


async def test_a_process_killed_between_two_pages_leaves_a_job_that_another_ends_moving_each_once(
    world: World, another: AnotherWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.followup.use_cases.jobs.run.PAGE", 2)
    campaign = await world.a_campaign()
    waiting = [await world.a_follow_up(campaign, entry=in_days(world, 50)) for _ in range(5)]
    await move_dates(world, campaign, 2, -30, 40)
    job = await a_job_that_pulls_in(world, campaign)
    await world.run_jobs.page(job.job_id, undo=False)

    async def die(*_: object, **__: object) -> int:
        raise Dies

    with monkeypatch.context() as patched:
        patched.setattr(type(world.jobs), "settle", die)
        with pytest.raises(Dies):  # the second page took effect and was not noted
            await world.run_jobs.page(job.job_id, undo=False)
    noted = (await world.jobs.find(job.job_id)).done
    await settle(await another())

    done = await world.jobs.find(job.job_id)
    assert (noted, done.done, done.refused) == (2, 5, 0)
    assert [await world.kinds(one) for one in waiting] == [["ClientTargeted", "EntryDateMoved"]] * 5


async def test_who_is_asked_for_under_the_old_dates_and_comes_late_is_pulled_in_too(world: World) -> None:
    campaign = await world.a_campaign()
    await move_dates(world, campaign, 2, -30, 40)
    await settle(world)
    late = await world.a_follow_up(campaign, entry=in_days(world, 50))
    changed = await world.a_follow_up(campaign, entry=in_days(world, 30))
    client = (await world.facts(changed))[0].client_id
    change = ClientsChanged(
        campaign_id=campaign,
        job_id=campaign,
        batch=1,
        clients=(ClientChange(client_id=client, entry_date=in_days(world, 45)),),
        changed_by="boris",
        changed_at=world.clock.now(),
    )

    await world.house.change(change)
    await world.definitions.look_again(campaign, [in_days(world, 45), in_days(world, 50)])
    await settle(world)

    assert await entries(world, late, changed) == [40, 40]
    assert await world.kinds(changed) == ["ClientTargeted", "EntryDateMoved", "EntryDateMoved"]


async def test_an_entry_that_is_still_being_decided_is_waited_for(world: World) -> None:
    campaign = await world.a_campaign()
    follow_up = await world.a_follow_up(campaign, entry=in_days(world, 30))
    asked = world.wish(follow_up, MoveEntryDate(in_days(world, 45)))
    await world.log.admit([asked])

    await move_dates(world, campaign, 2, -30, 40)
    undecided = [await world.archiving.ask() for _ in range(2)]
    async with world.database.reading() as conn:
        settled = (await conn.exec_driver_sql("select settled_version from campaigns")).scalar_one()

    assert (undecided, settled) == ([0, 0], 0)


async def test_an_entry_asked_for_under_the_old_dates_is_refused_once_the_new_ones_are_settled(world: World) -> None:
    campaign = await world.a_campaign()
    follow_up = await world.a_follow_up(campaign, entry=in_days(world, 30))
    boss = Principal("boss", "north", ("north",), access_level=AccessLevel.ALL)
    asked = [replace(world.wish(follow_up, MoveEntryDate(in_days(world, day))), principal=boss) for day in (45, 35)]

    await move_dates(world, campaign, 2, -30, 40)
    await settle(world)
    beyond, within = await world.desk.submit_many(asked)

    assert isinstance(beyond, Invalid)
    assert beyond.code == "entry_date_out_of_range"
    assert isinstance(within, Verdict)
    assert (within.kind, await entries(world, follow_up)) == ("applied", [35])
