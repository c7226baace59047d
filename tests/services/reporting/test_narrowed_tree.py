"""A tree narrowed to a unit or an advisor opens nothing outside of it, today and on a past day."""

import pytest

from services.reporting.store.replicas import PostgresReplicas
from tests.support.lists_reporting import named_clients
from tests.support.stories_reporting import (
    ANNE,
    BRUNO,
    CHLOE,
    DAVID,
    LILLE,
    NETWORK,
    NORTH,
    SOUTH,
    a_definition,
    a_story,
)

FACTS = a_story(1, [a_definition().plan()], 25)
DAYS = [{}, {"as_of": "2026-11-20"}, {"as_of": "2026-11-20", "axis": "happened"}]


@pytest.fixture
async def tree(past, asks, database):
    """Asks for one level."""
    await past(*FACTS)
    await PostgresReplicas(database).keep(clients=named_clients(FACTS))

    async def tree(expected=200, /, *, by="unit,advisor", **query):
        told = await asks("/tree", expected, by=by, **query)
        return [node["id"] for node in told["nodes"]] if expected == 200 else told["code"]

    return tree


@pytest.mark.parametrize("day", DAYS)
async def test_a_unit_is_opened_within_the_unit_that_the_tree_is_narrowed_to(tree, day):
    assert await tree(unit_id=NORTH, parent=f"unit:{NORTH}", **day) == [LILLE, DAVID]
    assert await tree(unit_id=NORTH, parent=f"unit:{NORTH}/unit:{LILLE}", **day) == [ANNE, BRUNO]

    for beyond in (f"unit:{SOUTH}", f"unit:{NETWORK}", f"unit:{NETWORK}/unit:{SOUTH}"):
        assert await tree(404, unit_id=NORTH, parent=beyond, **day) == "not_visible"


@pytest.mark.parametrize("day", DAYS)
async def test_an_advisor_is_opened_only_if_the_tree_is_narrowed_to_that_one_and_to_the_unit_around(tree, day):
    narrowed = {"by": "advisor,campaign", **day}
    assert len(await tree(advisor_id=ANNE, parent=f"advisor:{ANNE}", **narrowed)) == 1
    assert len(await tree(unit_id=NORTH, parent=f"advisor:{DAVID}", **narrowed)) == 1

    assert await tree(404, advisor_id=ANNE, parent=f"advisor:{BRUNO}", **narrowed) == "not_visible"
    assert await tree(404, unit_id=NORTH, parent=f"advisor:{CHLOE}", **narrowed) == "not_visible"
    assert await tree(404, unit_id=LILLE, advisor_id=ANNE, parent=f"unit:{SOUTH}", by="unit,campaign", **day)
