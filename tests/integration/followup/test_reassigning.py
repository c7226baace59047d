"""A leaver's follow-ups move in one act, at once or on a date, and the directory's word later counts (spec 5.11)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.followup.ports import Choice, DueFilter, FollowUpFilter, ItemOutcome, JobState
from services.followup.ports.feeds import Window
from services.followup.ports.to_do import ToDoFilter, ToDoKind
from services.followup.store.feeds import PostgresFeeds
from services.followup.store.people import PostgresPeople
from services.followup.store.to_do_lists import PostgresToDoLists
from shared.rulebook.access import Principal
from shared.rulebook.commands import Conclude
from shared.rulebook.errors import Forbidden, Invalid
from shared.rulebook.follow_up import ConclusionKind
from tests.integration.followup.conftest import AnotherWorld
from tests.integration.followup.door import Door
from tests.integration.followup.many import (
    ANNE,
    BORIS,
    CHLOE,
    FAR,
    MANAGER,
    a_client,
    conclude,
    follow_ups,
    let_in,
    lived,
    outcomes,
    over,
    reassign,
    receipt,
    started,
)
from tests.integration.followup.test_due_dates import look_until_nothing_is_left, with_delays
from tests.integration.followup.world import World

LEAVER = Choice(advisor_id=ANNE.user_id)


async def advisor_of(world: World, follow_up: str) -> str:
    return (await world.facts(follow_up))[-1].after.advisor_id


async def seen_by(world: World, reader) -> set[str]:
    return {row.follow_up_id for row in await world.reading.page(reader, FollowUpFilter())}


async def client_of(world: World, follow_up: str) -> str:
    return (await world.facts(follow_up))[0].client_id


async def test_all_that_is_open_or_to_come_moves_in_every_campaign_and_what_is_closed_stays(world: World) -> None:
    await let_in(world)
    one, other = await world.a_campaign(), await world.a_campaign()
    (opened,) = await follow_ups(world, one, [1])
    (waiting,) = await follow_ups(world, other, [1], entry=world.clock.today() + timedelta(days=5))
    (sold,) = await follow_ups(world, one, [1])
    (of_chloe,) = await follow_ups(world, one, [1], advisor=CHLOE)
    await world.do(sold, Conclude(ConclusionKind.SALE, world.clock.today()))

    job = await lived(world, MANAGER, reassign(LEAVER, BORIS))

    assert set(await receipt(world, job)) == {opened, waiting}
    assert [await advisor_of(world, each) for each in (opened, waiting)] == [BORIS.user_id] * 2
    assert [await advisor_of(world, each) for each in (sold, of_chloe)] == [ANNE.user_id, CHLOE.user_id]
    assert await seen_by(world, BORIS) == {opened, waiting}
    assert await seen_by(world, ANNE) == {sold}


async def test_planned_appointments_what_is_due_and_what_there_is_to_do_go_along_in_the_same_act(
    world: World, door: Door
) -> None:
    await let_in(world)
    campaign, now = await world.a_campaign(steps=with_delays(first_call=1)), world.clock.now()
    late, called = await follow_ups(world, campaign, [1, 1], entry=world.clock.today() - timedelta(days=9))
    await door.did(
        late, "PlanInteraction", interaction="APPOINTMENT", details={"starts_at": (now + timedelta(days=3)).isoformat()}
    )
    await door.did(called, "CompleteStep", step_id="first-call")
    await look_until_nothing_is_left(world)
    before = await work_of(world, ANNE)

    await lived(world, MANAGER, reassign(LEAVER, BORIS))

    assert before == {"late": [late], "offered": [called], "appointments": [late]}
    assert await work_of(world, BORIS) == before
    assert await work_of(world, ANNE) == {"late": [], "offered": [], "appointments": []}


async def work_of(world: World, advisor: Principal) -> dict[str, list[str]]:
    """The follow-ups that an advisor's lists and calendar hold."""
    now, today = world.clock.now(), world.clock.today()
    late = await world.reading.due(advisor, DueFilter(by=today, today=today))
    offered = await PostgresToDoLists(world.database).page(advisor, ToDoKind.OFFERED, ToDoFilter(today=today))
    week = Window(now, now + timedelta(days=7), today, today + timedelta(days=7))
    planned = await PostgresFeeds(world.database).entries(advisor, week, 10)
    return {
        "late": [row.follow_up_id for row in late if row.due_on and row.due_on < today],
        "offered": [row.follow_up_id for row in offered],
        "appointments": [entry.follow_up_id for entry in planned if entry.starts_at],
    }


async def test_clients_are_dealt_out_to_several_advisors_each_client_whole(world: World) -> None:
    await let_in(world)
    ids = await follow_ups(world, await world.a_campaign(), [1] * 5, start=False)

    job = await lived(world, MANAGER, reassign(ids, BORIS, CHLOE))

    assert job.done == 5
    assert [await advisor_of(world, one) for one in ids] == [
        BORIS.user_id,
        CHLOE.user_id,
        BORIS.user_id,
        CHLOE.user_id,
        BORIS.user_id,
    ]


async def test_one_who_has_the_client_already_is_listed_as_unchanged(world: World) -> None:
    await let_in(world)
    mine = await follow_ups(world, await world.a_campaign(), [1])
    hers = await follow_ups(world, await world.a_campaign(), [1], advisor=BORIS)

    order = reassign([*mine, *hers], BORIS)
    tried = await world.ask_jobs.dry_run(MANAGER, order)
    job = await lived(world, MANAGER, order)

    assert (tried.would_do, tried.refused) == (1, {"unchanged": 1})
    assert await outcomes(world, job) == {
        mine[0]: (ItemOutcome.DONE, None),
        hers[0]: (ItemOutcome.REFUSED, "unchanged"),
    }


async def test_a_word_of_the_directory_that_names_the_leaver_still_moves_nothing_back(world: World) -> None:
    await let_in(world)
    (one,) = await follow_ups(world, await world.a_campaign(), [1])
    client, people = await client_of(world, one), PostgresPeople(world.database)
    await lived(world, MANAGER, reassign([one], BORIS))

    await world.house.reassign(await people.keep_clients([a_client(client, ANNE, revision=2, name="Married now")]))

    assert await world.kinds(one) == ["ClientTargeted", "Reassigned"]
    assert await seen_by(world, BORIS) == {one}
    assert await seen_by(world, ANNE) == set()


async def test_the_directory_moves_it_again_as_soon_as_it_names_somebody_else(world: World) -> None:
    await let_in(world)
    (one,) = await follow_ups(world, await world.a_campaign(), [1])
    client, people = await client_of(world, one), PostgresPeople(world.database)
    await lived(world, MANAGER, reassign([one], BORIS))

    async def told(advisor, revision: int) -> str:
        await world.house.reassign(await people.keep_clients([a_client(client, advisor, revision=revision)]))
        return await advisor_of(world, one)

    assert await told(CHLOE, 2) == CHLOE.user_id
    assert await told(ANNE, 3) == ANNE.user_id  # its word counts again, for the leaver too


async def test_a_directory_that_follows_the_move_and_then_goes_back_is_followed(world: World) -> None:
    await let_in(world)
    (one,) = await follow_ups(world, await world.a_campaign(), [1])
    client, people = await client_of(world, one), PostgresPeople(world.database)
    await lived(world, MANAGER, reassign([one], BORIS))

    for revision, advisor in ((2, BORIS), (3, ANNE)):
        await world.house.reassign(await people.keep_clients([a_client(client, advisor, revision=revision)]))

    assert await advisor_of(world, one) == ANNE.user_id
    assert await world.kinds(one) == ["ClientTargeted", "Reassigned", "Reassigned"]


async def test_a_date_to_come_is_waited_for_and_takes_what_was_targeted_meanwhile(
    world: World, another: AnotherWorld
) -> None:
    await let_in(world)
    campaign, day = await world.a_campaign(), world.clock.today() + timedelta(days=3)
    (before,) = await follow_ups(world, campaign, [1])
    job = await started(world, MANAGER, reassign(LEAVER, BORIS, begin_on=day))
    early = await world.run_jobs.page(job.job_id, undo=False)
    (meanwhile,) = await follow_ups(world, campaign, [1])

    on_the_day = await another(ahead=timedelta(days=3))
    await let_in(on_the_day)
    while not (await on_the_day.run_jobs.page(job.job_id, undo=False)).finished:
        pass

    execution = await world.client.get_workflow_handle(f"bulk/{job.job_id}").describe()
    assert (job.state, early.moved, early.finished) == (JobState.SCHEDULED, 0, False)
    assert execution.status.name == "RUNNING"
    assert set(await receipt(world, job)) == {before, meanwhile}
    assert await advisor_of(world, meanwhile) == BORIS.user_id


async def test_a_job_that_waits_for_its_date_is_cancelled_at_once(world: World) -> None:
    await let_in(world)
    (one,) = await follow_ups(world, await world.a_campaign(), [1])
    day = world.clock.today() + timedelta(days=30)
    job = await started(world, MANAGER, reassign(LEAVER, BORIS, begin_on=day))

    await world.ask_jobs.cancel(MANAGER, job.job_id)
    job = await over(world, job)

    assert (job.state, job.chosen) == (JobState.CANCELLED, 0)
    assert await world.kinds(one) == ["ClientTargeted"]


async def test_a_sale_after_the_move_counts_for_the_new_advisor(world: World) -> None:
    await let_in(world)
    (one,) = await follow_ups(world, await world.a_campaign(), [1])

    await lived(world, MANAGER, reassign([one], BORIS))
    await lived(world, BORIS, conclude([one]))

    sale = (await world.facts(one))[-1]
    assert (sale.fact.kind, sale.after.advisor_id) == ("Concluded", BORIS.user_id)


async def test_who_may_move_what_to_whom(world: World) -> None:
    await let_in(world)
    (one,) = await follow_ups(world, await world.a_campaign(), [1])
    (far,) = await follow_ups(world, await world.a_campaign(), [1], advisor=FAR)

    with pytest.raises(Forbidden, match="right_missing"):
        await world.ask_jobs.start(ANNE, reassign([one], BORIS), key=None, content="")
    for stranger in (FAR, replace(FAR, user_id=one)):
        with pytest.raises(Invalid, match="advisor_unknown"):
            await world.ask_jobs.dry_run(MANAGER, reassign([one], stranger))
    with pytest.raises(Invalid, match="advisor_twice"):
        await world.ask_jobs.start(MANAGER, reassign([one], BORIS, BORIS), key=None, content="")
    yesterday = world.clock.today() - timedelta(days=1)
    with pytest.raises(Invalid, match="back_dated"):
        await world.ask_jobs.start(MANAGER, reassign([one], BORIS, begin_on=yesterday), key=None, content="")
    job = await lived(world, MANAGER, reassign([far], BORIS))

    assert await outcomes(world, job) == {far: (ItemOutcome.REFUSED, "follow_up_unknown")}
