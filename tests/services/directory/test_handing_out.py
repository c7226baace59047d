"""Other services ask which clients match a filter, in the name of a user, whose rights of that moment decide."""

from datetime import date
from decimal import Decimal

import nats
import pytest

from shared.contracts.queries import ClientsMatching, CountMatching, MatchingClients, MatchingCount
from shared.rulebook.access import AccessLevel
from shared.rulebook.filter_text import read
from shared.rulebook.ids import client_id, unit_id, user_id
from shared.runtime import questions
from shared.runtime.messaging import QuestionRefused
from tests.services.directory.conftest import a_client, a_user
from tests.support.fakes_directory import a_principal

TODAY = date(2026, 11, 24)
PREMIUM = read('segment = "Premium"')


@pytest.fixture
async def peopled(door, watch):
    await door.set_up_network()
    await door.put(
        "users", [a_user("anne"), a_user("dora", unit="north", profile="manager"), a_user("max", unit="south")]
    )
    clients = [a_client(f"c{row}", attributes={"segment": "Premium", "assets": row * 100.5}) for row in range(5)]
    await door.put("clients", [*clients, a_client("other", "max", attributes={"segment": "Premium", "assets": "?"})])
    for name in ("anne", "dora", "max"):
        await watch(name, lambda record: record is not None)
    return door


@pytest.fixture
async def ask(nats_url):
    client = await nats.connect(nats_url)

    async def asking(question, answer):
        return await questions.ask(client, question, answer, 3.0)

    yield asking
    await client.close()


async def count(ask, name: str, **more) -> int:
    asked = CountMatching(user_id=user_id(name), today=TODAY, **({"filter": PREMIUM} | more))
    return (await ask(asked, MatchingCount)).count


async def test_a_page_after_the_other_holds_the_clients_within_the_users_reach(peopled, ask):
    found, after = [], None
    while True:
        page = await ask(
            ClientsMatching(
                user_id=user_id("dora"), filter=PREMIUM, number="assets", today=TODAY, after=after, limit=2
            ),
            MatchingClients,
        )
        found += page.clients
        after = page.last
        if after is None:
            break

    assert {one.client_id: one.number for one in found} == {
        client_id(f"c{row}"): Decimal(str(row * 100.5)) for row in range(5)
    }
    assert {one.advisor_id for one in found} == {user_id("anne")}
    assert [await count(ask, name) for name in ("anne", "dora", "max")] == [5, 5, 1]
    assert (await ask(CountMatching(user_id="crm", filter=PREMIUM, today=TODAY), MatchingCount)).count == 6


async def test_a_saved_query_is_counted_for_who_sees_it_and_told_with_its_filter(peopled, ask):
    peopled.people["dora"] = a_principal("dora", AccessLevel.SUBTREE, path=("network", "north"))
    saved = await peopled.http.post(
        "/api/directory/queries",
        json={"name": "Premium", "filter": 'segment = "Premium"', "shared_with": unit_id("lille")},
        headers={"Authorization": "Bearer dora"},
    )
    query = saved.json()["query_id"]

    told = await ask(CountMatching(user_id=user_id("anne"), query_id=query, today=TODAY), MatchingCount)
    with pytest.raises(QuestionRefused) as refused:
        await count(ask, "max", filter=None, query_id=query)

    assert (told.count, told.filter) == (5, PREMIUM)
    assert (refused.value.code, refused.value.problem.status) == ("not_visible", 404)


async def test_rights_that_were_taken_away_hold_for_the_next_page(peopled, ask, watch):
    await peopled.put("users", [a_user("anne", active=False)])
    await watch("anne", lambda record: record is not None and not record.active)

    for name in ("anne", "nobody"):
        with pytest.raises(QuestionRefused) as refused:
            await count(ask, name)
        assert (refused.value.code, refused.value.data) == ("right_missing", {"missing": "access_level"})


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"filter": read('sgment = "x"')}, "filter_attribute_unknown"),
        ({"number": "segment"}, "filter_kind"),
        ({"number": "age"}, "filter_kind"),
        ({"number": "asets"}, "filter_attribute_unknown"),
        ({"number": "assets or"}, "filter_unreadable"),
        ({"filter": None}, "query_unclear"),
    ],
)
async def test_what_cannot_be_asked_is_refused_by_name(peopled, ask, more, code):
    with pytest.raises(QuestionRefused) as refused:
        await count(ask, "anne", **more)

    assert (refused.value.code, refused.value.problem.status) == (code, 422)
