"""The detail tree: in every nesting the nodes of a level add up to the node above, for every reader."""

from dataclasses import fields
from decimal import Decimal
from itertools import permutations

import pytest

from services.reporting.ports.reading import AsOf, Axis, Scope, Totals
from services.reporting.store.replicas import PostgresReplicas
from services.reporting.use_cases.figures import asked_for
from services.reporting.use_cases.tree import Branching, Level, read_level
from services.reporting.use_cases.tree_order import NodeSort
from shared.rulebook.errors import Invalid, NotVisible
from shared.rulebook.ids import campaign_id
from tests.support.lists_reporting import named_clients, told_last
from tests.support.stories_reporting import (
    ANNE,
    CAMPAIGN,
    LILLE,
    NETWORK,
    NORTH,
    NOW,
    READERS,
    TODAY,
    a_definition,
    a_story,
)

OTHER = campaign_id("savings")
PLAN = a_definition().plan()
FACTS = [*a_story(1, [PLAN], 25), *a_story(2, [PLAN], 15, campaign=OTHER)]
UNIT, ADVISOR, CAMPAIGNS, CLIENT = Level


@pytest.fixture
async def level(readings, tell, database):
    """Reads all pages of one level."""
    await tell([a_definition(), a_definition(campaign=OTHER, name="Épargne")], FACTS)
    await PostgresReplicas(database).keep(clients=named_clients(FACTS))

    async def read(reader, by, path=(), *, limit=200, opened=None, **choice):
        # Figures of one client are read from the facts; those of the story go beyond today.
        past = AsOf(TODAY, Axis.RECORDED, NOW.replace(year=2030)) if any(one is CLIENT for one, _ in path) else None
        if past is not None:
            async with readings.snapshot(past) as figures:
                return await _nodes(figures, None, reader, by, path, limit=limit, **choice)
        async with readings.listing() as (figures, rows):
            return await _nodes(figures, rows, reader, by, path, limit=limit, **choice)

    return read


async def _nodes(figures, rows, reader, by, path, *, limit, **choice):
    scope = Scope(reader)
    campaigns = await asked_for(figures, scope, TODAY, campaign_id=None, statuses=())
    found, after = [], None
    for _ in range(60):
        branching = Branching(by=by, path=tuple(path), after=after, limit=limit, **choice)
        nodes, more = await read_level(figures, rows, scope, TODAY, campaigns, branching)
        found += nodes
        if not more:
            return found
        last = nodes[-1]
        after = (last.key if last.level is CLIENT else last.level, last.id or "")
    raise AssertionError("pages without end")


def added(nodes):
    return {
        **{one.name: sum(getattr(node.totals, one.name) for node in nodes) for one in fields(Totals)},
        "share": sum((node.share or Decimal(0)) for node in nodes),
    }


def sums(node):
    return {**{one.name: getattr(node.totals, one.name) for one in fields(Totals)}, "share": node.share or Decimal(0)}


async def descend(level, reader, by, path=(), above=None):
    """Open everything below the path; answers how many nodes there were."""
    nodes = await level(reader, by, path)
    if above is not None:
        here, there = added(nodes), sums(above)
        # Shares belong to advisors: no client has any.
        if any(node.level is CLIENT for node in nodes) or any(one is CLIENT for one, _ in path):
            here.pop("share"), there.pop("share")
        assert here == there, (by, path)
    count = len(nodes)
    for node in nodes:
        if node.opens:
            count += await descend(level, reader, by, (*path, (node.level, node.id)), node)
    return count


NESTINGS = [
    (UNIT, ADVISOR, CAMPAIGNS, CLIENT),
    (CAMPAIGNS, UNIT, ADVISOR),
    (ADVISOR, UNIT, CLIENT),
    (UNIT, CAMPAIGNS),
    (CAMPAIGNS, CLIENT),
    (UNIT, CLIENT),
]


@pytest.mark.parametrize("by", NESTINGS, ids="-".join)
@pytest.mark.parametrize("name", ["all", "north"])
async def test_the_nodes_of_each_level_add_up_to_the_one_above(level, by, name):
    assert await descend(level, READERS[name], by) > len(by)


async def test_below_a_client_figures_add_up_too(level):
    reader = READERS["all"]
    for by in permutations((UNIT, ADVISOR, CAMPAIGNS), 1):
        for client in (await level(reader, (CLIENT, *by)))[:4]:
            assert await descend(level, reader, (CLIENT, *by), ((CLIENT, client.id),), client) > 0


async def test_the_top_of_every_nesting_is_what_the_reader_reads_in_all(level, readings):
    for name in ("all", "north", "lille", "anne"):
        async with readings.snapshot() as figures:
            read = await figures.totals(Scope(READERS[name]), [CAMPAIGN, OTHER], TODAY)
        whole = {one.name: sum(getattr(each, one.name) for each in read.values()) for one in fields(Totals)}
        for top in Level:
            found = added(await level(READERS[name], (top,)))
            found.pop("share")
            assert found == whole, (name, top)


async def test_a_client_in_a_campaign_shows_step_and_state(level):
    nodes = await level(READERS["all"], (CAMPAIGNS, CLIENT), ((CAMPAIGNS, CAMPAIGN),))

    told = {one.follow_up_id: one for one in told_last(FACTS).values()}
    assert len([node for node in nodes if node.id]) > 10
    for node in nodes:
        assert node.follow_up.steps == 4
        assert node.follow_up.step_number >= 1
        assert told[node.follow_up.follow_up_id].client_id == node.id


async def test_clients_who_left_the_reach_are_one_node_without_a_name(level):
    nodes = await level(READERS["anne"], (CLIENT,))

    nameless = [node for node in nodes if node.id is None]
    assert [(node.name, node.opens, node.follow_up) for node in nameless] == [(None, False, None)]
    assert nameless[0].totals.clients > 0


@pytest.mark.parametrize("sort", list(NodeSort))
async def test_pages_of_every_order_hold_each_node_once(level, sort):
    for by, path in (((CLIENT,), ()), ((ADVISOR,), ()), ((UNIT, CLIENT), ((UNIT, NETWORK), (UNIT, NORTH)))):
        for descending in (False, True):
            whole = await level(READERS["all"], by, path, sort=sort, descending=descending)
            paged = await level(READERS["all"], by, path, sort=sort, descending=descending, limit=3)
            assert [node.id for node in paged] == [node.id for node in whole]


async def test_names_filter_a_level(level):
    assert {node.name for node in await level(READERS["all"], (ADVISOR,), text="ADVISOR 0")} == {"Advisor 0"}
    assert all("Zoé" in node.name for node in await level(READERS["all"], (CLIENT,), text="zoe"))


async def test_nodes_beyond_the_reach_and_odd_paths_are_refused(level):
    with pytest.raises(NotVisible):
        await level(READERS["anne"], (UNIT, ADVISOR), ((UNIT, NORTH),))
    with pytest.raises(NotVisible):
        await level(READERS["all"], (CAMPAIGNS, ADVISOR), ((CAMPAIGNS, NORTH),))
    for by, path in (
        ((UNIT, UNIT), ()),
        ((UNIT, ADVISOR), ((ADVISOR, ANNE),)),
        ((ADVISOR, UNIT), ((ADVISOR, ANNE), (ADVISOR, ANNE))),
    ):
        with pytest.raises(Invalid, match="tree_path_invalid"):
            await level(READERS["all"], by, path)
    assert {node.id for node in await level(READERS["lille"], (UNIT,))} == {LILLE}
