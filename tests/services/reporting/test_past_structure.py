"""Whose figures of a past day somebody reads: units and advisors of then, rights of today, one client."""

from services.reporting.store.replicas import PostgresReplicas
from shared.rulebook.access import AccessLevel, Principal
from shared.rulebook.commands import Reassign
from shared.rulebook.ids import campaign_id, client_id
from tests.support.past_reporting import a_client, at, life, moved, sale
from tests.support.stories_reporting import (
    ANNE,
    BRUNO,
    CAMPAIGN,
    CHLOE,
    LILLE,
    NETWORK,
    NICE,
    NORTH,
    PATHS,
    READERS,
    SOUTH,
    a_definition,
    users,
)

NORTHERN, SOUTHERN = READERS["north"], READERS["south"]


async def test_a_client_who_moved_counts_for_the_advisor_of_each_day_and_a_sale_stays(asks, past, of_one):
    moved = life((Reassign(CHLOE), at("2026-10-20")), name="moved")
    sold = life((sale("2026-10-10"), at("2026-10-10")), name="sold")
    await past(*moved, *sold)

    async def clients(reader, day):
        return (await of_one(day, reader=reader))[0]

    assert [await clients(NORTHERN, day) for day in ("2026-10-19", "2026-10-20")] == [2, 1]
    assert [await clients(SOUTHERN, day) for day in ("2026-10-19", "2026-10-20")] == [0, 1]
    by_advisor = await asks("/breakdown", by="advisor", as_of="2026-10-20")
    assert [(row["id"], row["clients"], row["collected"]) for row in by_advisor["rows"]] == [
        (ANNE, 1, "100.00"),
        (CHLOE, 1, "0.00"),
    ]


async def test_a_unit_counts_the_advisors_who_were_in_it_with_their_shares(asks, past):
    to_nice = moved(ANNE, NICE)
    stays = life(name="stays", advisor=BRUNO)
    await past(*life(), *stays, moves=[(to_nice, at("2026-11-03", 22, 30))])

    async def north(day):
        found = await asks("/indicators", campaign_id=CAMPAIGN, as_of=day, reader=NORTHERN)
        return found["clients"], found["target"]

    before, after = [
        await asks("/breakdown", by="unit", campaign_id=CAMPAIGN, as_of=day) for day in ("2026-11-02", "2026-11-03")
    ]

    assert [await north(day) for day in ("2026-11-02", "2026-11-03")] == [(2, "100000.00"), (1, None)]
    assert {row["id"]: (row["clients"], row["leaf"]) for row in before["rows"] if row["clients"]} == {
        NETWORK: (2, False),
        NORTH: (2, False),
        LILLE: (2, True),
    }
    assert {row["id"]: (row["clients"], row["parent_id"]) for row in after["rows"]} == {
        NETWORK: (2, None),
        NORTH: (1, NETWORK),
        LILLE: (1, NORTH),
        SOUTH: (1, NETWORK),
        NICE: (1, SOUTH),
    }


async def test_an_advisor_who_moved_reads_the_own_past_by_the_unit_of_then(asks, past):
    to_nice = moved(ANNE, NICE)
    await past(*life(), moves=[(to_nice, at("2026-11-03"))])
    anne = Principal(user_id=ANNE, unit_id=NICE, unit_path=PATHS[NICE], access_level=AccessLevel.OWN)

    rows = (await asks("/breakdown", by="unit", as_of="2026-10-30", reader=anne))["rows"]

    assert [(row["id"], row["clients"]) for row in rows] == [(LILLE, 1)]


async def test_a_unit_that_was_within_the_reach_is_read_as_of_then(asks, past):
    elsewhere = [
        user.model_copy(update={"unit_path": (PATHS[LILLE][0], SOUTH, LILLE), "revision": 2})
        for user in users()
        if user.unit_id == LILLE
    ]
    await past(*life(), moves=[(user, at("2026-11-03")) for user in elsewhere])

    found = await asks("/indicators", reader=NORTHERN, as_of="2026-10-30", unit_id=LILLE)
    since = await asks("/indicators", reader=NORTHERN, as_of="2026-11-04", unit_id=LILLE)

    assert (found["clients"], found["target"]) == (1, "100000.00")
    assert (since["clients"], since["target"]) == (0, None)


async def test_one_client_is_read_through_the_present_advisor_alone_and_has_no_target(asks, past):
    lost = life((sale("2026-10-10"), at("2026-10-10")), name="lost")
    await past(*lost, *life(name="kept"))
    present = {"client_id": client_id("kept")}

    kept = await asks("/indicators", campaign_id=CAMPAIGN, reader=NORTHERN, **present)
    funnel = await asks("/steps", campaign_id=CAMPAIGN, **present)
    nobody = await asks("/indicators", 404, client_id=client_id("never seen"))
    southern = await asks("/indicators", 404, reader=SOUTHERN, **present)

    assert (kept["clients"], kept["potential"], kept["target"]) == (1, "1000.00", None)
    assert funnel["steps"][0]["open"] == 1
    assert nobody["code"] == southern["code"] == "not_visible"


async def test_who_lost_a_client_keeps_the_total_and_gets_no_figures_by_the_clients_id(asks, past, database, of_one):
    lost = life((sale("2026-10-10"), at("2026-10-10")), name="lost")
    await past(*lost)
    who = lost[0].client_id
    await PostgresReplicas(database).keep(clients=[a_client(who, CHLOE, revision=9)])

    for as_of in ("2026-10-15", "2026-11-24"):
        assert await of_one(as_of, reader=NORTHERN) == (1, "100.00")
        await asks("/indicators", 404, campaign_id=CAMPAIGN, reader=NORTHERN, as_of=as_of, client_id=who)


async def test_who_covered_something_of_a_campaign_then_sees_it_as_of_then(asks, past, of_one):
    await past(*life((Reassign(CHLOE), at("2026-10-20"))), definitions=[a_definition(shares=())])

    assert await of_one("2026-10-19", reader=NORTHERN) == (1, "0.00")
    assert (await asks("/indicators", 404, campaign_id=CAMPAIGN, as_of="2026-10-20", reader=NORTHERN))[
        "code"
    ] == "not_visible"
    assert (await asks("/campaigns", reader=NORTHERN))["total"] == 0
    assert (await asks("/campaigns", reader=SOUTHERN, as_of="2026-10-19"))["total"] == 1


async def test_a_unit_outside_the_reach_does_not_exist_on_any_day(asks, past):
    await past(*life())

    for query in ({"unit_id": SOUTH}, {"advisor_id": CHLOE}, {"campaign_id": campaign_id("none")}):
        assert (await asks("/indicators", 404, reader=NORTHERN, as_of="2026-10-15", **query))["code"] == "not_visible"
