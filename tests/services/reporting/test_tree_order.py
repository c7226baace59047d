"""The nodes of a tree by rates: exact, what has none last either way, over HTTP and page by page."""

import base64
import json
from fractions import Fraction

import pytest

from services.reporting.ports.reading import Totals
from services.reporting.store.replicas import PostgresReplicas
from services.reporting.use_cases.tree_order import NodeSort, Placed, in_order
from tests.support.lists_reporting import named_clients
from tests.support.stories_reporting import a_definition, a_story

FACTS = a_story(1, [a_definition().plan()], 25)


def placed(name, accepted, clients):
    return Placed(name, name, name, Totals(accepted=accepted, clients=clients))


def test_rates_that_look_alike_are_told_apart_and_those_without_a_denominator_come_last():
    nodes = [
        placed("a", 0, 0),
        placed("b", 33_334, 100_001),
        placed("c", 1, 3),
        placed("d", 2, 6),
        placed("e", 33_333, 100_000),
        placed("f", 0, 5),
    ]

    assert in_order(nodes, NodeSort.TAKE_UP_RATE, descending=False) == ["f", "e", "c", "d", "b", "a"]
    assert in_order(nodes, NodeSort.TAKE_UP_RATE, descending=True) == ["b", "c", "d", "e", "f", "a"]


@pytest.fixture
async def nodes(past, asks, database):
    """Asks for one level, page by page."""
    await past(*FACTS)
    await PostgresReplicas(database).keep(clients=named_clients(FACTS))

    async def nodes(**query):
        found, after = [], {}
        for _ in range(30):
            page = await asks("/tree", limit=3, **query, **after)
            found += page["nodes"]
            if page["next"] is None:
                return found
            after = {"after": page["next"]}
        raise AssertionError("pages without end")

    return nodes


def exact(rate):
    return Fraction(rate["numerator"]) / Fraction(rate["denominator"]) if Fraction(rate["denominator"]) else None


@pytest.mark.parametrize(("rate", "with_one"), [("achievement", 2), ("conversion_rate", 3), ("take_up_rate", 4)])
async def test_every_level_is_sorted_by_each_rate(nodes, rate, with_one):
    for descending in (False, True):
        found = [exact(node[rate]) for node in await nodes(by="advisor", sort=rate, descending=descending)]

        known = [one for one in found if one is not None]
        assert len(found) == 4
        assert len(known) == with_one
        assert found == sorted(known, reverse=descending) + [None] * (len(found) - len(known))


@pytest.mark.parametrize("sort", ["clients", "accepted", "refused", "in_progress", "take_up_rate"])
async def test_clients_are_sorted_by_counts_and_take_up(nodes, sort):
    for descending in (False, True):
        found = await nodes(by="client", sort=sort, descending=descending)

        told = [exact(node[sort]) if sort == "take_up_rate" else node[sort] for node in found if node["id"]]
        assert len(told) > 15
        assert told == sorted(told, reverse=descending)
    assert sort == "clients" or len(set(told)) > 1


@pytest.mark.parametrize(
    ("path", "asked_for", "place"),
    [
        ("/tree", {"by": "client", "sort": "collected"}, ["1e40"]),
        ("/tree", {"by": "client", "sort": "take_up_rate"}, ["NaN"]),
        ("/clients", {"sort": "collected"}, [0, "Infinity"]),
        ("/clients", {"sort": "potential"}, [0, "1e16"]),
        ("/clients", {"sort": "step"}, [0, "2147483648"]),
        ("/clients", {"sort": "entry_date"}, [0, "2026-02-30"]),
        ("/clients", {"sort": "last_activity"}, [0, "yesterday"]),
    ],
)
async def test_a_cursor_with_a_number_or_a_day_that_no_column_holds_is_refused_by_name(
    past, asks, path, asked_for, place
):
    await past(*FACTS[:1])
    told = json.dumps([*place, "11111111-1111-4111-8111-111111111111"])

    after = base64.urlsafe_b64encode(told.encode()).decode()
    refused = await asks(path, 422, **asked_for, after=after)

    assert refused["code"] == "cursor_invalid"
