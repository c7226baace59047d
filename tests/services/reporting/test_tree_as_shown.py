"""The workbook of the tree is in the order of the screen, at every level, whatever that goes by."""

from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook

from services.reporting.ports.reading import Scope
from services.reporting.store.figures import PostgresReadings
from services.reporting.store.replicas import PostgresReplicas
from services.reporting.use_cases.breakdown import rates_of
from services.reporting.use_cases.figures import asked_for
from services.reporting.use_cases.tree import Branching, Level, read_level
from services.reporting.use_cases.tree_order import NodeSort
from tests.support.exports import PREFIX, asked, shown
from tests.support.lists_reporting import named_clients
from tests.support.stories_reporting import NORTH, TODAY, a_definition, a_reader, a_story

FACTS = a_story(1, [a_definition().plan()], clients=30)
"""As `exports_told` tells them."""
BY = (Level.UNIT, Level.ADVISOR, Level.CLIENT)


def in_a_cell(percent):
    return "–" if percent is None else float(Decimal(percent) / 100)


@pytest.fixture
async def on_screen(exports_client, database):
    """Opens everything; answers the names from top to bottom."""
    await PostgresReplicas(database).keep(clients=named_clients(FACTS))

    async def opened(figures, rows, scope, order, path=()):
        campaigns = await asked_for(figures, scope, TODAY, campaign_id=None, statuses=())
        branching = Branching(by=BY, path=path, limit=200, **order)
        nodes, _ = await read_level(figures, rows, scope, TODAY, campaigns, branching)
        found = []
        for node in nodes:
            below = [] if not node.opens else await opened(figures, rows, scope, order, (*path, (node.level, node.id)))
            rates = rates_of(node.totals, node.share)
            found += [(node.name or "–", node.totals.clients, rates.achievement.percent, rates.conversion.percent)]
            found += below
        return found

    async def on_screen(scope, **order):
        async with PostgresReadings(database).listing() as (figures, rows):
            return await opened(figures, rows, scope, order)

    return on_screen


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (("name", True), "Nom, décroissant"),
        (("conversion_rate", True), "Taux de transformation, décroissant"),
        (("take_up_rate", False), "Taux d’équipement, croissant"),
        (("share", True), "Objectif, décroissant"),
        (("collected", True), "Collecté, décroissant"),
    ],
)
async def test_the_workbook_of_the_tree_is_as_shown(exports_client, a_runner, on_screen, order, said):
    sort, descending = order
    screen = await on_screen(Scope(a_reader(), NORTH), sort=NodeSort(sort), descending=descending)

    tree = {"what": "detail_tree", "format": "xlsx", "nesting": list(BY), "language": "fr"}
    narrowed = {"filters": {"unit_id": NORTH}, "tree": {"sort": sort, "descending": descending}}
    export = await asked(exports_client, tree | narrowed)
    await a_runner().run_next()
    done = await shown(exports_client, export)

    sheet, about = load_workbook(BytesIO((await exports_client.get(done["file"])).content)).worksheets
    heading, *rows = list(sheet.iter_rows(values_only=True))[:-1]
    names = [row[0] for row in rows]
    expected = [name for name, clients, *_ in screen for _ in range(clients if name == "–" else 1)]
    assert len(expected) > 15
    assert names == expected
    rates = [heading.index(title) for title in ("Taux de réalisation", "Taux de transformation")]
    told = [(row[0], *(row[place] for place in rates)) for row in rows if row[0] != "–"]
    assert told == [(name, *map(in_a_cell, shown)) for name, _, *shown in screen if name != "–"]
    assert {type(one) for _, *both in told for one in both} == {str, float, int}
    assert dict(about.iter_rows(values_only=True))["Ordre"] == said


async def test_an_order_that_does_not_exist_is_refused_by_name(exports_client):
    tree = {"what": "detail_tree", "format": "xlsx", "tree": {"sort": "planet"}}

    answer = await exports_client.post(PREFIX, json=tree)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
