"""Who sees which campaign, how much of it, and in which order; what the directory says is kept by revision."""

import asyncio
from datetime import date

import pytest
from sqlalchemy import select, update

from services.campaign.store.listing import has_status
from services.campaign.store.reach import in_reach
from services.campaign.store.replicas import PostgresReplicas
from services.campaign.tables import campaigns, users
from shared.contracts.campaign import MomentKind, MomentRecorded, OrderFound, OwnOrder, RecordMoment
from shared.contracts.directory import ClientChanged, UserChanged
from shared.rulebook import access
from shared.rulebook.access import AccessLevel
from shared.rulebook.campaign import CampaignStatus, campaign_status
from shared.rulebook.ids import user_id
from shared.runtime.security import crm_principal
from tests.services.campaign.conftest import LILLE, PEOPLE, a_campaign, a_client_changed, a_user_changed, code_of
from tests.support.fakes_campaign import a_person


async def names_seen(door, by, **params):
    answer = await door.ask("GET", by=by, params=params)
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


async def test_a_campaign_is_seen_by_those_whose_reach_covers_a_client_or_a_share_of_it(door):
    campaign = await door.create(by="boss", target="100")
    assert [await names_seen(door, by) for by in ("anne", "branch", "north", "reader")] == [[], [], [], []]

    await door.target(campaign["campaign_id"], [{"client": "c4"}])
    rows = {"rows": [{"advisor_id": user_id("louis"), "amount": "40"}]}
    await door.ask("PUT", f"/{campaign['campaign_id']}/allocation", json=rows)

    seen = {by: await names_seen(door, by) for by in PEOPLE} | {"crm": await names_seen(door, "crm")}
    who = {by for by, names in seen.items() if names}
    assert who == {"louis", "denis", "branch", "north", "boss", "reader", "crm"}
    assert (await door.ask("GET", f"/{campaign['campaign_id']}", by="anne")).status_code == 404
    assert (await door.ask("GET", f"/{campaign['campaign_id']}", by="nobody")).status_code == 404


async def test_a_reader_of_a_part_sees_his_shares_and_not_the_target(door):
    campaign = await door.create(by="boss", target="100")
    rows = {"rows": [{"advisor_id": user_id("louis"), "amount": "40"}, {"advisor_id": user_id("vera"), "amount": "1"}]}
    await door.ask("PUT", f"/{campaign['campaign_id']}/allocation", json=rows)

    part = await door.show(campaign["campaign_id"], by="branch")
    whole = await door.show(campaign["campaign_id"], by="reader")

    assert (part["target"], part["may_change"]) == (None, False)
    assert [row["amount"] for row in part["allocation"]["rows"]] == ["40.00"]
    assert (part["allocation"]["allocated"], part["allocation"]["unallocated"]) == (None, None)
    assert (whole["target"], whole["may_change"]) == ("100.00", False)
    assert whole["allocation"]["unallocated"] == "59.00"


async def test_who_sees_but_may_not_change_hears_what_is_missing(door):
    campaign = await door.create(by="boss", target="100")
    rows = {"rows": [{"advisor_id": user_id("louis"), "amount": "40"}]}
    await door.ask("PUT", f"/{campaign['campaign_id']}/allocation", json=rows)

    advisor = await door.change(campaign | {"version": 2}, by="louis")
    manager = await door.ask("DELETE", f"/{campaign['campaign_id']}", by="branch")
    versions = await door.ask("GET", f"/{campaign['campaign_id']}/versions", by="louis")

    assert (advisor.status_code, advisor.json()["data"]) == (403, {"missing": "manage_campaigns"})
    assert (manager.status_code, manager.json()["data"]) == (403, {"missing": "reach"})
    assert versions.status_code == 403


async def test_a_manager_whose_reach_covers_the_owner_changes_the_campaign(door):
    campaign = await door.create(by="branch")

    assert (await door.change(campaign, by="south")).status_code == 404
    assert (await door.change(campaign, by="north", name="Par la région")).status_code == 200


async def test_targeted_clients_are_listed_within_reach_page_by_page(door):
    campaign = await door.create()
    await door.target(campaign["campaign_id"], [{"client": name} for name in ("c1", "c2", "c3", "c4", "c5")])
    path = f"/{campaign['campaign_id']}/clients"

    first = (await door.ask("GET", path, by="north", params={"limit": 3})).json()
    second = (await door.ask("GET", path, by="north", params={"limit": 3, "after": first["next"]})).json()

    assert {one["external_id"] for one in first["items"] + second["items"]} == {"c1", "c2", "c3", "c4"}
    assert (len(first["items"]), second["next"]) == (3, None)


async def test_the_list_is_in_creation_order_until_the_user_orders_it(door):
    made = {name: (await door.create(name=name))["campaign_id"] for name in ("Alpha", "Bêta", "Gamma")}
    created_order = await names_seen(door, "boss")

    ordered = await door.ask("PUT", "/order", json={"campaign_ids": [made["Gamma"], made["Alpha"], made["Gamma"]]})
    await door.create(name="Delta")

    assert created_order == ["Alpha", "Bêta", "Gamma"]
    assert ordered.status_code == 204
    assert await names_seen(door, "boss") == ["Gamma", "Alpha", "Bêta", "Delta"]
    assert await names_seen(door, "crm") == ["Alpha", "Bêta", "Gamma", "Delta"]


async def test_whoever_asks_is_told_the_order_that_a_user_gave(door, bus):
    made = [(await door.create(name=name))["campaign_id"] for name in ("Alpha", "Bêta", "Gamma")]
    before = await bus.ask(OwnOrder(user_id=user_id("boss")), OrderFound)

    await door.ask("PUT", "/order", json={"campaign_ids": [made[2], made[0]]})

    assert before.campaign_ids == ()
    assert (await bus.ask(OwnOrder(user_id=user_id("boss")), OrderFound)).campaign_ids == (made[2], made[0])
    assert (await bus.ask(OwnOrder(user_id=user_id("north")), OrderFound)).campaign_ids == ()


async def test_the_list_is_filtered_searched_sorted_and_paged(door):
    await door.create(name="Épargne été", start_date="2026-06-01", end_date="2026-06-30")
    await door.create(name="assurance", start_date="2026-01-01", end_date="2026-02-01")
    await door.create(name="Zone 100 %", start_date="2026-03-01", end_date="2026-04-20")

    assert await names_seen(door, "boss", sort="name") == ["assurance", "Épargne été", "Zone 100 %"]
    assert await names_seen(door, "boss", sort="start_date") == ["assurance", "Zone 100 %", "Épargne été"]
    assert await names_seen(door, "boss", status="RUNNING") == ["Zone 100 %"]
    assert await names_seen(door, "boss", status=["ENDED", "UPCOMING"], sort="name") == ["assurance", "Épargne été"]
    assert await names_seen(door, "boss", search="EPARGNE") == ["Épargne été"]
    assert await names_seen(door, "boss", search="100 %") == ["Zone 100 %"]
    assert await names_seen(door, "boss", search="_") == []
    first = (await door.ask("GET", params={"sort": "name", "limit": 2})).json()
    rest = (await door.ask("GET", params={"sort": "name", "limit": 2, "after": first["next"]})).json()
    assert [item["name"] for item in first["items"]] == ["assurance", "Épargne été"]
    assert ([item["name"] for item in rest["items"]], rest["next"]) == (["Zone 100 %"], None)


async def test_the_list_is_sorted_by_target_and_by_status_both_ways_page_by_page(door):
    await door.create(name="sans objectif", start_date="2026-06-01", end_date="2026-06-30")
    await door.create(name="mille", target="1000", start_date="2026-01-01", end_date="2026-02-01")
    await door.create(name="deux cents", target="200.50")
    await door.create(name="un million", target="1000000", start_date="2026-03-01")

    assert await names_seen(door, "boss", sort="target") == ["deux cents", "mille", "un million", "sans objectif"]
    assert await names_seen(door, "boss", sort="target", descending=True) == [
        "un million", "mille", "deux cents", "sans objectif",
    ]  # fmt: skip
    assert await names_seen(door, "boss", sort="status") == ["sans objectif", "un million", "deux cents", "mille"]
    for sort in ("order", "name", "start_date", "end_date", "target", "status"):
        for descending in (False, True):
            wanted = {"sort": sort, "descending": descending}
            seen, after = [], {}
            while after is not None:
                page = (await door.ask("GET", params=wanted | {"limit": 1} | after)).json()
                seen += [item["name"] for item in page["items"]]
                after = {"after": page["next"]} if page["next"] else None
            assert seen == await names_seen(door, "boss", **wanted)
            assert len(seen) == 4


async def test_who_may_not_read_a_target_neither_sees_it_in_the_list_nor_its_order(door):
    for name, target in (("grand", "1000"), ("petit", "200")):
        campaign = await door.create(name=name, target=target)
        await door.target(campaign["campaign_id"], [{"client": "c1"}])

    seen = (await door.ask("GET", by="anne", params={"sort": "target"})).json()["items"]
    whole = (await door.ask("GET", by="reader", params={"sort": "target"})).json()["items"]

    assert [(one["name"], one["target"]) for one in seen] == [("grand", None), ("petit", None)]
    assert [(one["name"], one["target"]) for one in whole] == [("petit", "200.00"), ("grand", "1000.00")]


async def test_one_campaign_is_dragged_before_another_or_behind_all(door):
    made = {name: (await door.create(name=name))["campaign_id"] for name in "ABCD"}

    before = await door.ask("PUT", f"/order/{made['D']}", json={"before": made["B"]})
    after_first = await names_seen(door, "boss")
    await door.ask("PUT", f"/order/{made['A']}", json={})
    await door.create(name="E")
    unknown = await door.ask("PUT", f"/order/{made['A']}", json={"before": "00000000-0000-4000-8000-000000000000"})
    reader = await door.ask("PUT", f"/order/{made['A']}", by="reader", json={})

    assert before.status_code == 204
    assert after_first == ["A", "D", "B", "C"]
    assert await names_seen(door, "boss") == ["D", "B", "C", "A", "E"]
    assert await names_seen(door, "crm") == ["A", "B", "C", "D", "E"]
    assert (unknown.status_code, reader.status_code) == (404, 403)


async def test_a_user_who_orders_twice_at_once_gets_one_of_the_orders(door):
    ids = [(await door.create(name=name))["campaign_id"] for name in "ABC"]
    orders = [ids, ids[::-1]] * 3

    answers = await asyncio.gather(*(door.ask("PUT", "/order", json={"campaign_ids": order}) for order in orders))

    assert [answer.status_code for answer in answers] == [204] * 6
    assert await names_seen(door, "boss") in (["A", "B", "C"], ["C", "B", "A"])


@pytest.mark.parametrize("cursor", ["x", "WzFd", "eyJhIjoxfQ==", "é", "WyJhIiwgMTAwMDAwMDAwMDAwMDAwMDAwMDAwMF0="])
async def test_a_cursor_that_was_not_given_out_is_refused(door, cursor):
    answer = await door.ask("GET", params={"after": cursor})

    assert (answer.status_code, code_of(answer)) == (422, "cursor_invalid")


async def test_archived_campaigns_leave_the_list_until_asked_for(door):
    campaign = await door.create(end_date="2026-04-19")
    await door.ask("POST", f"/{campaign['campaign_id']}/archive")

    assert await names_seen(door, "boss") == []
    assert await names_seen(door, "boss", status="ARCHIVED") == ["Épargne longue"]


async def test_what_does_not_exist_is_404(door):
    unknown = "/00000000-0000-4000-8000-000000000000"

    answers = [
        await door.ask("GET", unknown),
        await door.ask("PUT", unknown, json=a_campaign(), headers={"If-Match": '"1"'}),
        await door.ask("DELETE", unknown),
        await door.ask("POST", f"{unknown}/archive"),
        await door.ask("POST", f"{unknown}/clients", json={"clients": [{"client": "c1"}]}),
        await door.ask("GET", f"{unknown}/jobs/00000000-0000-4000-8000-000000000000"),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404, 404, 404, 404]


@pytest.mark.parametrize("level", AccessLevel)
@pytest.mark.parametrize("path", [("network",), ("network", "north"), LILLE])
async def test_the_reach_in_sql_is_that_of_the_rulebook(database, level, path):
    for reader in (a_person("anne", level, path=path), a_person("nobody", level, path=path), crm_principal()):
        async with database.reading() as connection:
            within = await connection.execute(select(users.c.external_id).where(in_reach(reader, users.c.user_id)))
            by_sql = set(within.scalars())

        by_rule = {name for name, one in PEOPLE.items() if access.in_reach(reader, one.user_id, one.unit_path)}
        assert by_sql == by_rule


@pytest.mark.parametrize("today", [date(2026, 3, 31), date(2026, 4, 1), date(2026, 5, 31), date(2026, 6, 1)])
@pytest.mark.parametrize("archived", [False, True])
async def test_the_status_in_sql_is_that_of_the_rulebook(door, database, today, archived):
    await door.create()
    async with database.transaction() as connection:
        await connection.execute(update(campaigns).values(archived=archived))
        found = await connection.execute(select(*(has_status(status, today) for status in CampaignStatus)))
        by_sql = [status for status, holds in zip(CampaignStatus, found.one(), strict=True) if holds]

    assert by_sql == [campaign_status(date(2026, 4, 1), date(2026, 5, 31), archived, today)]


async def test_people_and_clients_are_kept_by_revision_in_whatever_order_they_come(door, database, bus):
    old, new = (
        [a_user_changed("anne", PEOPLE["vera"]), a_client_changed("c1", "vera")],
        [a_user_changed("anne", PEOPLE["denis"], revision=3), a_client_changed("c1", "denis", revision=3)],
    )
    replicas = PostgresReplicas(database)

    for told in (new, old, new, [*old, *new]):
        await replicas.keep_users([one for one in told if isinstance(one, UserChanged)])
        await replicas.keep_clients([one for one in told if isinstance(one, ClientChanged)])

    campaign = await door.create()
    await door.target(campaign["campaign_id"], [{"client": "c1"}])
    assert await names_seen(door, "denis") == ["Épargne longue"]
    assert await names_seen(door, "vera") == []


async def test_what_the_directory_tells_on_jetstream_is_heard(door, bus):
    campaign = await door.create()

    await bus.publish(a_client_changed("told", "anne"))
    asked = await door.ask("POST", f"/{campaign['campaign_id']}/clients", json={"clients": [{"client": "told"}]})
    job = await door.job_when_worked(campaign["campaign_id"], asked.json()["job_id"])

    assert job["total"] == 1


async def test_a_moment_of_a_campaign_is_told_once_per_kind(door, bus, heard):
    campaign = await door.create()
    start = RecordMoment(campaign_id=campaign["campaign_id"], kind=MomentKind.START, on=date(2026, 4, 1))
    moved = start.model_copy(update={"on": date(2026, 4, 10)})
    end = start.model_copy(update={"kind": MomentKind.END, "on": date(2026, 5, 31)})

    answers = [(await bus.ask(asked, MomentRecorded)).first for asked in (start, start, moved, end)]

    assert answers == [True, False, False, True]
    assert [(told.kind, str(told.on)) for told in (await heard(3))[1:]] == [
        (MomentKind.START, "2026-04-01"),
        (MomentKind.END, "2026-05-31"),
    ]
