"""What an edit would do is told before it is saved, by unit, and then happens."""

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from services.campaign.settings import Settings as CampaignSettings
from services.campaign.store.replicas import PostgresReplicas
from services.followup.ports import FollowUpFilter
from shared.contracts.campaign import ClientsTargeted, TargetedClient
from shared.contracts.followup import EditPreviewed, PreviewEdit
from shared.rulebook.commands import BeginStep, CompleteStep
from shared.rulebook.ids import follow_up_id, user_id
from shared.rulebook.progression import position
from shared.runtime.database import Database
from shared.runtime.principals import PrincipalsBucket
from shared.runtime.security import crm_principal
from tests.integration.followup.world import World
from tests.services.campaign.conftest import PEOPLE, Door, a_user_changed, running
from tests.support.fakes_campaign import FakeFollowUps

OLD = [
    {"id": "first", "title": "First", "kind": "REMINDER"},
    {"id": "second", "title": "Second", "kind": "REMINDER"},
    {"id": "third", "title": "Third", "kind": "REMINDER", "mandatory": False},
    {"id": "sale", "title": "Sale", "kind": "REMINDER", "mandatory": False},
]
NEW = [OLD[0] | {"mandatory": False}, OLD[1], {"id": "letter", "title": "Letter", "kind": "REMINDER"}, OLD[3]]
UNIT = {name: PEOPLE[name].unit_id for name in ("anne", "denis", "vera")}
NOTHING = {"blocked": 0, "unblocked": 0, "another_step": 0, "left_alone": 0, "unplanned": 0}


@pytest.fixture
async def door(world: World, fresh_database: str, nats_url: str) -> AsyncIterator[Door]:
    """The campaign service beside it, on the same servers."""
    await PrincipalsBucket(world.bus).ensure()
    database = Database(fresh_database, service="campaign", pool_size=2)
    users = [a_user_changed(name, principal) for name, principal in PEOPLE.items()]
    await PostgresReplicas(database).keep_users(users)
    await database.close()
    async with running(CampaignSettings(database_url=fresh_database, nats_url=nats_url), FakeFollowUps()) as door:
        yield door


async def a_campaign(door: Door, world: World) -> dict[str, Any]:
    today = world.clock.today()
    dates = {"start_date": str(today - timedelta(days=30)), "end_date": str(today + timedelta(days=30))}
    return await door.create(by="north", steps=OLD, sales_step="sale", **dates)


async def a_follow_up(world: World, campaign: str, advisor: str, *commands: Any) -> str:
    """A follow-up of a client of that advisor, after these commands."""
    client = TargetedClient(
        client_id=str(uuid4()),
        advisor_id=user_id(advisor),
        potential=Decimal("10.00"),
        entry_date=world.clock.today() - timedelta(days=20),
    )
    batch = ClientsTargeted(
        campaign_id=campaign,
        job_id=str(uuid4()),
        batch=1,
        clients=(client,),
        targeted_by="tests",
        targeted_at=world.clock.now(),
    )
    await world.targeting.enrol(batch)
    await world.upkeep.start_executions()
    made = follow_up_id(campaign, client.client_id)
    for command in commands:
        assert (await world.do(made, command)).kind == "applied"
    return made


def edit_of(campaign: dict[str, Any], steps: list[dict[str, Any]]) -> dict[str, Any]:
    return {field: campaign[field] for field in ("name", "start_date", "end_date", "sales_step")} | {"steps": steps}


async def positions(world: World, campaign: str) -> dict[str, str | None]:
    rows = await world.reading.page(crm_principal(), FollowUpFilter(campaign_id=campaign))
    return {row.follow_up_id: position(row.state, row.definition.plan()) for row in rows}


async def test_what_then_happens_equals_the_preview(world: World, door: Door) -> None:
    campaign = await a_campaign(door, world)
    path, key = f"/{campaign['campaign_id']}", campaign["campaign_id"]
    first, second = CompleteStep("first"), CompleteStep("second")
    unblocked = await a_follow_up(world, key, "anne")
    alone = await a_follow_up(world, key, "anne", first)
    another = await a_follow_up(world, key, "denis", first, second, CompleteStep("sale"))
    blocked = await a_follow_up(world, key, "vera", first, second, BeginStep("third"))
    before = await positions(world, key)
    refused_before = await world.do(unblocked, BeginStep("second"))

    preview = await door.ask("POST", f"{path}/preview", json=edit_of(campaign, NEW))
    part = await door.ask("POST", f"{path}/preview", by="north", json=edit_of(campaign, NEW))
    saved = await door.ask("PUT", path, json=edit_of(campaign, NEW), headers={"If-Match": '"1"'})

    lille = {"unit_id": UNIT["anne"], "effects": NOTHING | {"unblocked": 1, "left_alone": 1}}
    arras = {"unit_id": UNIT["denis"], "effects": NOTHING | {"another_step": 1}}
    nice = {"unit_id": UNIT["vera"], "effects": NOTHING | {"blocked": 1, "unplanned": 1}}
    assert sorted(preview.json()["units"], key=str) == sorted([lille, arras, nice], key=str)
    assert preview.json()["total"] == {
        "blocked": 1, "unblocked": 1, "another_step": 1, "left_alone": 1, "unplanned": 1,
    }  # fmt: skip
    assert preview.json()["removals"] == [{"step_id": "third", "title": "Third", "refused": False}]
    assert sorted(part.json()["units"], key=str) == sorted([lille, arras], key=str)
    assert part.json()["total"] == NOTHING | {"unblocked": 1, "another_step": 1, "left_alone": 1}
    assert (saved.status_code, saved.json()["held"]) == (200, True)

    after = await positions(world, key)
    assert (refused_before.kind, (await world.do(unblocked, BeginStep("second"))).kind) == ("refused", "applied")
    assert (before[alone], after[alone]) == ("second", "second")
    assert (before[another], after[another]) == (None, "letter")
    assert (before[blocked], (await world.do(blocked, CompleteStep("third"))).code) == ("third", "step_removed")


async def test_a_removal_that_would_be_refused_is_told_and_is_refused(world: World, door: Door) -> None:
    campaign = await a_campaign(door, world)
    await a_follow_up(world, campaign["campaign_id"], "anne", CompleteStep("first"))
    edit = edit_of(campaign, OLD[1:])

    preview = await door.ask("POST", f"/{campaign['campaign_id']}/preview", json=edit)
    saved = await door.ask("PUT", f"/{campaign['campaign_id']}", json=edit, headers={"If-Match": '"1"'})

    assert preview.json()["removals"] == [{"step_id": "first", "title": "First", "refused": True}]
    assert preview.json()["refused"] is True
    assert (saved.status_code, saved.json()["code"]) == (409, "step_completed_somewhere")


async def test_pages_come_to_the_same_as_one_look_and_closed_follow_ups_are_not_counted(world: World) -> None:
    campaign = await world.a_campaign()
    for _ in range(5):
        await world.a_follow_up(campaign, start=False)
    async with world.database.transaction() as connection:
        await connection.exec_driver_sql(
            "update follow_ups set closing = 'WITHDRAWN' where follow_up_id = (select min(follow_up_id::text)::uuid"
            " from follow_ups)"
        )
    (known,) = {row.definition for row in await world.reading.page(crm_principal(), FollowUpFilter(limit=1))}
    whole = PreviewEdit(campaign_id=campaign, old_plan=known.plan(), new_plan=known.plan())

    pages = [await world.bus.ask(whole.model_copy(update={"limit": 2}), EditPreviewed)]
    while pages[-1].last is not None:
        following = whole.model_copy(update={"limit": 2, "after": pages[-1].last})
        pages.append(await world.bus.ask(following, EditPreviewed))
    at_once = await world.bus.ask(whole, EditPreviewed)

    assert sum(one.left_alone for page in pages for one in page.advisors) == 4
    assert sum(one.left_alone for one in at_once.advisors) == 4
    assert [len(page.advisors) for page in pages] == [2, 2, 0]
