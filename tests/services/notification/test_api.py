"""/api/notifications over HTTP, on the fake store."""

from types import SimpleNamespace
from zoneinfo import ZoneInfo

import httpx
import pytest

from services.notification import api
from services.notification.api import notices
from services.notification.settings import Settings
from services.notification.use_cases.announce import announce
from services.notification.use_cases.push import LivePages
from shared.rulebook.access import AccessLevel, Principal
from shared.rulebook.ids import campaign_id, notice_id, user_id
from shared.runtime.clock import FixedClock
from shared.runtime.http import service_app
from shared.runtime.security import current_principal
from tests.support.fakes_notification import FakeNoticeStore
from tests.support.stories_notification import NOON, TODAY, a_client, a_definition, a_fact, a_reader, the_notice_date_of

C = campaign_id("retirement")
NOTICE = notice_id(C, user_id("anne"))
PREFIX = "/api/notifications"


@pytest.fixture
async def store():
    store = FakeNoticeStore()
    await store.keep_definitions([a_definition(C)])
    await store.keep_moments([the_notice_date_of(C)])
    await store.keep_clients([a_client("rich", phone="01 02 03")])
    await store.keep_facts([a_fact(C, "rich", "anne", potential=9000), a_fact(C, "poor", "anne", potential=1)])
    await announce(store.transaction, today=TODAY, now=NOON)
    return store


@pytest.fixture
def caller():
    return SimpleNamespace(principal=a_reader("anne"))


@pytest.fixture
async def client(store, caller):
    app = service_app(title="Notification", version="1", lifespan=None, settings=Settings())
    app.include_router(api.router)
    pages = LivePages(store, pause=0.001, heartbeat=0.05)
    app.state.doors = api.Doors(store, pages, FixedClock(ZoneInfo("Europe/Paris"), NOON))
    app.dependency_overrides[current_principal] = lambda: caller.principal
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        client.pages = pages
        yield client


async def test_my_notices_with_what_a_screen_needs(client):
    answer = await client.get(f"{PREFIX}/notices")

    assert answer.status_code == 200
    assert answer.json() == {
        "items": [
            {
                "notice_id": NOTICE,
                "campaign": {"id": C, "name": "Retraite", "start_date": "2026-11-01", "end_date": "2026-12-31"},
                "clients": 2,
                "news": 2,
                "unread": True,
                "revision": 1,
                "created_at": "2026-11-24T11:00:00Z",
                "renewed_at": "2026-11-24T11:00:00Z",
            }
        ],
        "next": None,
    }


async def test_one_notice_lists_its_clients_page_by_page(client):
    first = (await client.get(f"{PREFIX}/notices/{NOTICE}", params={"limit": 1})).json()
    second = (await client.get(f"{PREFIX}/notices/{NOTICE}", params={"limit": 1, "after": first["next"]})).json()

    assert first["notice"]["clients"] == 2
    assert first["clients"] == [
        {
            "follow_up_id": a_fact(C, "rich", "anne").follow_up_id,
            "client_id": a_client("rich").client_id,
            "name": "rich",
            "phone": "01 02 03",
            "potential": "9000.00",
            "entry_date": "2026-11-10",
            "contacted": False,
        }
    ]
    assert [client["potential"] for client in second["clients"]] == ["1.00"]
    assert second["next"] is None


async def test_a_notice_is_read_and_unread(client):
    read = await client.post(f"{PREFIX}/notices/{NOTICE}/read", json={"revision": 1})
    count = (await client.get(f"{PREFIX}/unread-count")).json()
    unread = await client.post(f"{PREFIX}/notices/{NOTICE}/unread")

    assert (read.json()["unread"], read.json()["news"]) == (False, 0)
    assert count == {"unread": 0}
    assert unread.json()["unread"] is True


async def test_all_notices_are_read_at_once(client):
    before = await client.post(f"{PREFIX}/notices/read", json={"renewed_at": "2026-11-24T10:59:59Z"})
    after = await client.post(f"{PREFIX}/notices/read")

    assert (before.json(), after.json()) == ({"unread": 1}, {"unread": 0})
    assert (await client.post(f"{PREFIX}/notices/read", json={"renewed_at": "yesterday"})).status_code == 422


async def test_an_older_revision_leaves_what_is_new_unread(client, store):
    await store.keep_facts([a_fact(C, "third", "anne")])
    await announce(store.transaction, today=TODAY, now=NOON)

    answer = await client.post(f"{PREFIX}/notices/{NOTICE}/read", json={"revision": 1})

    assert (answer.json()["unread"], answer.json()["news"]) == (True, 3)


@pytest.mark.parametrize("path", ["", "/read", "/unread"])
async def test_somebody_elses_notice_is_not_found(client, caller, path):
    caller.principal = a_reader("bob")

    answer = await client.request("POST" if path else "GET", f"{PREFIX}/notices/{NOTICE}{path}")

    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


async def test_the_crm_has_no_home_page(client, caller):
    caller.principal = Principal(user_id="crm", unit_id="", unit_path=(), crm=True)

    answer = await client.get(f"{PREFIX}/notices")

    assert answer.status_code == 403
    assert answer.json()["data"] == {"missing": "user"}


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/notices", {"after": "nonsense"}),
        ("/notices", {"after": "2026-11-24T11:00:00Z~not-an-id"}),
        ("/notices", {"after": "'; drop table notices; --"}),
        ("/notices", {"after": "é" * 101}),
        ("/notices", {"limit": "0"}),
        ("/notices", {"limit": "many"}),
        (f"/notices/{NOTICE}", {"after": "NaN~" + NOTICE}),
        (f"/notices/{NOTICE}", {"after": "1\0~" + NOTICE}),
        ("/notices/not-an-id", {}),
    ],
)
async def test_what_cannot_be_meant_is_refused(client, path, params):
    answer = await client.get(PREFIX + path, params=params)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "body", ["[]", '{"revision": 0}', '{"revision": "x"}', '{"other": 1}', "{", '{"revision":1e10}']
)
async def test_a_body_that_is_not_as_documented_is_refused(client, body):
    answer = await client.post(
        f"{PREFIX}/notices/{NOTICE}/read", content=body, headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == 422


async def heard(pages, last_seen, count, *, reader=None):
    """The first `count` blocks that a page is sent."""
    sent = notices._sent(pages, reader or a_reader("anne"), last_seen, _yes)
    blocks = [await anext(sent) for _ in range(count)]
    await sent.aclose()
    return blocks


async def _yes():
    return True


async def test_the_stream_ends_before_it_tells_whoever_is_not_the_same_reader_any_more(client, store):
    answers = iter([True, False])

    async def is_still_reader():
        return next(answers)

    await client.post(f"{PREFIX}/notices/{NOTICE}/read")
    blocks = [one async for one in notices._sent(client.pages, a_reader("anne"), 1, is_still_reader)]

    assert blocks == ["retry: 1000\nid: 1\nevent: ready\ndata: {}\n\n"]


async def test_the_stream_tells_nothing_of_notices_that_the_reader_may_not_see_and_all_of_it_later(client, store):
    await client.post(f"{PREFIX}/notices/{NOTICE}/read")

    without = await heard(client.pages, 1, 3, reader=a_reader("anne", AccessLevel.NONE))
    _, told = await heard(client.pages, 1, 2)

    assert without == ["retry: 1000\nid: 1\nevent: ready\ndata: {}\n\n", *[": still here\n\n"] * 2]
    assert NOTICE in told


async def test_the_stream_goes_on_after_the_last_event_id(client, store):
    await client.post(f"{PREFIX}/notices/{NOTICE}/read")

    ready, told, silence = await heard(client.pages, 1, 3)

    assert ready == "retry: 1000\nid: 1\nevent: ready\ndata: {}\n\n"
    assert told == f'id: 2\nevent: notice\ndata: {{"kind": "read", "notice_id": "{NOTICE}"}}\n\n'
    assert silence == ": still here\n\n"


async def test_the_stream_says_when_it_has_lost_something(client, store):
    store.events[user_id("anne")] = []
    store.last[user_id("anne")] = 7

    _, told = await heard(client.pages, 3, 2)

    assert told == "id: 7\nevent: reset\ndata: {}\n\n"
