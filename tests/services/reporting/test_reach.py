"""Nobody reads beyond the reach: in SQL as in the rulebook, for units, advisors, targets and campaigns."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from services.reporting.ports.reading import Scope
from services.reporting.store.reach import within
from services.reporting.store.replicas import PostgresReplicas
from services.reporting.tables import advisors
from services.reporting.use_cases.figures import read_campaigns
from shared.rulebook.access import AccessLevel, in_reach
from shared.rulebook.errors import NotVisible
from tests.support.stories_reporting import (
    ADVISORS,
    ANNE,
    BRUNO,
    CHLOE,
    DAVID,
    LILLE,
    NETWORK,
    NICE,
    NORTH,
    PATHS,
    READERS,
    SOUTH,
    TODAY,
    UNIT_OF,
    a_definition,
    a_reader,
    a_story,
    facts_of,
    last_states,
    lived,
    users,
)

PLANS = [a_definition().plan()]


async def test_the_target_is_whole_for_all_and_the_sum_of_the_shares_read_for_others(indicators, tell):
    await tell([a_definition()], a_story(1, PLANS[:1], clients=20))

    targets = {name: (await indicators(READERS[name])).target for name in ("all", "north", "south", "anne")}
    of_lille = await indicators(READERS["all"], unit_id=LILLE)
    of_bruno = await indicators(READERS["all"], advisor_id=BRUNO)

    assert targets == {
        "all": Decimal("400000.00"),
        "north": Decimal("100000.00"),
        "south": Decimal("50.00"),
        "anne": Decimal("100000.00"),
    }
    assert of_lille.target == Decimal("100000.00")
    assert of_bruno.target is None
    assert of_bruno.achievement.percent is None
    assert of_bruno.remaining_to_target is None


async def test_an_advisor_who_changes_unit_takes_the_figures_along(indicators, tell, database):
    await tell([a_definition()], a_story(1, PLANS[:1], clients=60))
    before = await indicators(READERS["south"])
    moved = next(user for user in users() if user.user_id == ANNE)
    to_nice = moved.model_copy(update={"unit_id": NICE, "unit_path": PATHS[NICE], "revision": 2})

    await PostgresReplicas(database).keep(users=[to_nice, moved])

    assert (await indicators(READERS["south"])).clients > before.clients
    assert (await indicators(READERS["south"])).target == Decimal("100050.00")


@pytest.mark.parametrize("level", list(AccessLevel))
@pytest.mark.parametrize("unit", [NETWORK, NORTH, LILLE, NICE])
@pytest.mark.parametrize("user", ["anne", "reader"])
async def test_reach_in_sql_is_reach_in_the_rulebook(readings, database, level, unit, user):
    reader = a_reader(level, unit, user)

    async with database.reading() as connection:
        reached = select(advisors.c.user_id).where(within(Scope(reader), advisors.c.user_id))
        found = set((await connection.execute(reached)).scalars())

    assert found == {advisor for advisor in ADVISORS if in_reach(reader, advisor, PATHS[UNIT_OF[advisor]])}


@pytest.mark.parametrize("scope", [{"unit_id": SOUTH}, {"unit_id": NETWORK}, {"advisor_id": CHLOE}])
async def test_a_unit_or_advisor_outside_the_reach_does_not_exist(indicators, tell, scope):
    await tell([a_definition()], a_story(1, PLANS[:1], clients=20))

    with pytest.raises(NotVisible):
        await indicators(READERS["north"], **scope)


@pytest.mark.parametrize("scope", [{"unit_id": NORTH}, {"unit_id": LILLE}, {"advisor_id": DAVID}])
async def test_a_unit_or_advisor_within_the_reach_narrows_the_figures(indicators, tell, scope):
    facts = a_story(1, PLANS[:1], clients=40)
    await tell([a_definition()], facts)

    found = await indicators(READERS["north"], **scope)

    place = scope.get("unit_id")
    assert found.clients == sum(
        scope.get("advisor_id") == state.advisor_id or place in PATHS[UNIT_OF[state.advisor_id]]
        for state, _ in last_states(facts, READERS["north"])
    )


async def test_a_campaign_is_seen_by_its_creator_and_by_whom_its_clients_or_shares_reach(readings, tell):
    only_chloe = a_story(1, PLANS[:1], clients=1)
    await tell([a_definition(shares=())], [fact for fact in only_chloe if fact.number == 1])
    advisor = only_chloe[0].after.advisor_id
    creator = a_reader(AccessLevel.OWN, NICE, "olga")

    seen = {name: len(await _campaigns(readings, reader)) for name, reader in {**READERS, "creator": creator}.items()}

    covered = {name: in_reach(reader, advisor, PATHS[UNIT_OF[advisor]]) for name, reader in READERS.items()}
    assert seen == {**{name: int(is_covered) for name, is_covered in covered.items()}, "creator": 1}


async def _campaigns(readings, reader):
    async with readings.snapshot() as figures:
        return await read_campaigns(figures, Scope(reader), TODAY)


async def test_a_fact_beyond_the_reach_is_as_one_that_does_not_exist(readings, tell):
    facts = facts_of(lived(PLANS[0]), client="of anne")
    await tell([a_definition()], facts)
    last = facts[-1]

    there = {name: await readings.has_fact(one, last.follow_up_id, last.number) for name, one in READERS.items()}

    assert there == {
        "all": True,
        "crm": True,
        "north": True,
        "south": False,
        "lille": True,
        "region only": False,
        "anne": True,
        "nobody": False,
    }
