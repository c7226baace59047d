"""What was offered next and what waits for a conclusion: kept by every fact and edit, listed within reach."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
import sqlalchemy as sa

from services.followup.api import due_routes, to_do_routes
from services.followup.settings import Settings
from services.followup.store.to_do import PostgresToDo
from services.followup.store.to_do_lists import PostgresToDoLists
from services.followup.use_cases.tell_work import TellWork
from shared.contracts.to_do import WorkFound, WorkOf
from shared.rulebook.access import AccessLevel
from shared.rulebook.commands import BeginStep, CompleteStep, UndoCompletion, WithdrawClient
from shared.runtime.http import service_app
from shared.runtime.security import current_principal
from tests.integration.followup.door import EVERYBODY, Door
from tests.integration.followup.test_due_dates import with_delays
from tests.integration.followup.world import STEPS, World, a_definition


@pytest.fixture
async def pages(world: World) -> AsyncIterator[Door]:
    app = service_app(title="Follow-ups", version="1", lifespan=None, settings=Settings())
    app.include_router(due_routes(world.reading, world.clock))
    app.include_router(to_do_routes(PostgresToDoLists(world.database), world.clock))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        door = Door(http)
        app.dependency_overrides[current_principal] = lambda: door.asker
        yield door


async def settle(world: World) -> int:
    """Go through everything again; answers how much was gone through."""
    keep, seen = PostgresToDo(world.database), 0
    for _ in range(20):
        found = await keep.look_again()
        if not found:
            return seen
        seen += found
    raise AssertionError("the sweep never comes to rest")


async def ids(pages: Door, path: str, **parameters: object) -> list[str]:
    return [item["follow_up_id"] for item in (await pages.get(f"to-do/{path}", **parameters))["items"]]


async def test_a_completion_offers_the_next_step_until_that_is_begun(world: World, pages: Door) -> None:
    campaign = await world.a_campaign()
    follow_up = await world.a_follow_up(campaign)
    yesterday = world.clock.today() - timedelta(days=1)
    assert await ids(pages, "offered") == []

    await world.do(follow_up, CompleteStep("first-call"))

    (item,) = (await pages.get("to-do/offered"))["items"]
    assert item | {"advisor": None, "client_id": None} == {
        "follow_up_id": follow_up,
        "campaign_id": campaign,
        "campaign_name": "Autumn",
        "client_id": None,
        "client_name": None,
        "client_phone": None,
        "advisor": None,
        "status": "OPEN",
        "position": "second-call",
        "position_number": 2,
        "potential": "1000.00",
        "entry_date": (world.clock.today() - timedelta(days=20)).isoformat(),
        "due_on": None,
        "conclusion": None,
        "step_id": "second-call",
        "step_title": "Second call",
        "step_kind": "REMINDER",
        "since": yesterday.isoformat(),
    }
    await world.do(follow_up, BeginStep("second-call"))
    assert await ids(pages, "offered") == []


async def test_a_completed_sales_step_waits_for_a_conclusion_until_it_is_undone_or_the_client_withdrawn(
    world: World, pages: Door
) -> None:
    campaign = await world.a_campaign()
    undone, withdrawn, waiting = [await world.a_follow_up(campaign) for _ in range(3)]
    for follow_up in (undone, withdrawn, waiting):
        await world.do(follow_up, CompleteStep("first-call"))
        await world.do(follow_up, CompleteStep("meeting"))
    assert (await pages.get("to-do/counts"))["conclusion"] == 3

    await world.do(undone, UndoCompletion("meeting"))
    await world.do(withdrawn, WithdrawClient())

    (item,) = (await pages.get("to-do/conclusions"))["items"]
    assert (item["follow_up_id"], item["step_title"], item["step_kind"]) == (waiting, "Meeting", "APPOINTMENT")
    assert (await pages.get("to-do/counts")) == {"late": 0, "today": 0, "offered": 1, "conclusion": 1}
    assert await ids(pages, "offered") == [undone]  # what its first call offered stands again


async def test_pages_follow_each_other_without_gap_or_repeat(world: World, pages: Door) -> None:
    campaign = await world.a_campaign()
    made = [await world.a_follow_up(campaign) for _ in range(5)]
    for follow_up in made:
        await world.do(follow_up, CompleteStep("first-call"))
        await world.do(follow_up, CompleteStep("meeting"))
        await world.do(follow_up, UndoCompletion("first-call"))
    shown: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = await pages.get("to-do/conclusions", limit=2, **after)
        shown += [item["follow_up_id"] for item in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}

    assert shown == sorted(made)


async def test_an_edit_moves_offers_and_conclusions_and_one_of_texts_touches_no_row(world: World, pages: Door) -> None:
    campaign = await world.a_campaign()
    follow_up = await world.a_follow_up(campaign)
    await world.do(follow_up, CompleteStep("first-call"))
    await settle(world)

    sales_first = a_definition(campaign, 2).model_copy(update={"sales_step": "first-call"})
    await world.definitions.hold(sales_first)
    assert await settle(world) == 1
    assert (await ids(pages, "conclusions"), await ids(pages, "offered")) == ([follow_up], [follow_up])

    silent = tuple(step.model_copy(update={"offers_next": False}) for step in STEPS)
    await world.definitions.hold(a_definition(campaign, 3, steps=silent))
    await settle(world)
    assert (await ids(pages, "conclusions"), await ids(pages, "offered")) == ([], [])

    before = await _row_versions(world)
    await world.definitions.hold(a_definition(campaign, 4, steps=silent).model_copy(update={"name": "Winter"}))
    await settle(world)
    assert await _row_versions(world) == before


async def test_a_campaign_of_many_is_gone_through_in_pages_and_those_only_targeted_are_not_read(
    world: World, pages: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = await world.a_campaign()
    made = [await world.a_follow_up(campaign) for _ in range(4)]
    for follow_up in made[:3]:
        await world.do(follow_up, CompleteStep("first-call"))
    await settle(world)
    monkeypatch.setattr("services.followup.store.to_do._PAGE", 2)
    async with world.database.transaction() as conn:
        await conn.execute(sa.text("update follow_ups set offered_step = null, offered_on = null"))
        await conn.execute(sa.text("update campaigns set to_do_version = 0, to_do_plan = null"))

    assert await settle(world) == 3
    assert sorted(await ids(pages, "offered")) == sorted(made[:3])


async def test_of_an_archived_campaign_and_beyond_reach_nothing_is_to_do(world: World, pages: Door) -> None:
    campaign = await world.a_campaign()
    follow_up = await world.a_follow_up(campaign)
    await world.do(follow_up, CompleteStep("first-call"))
    await world.do(follow_up, CompleteStep("meeting"))

    pages.asker = replace(EVERYBODY, access_level=AccessLevel.OWN)
    assert (await ids(pages, "conclusions"), (await pages.get("to-do/counts"))["conclusion"]) == ([], 0)

    pages.asker = EVERYBODY
    assert await ids(pages, "conclusions", campaign_id=campaign) == [follow_up]
    assert await ids(pages, "conclusions", campaign_id=follow_up) == []
    await world.definitions.hold(a_definition(campaign, 2, archived=True))
    assert (await ids(pages, "conclusions"), (await pages.get("to-do/counts"))["conclusion"]) == ([], 0)


async def test_each_list_is_read_through_its_index(world: World) -> None:
    """With many rows PostgreSQL would choose so by itself; here it is only kept from reading the whole table."""
    statement = (
        "explain select follow_up_id from follow_ups where advisor_id = gen_random_uuid() and {0} is not null"
        " order by {0}, follow_up_id limit 10"
    )
    plans = {}
    async with world.database.transaction() as conn:
        await conn.execute(sa.text("set local enable_seqscan = off"))
        await conn.execute(sa.text("set local enable_sort = off"))
        for column in ("offered_on", "concludes_since"):
            rows = (await conn.execute(sa.text(statement.format(column)))).scalars()
            plans[column] = "\n".join(rows)

    assert "follow_ups_offered" in plans["offered_on"]
    assert "follow_ups_to_conclude" in plans["concludes_since"]


@pytest.mark.parametrize("after", ["x", "2026-13-01:00000000-0000-0000-0000-000000000000", "2026-01-01:1"])
async def test_a_place_that_no_page_named_is_refused(pages: Door, after: str) -> None:
    for path in ("to-do/offered", "to-do/conclusions", "due"):
        answer = await pages.http.get(f"/api/followups/{path}", params={"after": after})
        assert (answer.status_code, answer.json()["code"]) == (422, "cursor_invalid")


async def _row_versions(world: World) -> list[str]:
    async with world.database.reading() as conn:
        return list((await conn.execute(sa.text("select xmin::text from follow_ups order by 1"))).scalars())


async def test_an_advisor_is_told_of_own_clients_alone_and_who_has_no_rights_of_nobody(world: World) -> None:
    campaign = await world.a_campaign(steps=with_delays(first_call=0))
    made = [await world.a_follow_up(campaign) for _ in range(3)]
    mine, others, late = [await world.reading.one(EVERYBODY, one) for one in made]
    assert mine is not None
    assert others is not None
    assert late is not None
    for follow_up in made[:2]:
        await world.do(follow_up, CompleteStep("first-call"))
        await world.do(follow_up, CompleteStep("meeting"))
    tell = TellWork(PostgresToDoLists(world.database), world.reading, world.rights, world.clock)
    for advisor in (mine.advisor_id, late.advisor_id):
        world.rights.people[advisor] = replace(EVERYBODY, user_id=advisor, access_level=AccessLevel.ALL)
    world.rights.people[others.advisor_id] = replace(
        EVERYBODY, user_id=others.advisor_id, access_level=AccessLevel.NONE
    )

    told = await tell.of(WorkOf(user_id=mine.advisor_id))
    of_late = await tell.of(WorkOf(user_id=late.advisor_id))

    assert (told.late, told.today, told.offered, told.conclusion) == (0, 0, 0, 1)
    (item,) = told.conclusion_items
    assert (item.follow_up_id, item.campaign_name, item.step_title) == (mine.follow_up_id, "Autumn", "Meeting")
    assert (of_late.late, [item.step_title for item in of_late.due_items]) == (1, ["First call"])
    for nobody in (others.advisor_id, campaign):
        assert await tell.of(WorkOf(user_id=nobody)) == WorkFound()
