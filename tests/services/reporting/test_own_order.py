"""Campaigns with their figures stand in the order that the user gave them in the list of campaigns."""

import pytest

from services.reporting.store.orders import AskedOrders
from shared.contracts.campaign import OrderFound, OwnOrder
from shared.rulebook.access import AccessLevel
from shared.rulebook.ids import campaign_id
from shared.runtime.messaging import Bus
from tests.support.past_reporting import at
from tests.support.stories_reporting import NETWORK, a_definition, a_reader

CAMPAIGNS = {name: campaign_id(name) for name in ("first", "second", "third")}


@pytest.fixture
async def three(past):
    await past(
        definitions=[
            a_definition(campaign=one, name=name, created_at=at(f"2026-09-0{place + 1}"))
            for place, (name, one) in enumerate(CAMPAIGNS.items())
        ]
    )


@pytest.fixture
async def bus(nats_url):
    bus = await Bus.connect(nats_url, name="campaign")
    yield bus
    await bus.close()


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ([], ["first", "second", "third"]),
        (["third", "first"], ["third", "first", "second"]),
        (["no longer seen", "second"], ["second", "first", "third"]),
    ],
)
async def test_campaigns_are_listed_in_the_own_order_and_the_others_after_by_creation(asks, three, order, expected):
    ids = [CAMPAIGNS.get(name, campaign_id(name)) for name in order]

    listed = (await asks("/campaigns", orders=ids))["campaigns"]
    page = (await asks("/campaigns", orders=ids, limit=1, offset=1, as_of="2026-10-10"))["campaigns"]

    assert [one["name"] for one in listed] == expected
    assert [one["name"] for one in page] == expected[1:2]


async def test_the_order_is_asked_of_the_campaign_service(bus):
    reader = a_reader(AccessLevel.ALL, NETWORK)
    asked = []

    async def answer(question: OwnOrder) -> OrderFound:
        asked.append(question.user_id)
        return OrderFound(campaign_ids=("b", "a"))

    await bus.answer(OwnOrder, answer)
    orders = AskedOrders()
    orders.connect(bus)

    assert list(await orders.of(reader)) == ["b", "a"]
    assert asked == [reader.user_id]


async def test_while_nobody_answers_and_for_the_crm_the_order_is_that_of_creation(bus):
    orders = AskedOrders()
    before_the_bus = await orders.of(a_reader())
    orders.connect(bus)

    assert [*before_the_bus, *await orders.of(a_reader()), *await orders.of(a_reader(crm=True))] == []
