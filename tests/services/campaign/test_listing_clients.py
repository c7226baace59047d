"""The clients of a campaign as their follow-ups last told, filtered, sorted and in pages."""

from datetime import date

import pytest

from services.campaign.store.replicas import PostgresReplicas
from shared.rulebook.facts import FactKind
from shared.rulebook.follow_up import Closing
from shared.rulebook.ids import user_id
from tests.integration.followup.waiting import until
from tests.services.campaign.clients import a_campaign_of, a_fact, do, rows
from tests.services.campaign.conftest import code_of


async def test_rows_follow_what_follow_ups_tell_in_whatever_order_it_arrives(door, database, bus):
    campaign_id = await a_campaign_of(door, "c1", "c2")
    replicas = PostgresReplicas(database)
    waiting = {"entry": date(2026, 5, 4), "potential": "80.00"}

    await replicas.keep_facts(
        [
            a_fact(campaign_id, "c1", 3, FactKind.ENTRY_DATE_MOVED, **waiting),
            a_fact(campaign_id, "c1", 2, FactKind.POTENTIAL_CHANGED, potential="80.00"),
            a_fact(campaign_id, "c2", 2, FactKind.CLIENT_WITHDRAWN, closing=Closing.WITHDRAWN),
        ]
    )
    await replicas.keep_facts([a_fact(campaign_id, "c1", 2, FactKind.POTENTIAL_CHANGED, potential="80.00")])
    shown = await rows(door, campaign_id)

    assert {name: (one["state"], one["potential"], one["entry_date"]) for name, one in shown.items()} == {
        "c1": ("WAITING", "80.00", "2026-05-04"),
        "c2": ("WITHDRAWN", "0.00", "2026-04-20"),
    }
    assert shown["c1"]["initial_potential"] == "0.00"


async def test_facts_are_heard_from_the_bus(door, bus):
    campaign_id = await a_campaign_of(door, "c1")

    await bus.publish(a_fact(campaign_id, "c1", 2, FactKind.CONCLUDED, closing=Closing.CONCLUDED))

    async def concluded():
        return (await rows(door, campaign_id))["c1"]["state"] == "CONCLUDED"

    await until(concluded)


async def test_a_refused_withdrawal_is_told_by_the_fact_that_was_faster(door, database):
    campaign_id = await a_campaign_of(door, "c1")
    await do(door, campaign_id, "withdraw", [{"client": "c1"}])

    concluded = a_fact(campaign_id, "c1", 2, FactKind.CONCLUDED, closing=Closing.CONCLUDED)
    await PostgresReplicas(database).keep_facts([concluded])

    assert (await rows(door, campaign_id))["c1"]["state"] == "CONCLUDED"


@pytest.mark.parametrize(
    ("state", "names"),
    [
        (["WAITING"], {"c3"}),
        (["OPEN"], {"c1"}),
        (["WITHDRAWN", "WAITING"], {"c2", "c3"}),
        (["CONCLUDED"], set()),
    ],
)
async def test_the_list_is_filtered_by_state(door, state, names):
    campaign_id = await a_campaign_of(door, "c1", "c2")
    await door.target(campaign_id, [{"client": "c3", "entry_date": "2026-04-21"}])
    await do(door, campaign_id, "withdraw", [{"client": "c2"}])

    assert set(await rows(door, campaign_id, state=state)) == names


async def test_the_list_is_filtered_by_advisor_and_search_and_sorted_by_potential_page_by_page(door):
    campaign = await door.create()
    campaign_id = campaign["campaign_id"]
    potentials = {"c1": "900", "c2": "10000.50", "c3": "900", "c4": "0", "c5": "90000000000000.01"}
    await door.target(campaign_id, [{"client": name, "potential": one} for name, one in potentials.items()])

    names, after = [], {}
    while True:
        page = (
            await door.ask("GET", f"/{campaign_id}/clients", params={"sort": "potential", "limit": 2} | after)
        ).json()
        names += [one["external_id"] for one in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}

    assert names[:2] == ["c5", "c2"]
    assert set(names[2:4]) == {"c1", "c3"}
    assert names[4:] == ["c4"]
    assert set(await rows(door, campaign_id, advisor_id=user_id("anne"))) == {"c1", "c2"}
    assert set(await rows(door, campaign_id, search="C3")) == {"c3"}
    assert set(await rows(door, campaign_id, by="branch")) == {"c1", "c2", "c3"}


@pytest.mark.parametrize("nonsense", ["nonsense", "WyJhIiwgMV0=", "WyIiLCAieCJd", "e30=", "MQ=="])
async def test_a_cursor_of_nonsense_is_refused_by_name(door, nonsense):
    campaign_id = (await door.create())["campaign_id"]

    refused = await door.ask("GET", f"/{campaign_id}/clients", params={"after": nonsense})

    assert (refused.status_code, code_of(refused)) == (422, "cursor_invalid")
