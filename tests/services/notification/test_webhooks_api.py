"""Webhooks over HTTP: for administrators alone; a secret is shown once, and hostile addresses are refused."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest

from services.notification import api
from services.notification.ports.webhooks import Telling
from services.notification.settings import Settings
from services.notification.store import StoredDeliveries, StoredWebhooks
from services.notification.use_cases.keep_webhooks import KeepWebhooks
from shared.rulebook.access import AccessLevel, Principal
from shared.runtime.clock import FixedClock
from shared.runtime.database import Database
from shared.runtime.http import service_app
from shared.runtime.security import crm_principal, current_principal
from tests.services.notification.conftest import _empty

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
HOOKS = "/api/notifications/webhooks"
FACT = "campaigns.followup.fact_recorded.v1"
ADMINISTRATOR = Principal("admin", "hq", ("hq",), administrator=True)
MANAGER = Principal("boris", "hq", ("hq",), True, AccessLevel.ALL)
OPERATOR = replace(ADMINISTRATOR, administrator=False, operator=True)
WANTED = {"name": "CRM", "url": "https://crm.example.com/hook", "event_types": [FACT]}


@dataclass(slots=True)
class Administration:
    """The routes over a real store."""

    http: httpx.AsyncClient
    caller: SimpleNamespace
    deliveries: StoredDeliveries

    async def created(self, **changes: object) -> dict:
        answer = await self.http.post(HOOKS, json={**WANTED, **changes})
        assert answer.status_code == 201, answer.text
        return answer.json()


@pytest.fixture
async def administration(module_database: str) -> AsyncIterator[Administration]:
    await _empty(module_database)
    database = Database(module_database, service="notification", pool_size=2)
    webhooks, caller = StoredWebhooks(database), SimpleNamespace(principal=ADMINISTRATOR)
    keep = KeepWebhooks(webhooks, FixedClock(ZoneInfo("UTC"), NOW).now)
    app = service_app(title="Notification", version="1", lifespan=None, settings=Settings())
    app.include_router(api.webhook_routes(webhooks, keep, allow_private=False))
    app.dependency_overrides[current_principal] = lambda: caller.principal
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        yield Administration(http, caller, StoredDeliveries(database))
    await database.close()


async def test_a_subscription_is_made_and_its_secret_shown_once(administration: Administration) -> None:
    made = await administration.created()

    one = await administration.http.get(f"{HOOKS}/{made['webhook']['webhook_id']}")
    all_ = await administration.http.get(HOOKS)

    assert made["secret"].startswith("whsec_")
    assert made["webhook"] == {
        "webhook_id": made["webhook"]["webhook_id"],
        "name": "CRM",
        "url": "https://crm.example.com/hook",
        "event_types": [FACT],
        "state": "ACTIVE",
        "reason": None,
        "failing_since": None,
        "revision": 1,
        "created_at": "2026-11-24T09:00:00Z",
        "created_by": "admin",
        "changed_at": "2026-11-24T09:00:00Z",
        "waiting": 0,
    }
    assert (one.json(), one.headers["etag"]) == (made["webhook"], '"1"')
    assert all_.json() == {"items": [made["webhook"]]}
    assert made["secret"] not in one.text + all_.text


async def test_a_change_takes_the_revision_that_was_seen(administration: Administration) -> None:
    made = await administration.created()
    path = f"{HOOKS}/{made['webhook']['webhook_id']}"
    paused = {**WANTED, "name": "Paused", "state": "PAUSED"}

    without = await administration.http.put(path, json=paused)
    done = await administration.http.put(path, json=paused, headers={"If-Match": '"1"'})
    stale = await administration.http.put(path, json=paused, headers={"If-Match": '"1"'})

    assert [one.status_code for one in (without, done, stale)] == [428, 200, 412]
    assert (done.json()["name"], done.json()["state"], done.headers["etag"]) == ("Paused", "PAUSED", '"2"')


async def test_a_name_is_taken_once(administration: Administration) -> None:
    await administration.created()
    other = await administration.created(name="Other")
    path = f"{HOOKS}/{other['webhook']['webhook_id']}"

    again = await administration.http.post(HOOKS, json=WANTED)
    renamed = await administration.http.put(path, json=WANTED, headers={"If-Match": '"1"'})

    assert [(one.status_code, one.json()["code"]) for one in (again, renamed)] == [(409, "webhook_name_taken")] * 2


async def test_a_rotation_shows_another_secret_once(administration: Administration) -> None:
    made = await administration.created()
    path = f"{HOOKS}/{made['webhook']['webhook_id']}"

    rotated = await administration.http.post(f"{path}/secret", json={"overlap_hours": 1})

    assert rotated.json()["secret"].startswith("whsec_")
    assert rotated.json()["secret"] != made["secret"]
    assert (await administration.http.get(path)).json()["revision"] == 2


async def test_the_log_is_read_page_by_page_and_replayed(administration: Administration) -> None:
    made = await administration.created()
    path = f"{HOOKS}/{made['webhook']['webhook_id']}"
    told = [Telling(event_id=f"e-{n}", event_type=FACT, at=NOW, body="{}") for n in range(3)]
    await administration.deliveries.tell(told)

    first = (await administration.http.get(f"{path}/deliveries", params={"limit": 2})).json()
    last = (await administration.http.get(f"{path}/deliveries", params={"after": first["next"]})).json()
    one = await administration.http.post(f"{path}/deliveries/{first['items'][0]['delivery_id']}/replay")
    since = await administration.http.post(f"{path}/replay", json={"since": "2026-11-24T09:00:00Z"})
    none = await administration.http.get(f"{path}/deliveries", params={"state": "DELIVERED"})

    assert [item["event_id"] for item in first["items"] + last["items"]] == ["e-2", "e-1", "e-0"]
    assert (first["items"][0]["state"], last["next"]) == ("PENDING", None)
    assert [one.json(), since.json()] == [{"replayed": 1}, {"replayed": 3}]
    assert none.json()["items"] == []


async def test_one_that_is_deleted_or_never_was_is_not_found(administration: Administration) -> None:
    made = await administration.created()
    path = f"{HOOKS}/{made['webhook']['webhook_id']}"
    deleted = await administration.http.delete(path)

    http = administration.http
    answers = [
        await http.get(path),
        await http.put(path, json=WANTED, headers={"If-Match": '"1"'}),
        await http.delete(path),
        await http.post(f"{path}/secret", json={}),
        await http.get(f"{path}/deliveries"),
        await http.post(f"{path}/replay", json={"since": "2026-11-24T09:00:00Z"}),
        await http.post(f"{path}/deliveries/1/replay"),
    ]

    assert deleted.status_code == 204
    assert [(one.status_code, one.json()["code"]) for one in answers] == [(404, "webhook_unknown")] * 7


@pytest.mark.parametrize("caller", [MANAGER, OPERATOR, crm_principal()], ids=["manager", "operator", "crm"])
async def test_nobody_but_an_administrator_sees_or_changes_any(
    administration: Administration, caller: Principal
) -> None:
    made = await administration.created()
    administration.caller.principal = caller
    http, path = administration.http, f"{HOOKS}/{made['webhook']['webhook_id']}"

    answers = [
        await http.get(HOOKS),
        await http.post(HOOKS, json=WANTED),
        await http.get(path),
        await http.put(path, json=WANTED, headers={"If-Match": '"1"'}),
        await http.delete(path),
        await http.post(f"{path}/secret", json={}),
        await http.get(f"{path}/deliveries"),
        await http.post(f"{path}/replay", json={"since": "2026-11-24T09:00:00Z"}),
        await http.post(f"{path}/deliveries/1/replay"),
    ]

    assert [(one.status_code, one.json()["data"]) for one in answers] == [(403, {"missing": "administrator"})] * 9


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://crm.example.com/", "webhook_needs_https"),
        ("https://127.0.0.1/", "webhook_address_not_allowed"),
        ("https://169.254.169.254/latest/meta-data", "webhook_address_not_allowed"),
        ("https://[::1]/", "webhook_address_not_allowed"),
        ("https://user:secret@crm.example.com/", "webhook_url_invalid"),
        ("https://crm.example.com/#part", "webhook_url_invalid"),
        ("https://crm.example.com:99999/", "webhook_url_invalid"),
        ("https://", "invalid_request"),
        ("ftp://crm.example.com/", "invalid_request"),
        ("https://crm.example.com/\r\nX: y", "invalid_request"),
        ("javascript:alert(1)", "invalid_request"),
    ],
)
async def test_an_address_that_is_never_sent_to_is_refused_at_once(
    administration: Administration, url: str, code: str
) -> None:
    answer = await administration.http.post(HOOKS, json={**WANTED, "url": url})

    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize(
    "change",
    [
        {"name": " "},
        {"name": "a\x00b"},
        {"name": "x" * 101},
        {"event_types": []},
        {"event_types": ["campaigns.directory.client_changed.v1"]},
        {"state": "DISABLED"},
        {"secret": "mine"},
    ],
)
async def test_what_makes_no_sense_is_refused(administration: Administration, change: dict) -> None:
    answer = await administration.http.post(HOOKS, json={**WANTED, **change})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_ids_and_moments_that_make_no_sense_are_refused(administration: Administration) -> None:
    http, path = administration.http, f"{HOOKS}/{uuid4()}"

    answers = [
        await http.get(f"{HOOKS}/not-an-id"),
        await http.post(f"{path}/replay", json={"since": "2026-11-24T09:00:00"}),
        await http.post(f"{path}/secret", json={"overlap_hours": 169}),
        await http.post(f"{path}/deliveries/{2**63}/replay"),
        await http.get(f"{path}/deliveries", params={"state": "LOST"}),
    ]

    assert [one.status_code for one in answers] == [422] * 5
