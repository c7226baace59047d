"""/api/notifications/preferences on real PostgreSQL."""

from types import SimpleNamespace
from zoneinfo import ZoneInfo

import httpx
import pytest

from services.notification import api
from services.notification.settings import Settings
from services.notification.store import StoredPreferences
from shared.rulebook.access import Principal
from shared.runtime.clock import FixedClock
from shared.runtime.database import Database
from shared.runtime.http import service_app
from shared.runtime.security import current_principal
from tests.support.stories_notification import NOON, a_reader

URL = "/api/notifications/preferences"


@pytest.fixture
def caller():
    return SimpleNamespace(principal=a_reader("anne"), mail=True)


@pytest.fixture
async def client(stored, module_database, caller):
    database = Database(module_database, service="notification", pool_size=1)
    app = service_app(title="Notification", version="1", lifespan=None, settings=Settings())
    people = SimpleNamespace(language=lambda _: "en")
    clock = FixedClock(ZoneInfo("Europe/Paris"), NOON)
    app.include_router(api.preference_routes(StoredPreferences(database), people, clock, mail=lambda: caller.mail))
    app.dependency_overrides[current_principal] = lambda: caller.principal
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client
    await database.close()


async def test_nobody_is_sent_a_digest_by_default(client):
    answer = await client.get(URL)

    assert answer.json() == {"digest": False, "language": None, "speaks": "en", "mail": True}


async def test_each_person_chooses_for_themselves(client, caller):
    chosen = await client.put(URL, json={"digest": True, "language": "fr"})
    assert chosen.json() == {"digest": True, "language": "fr", "speaks": "fr", "mail": True}

    await client.put(URL, json={"digest": True})
    assert (await client.get(URL)).json() == {"digest": True, "language": None, "speaks": "en", "mail": True}
    caller.principal = a_reader("bob")
    assert (await client.get(URL)).json()["digest"] is False


async def test_without_a_mail_server_it_can_only_be_switched_off(client, caller):
    caller.mail = False

    refused = await client.put(URL, json={"digest": True})
    off = await client.put(URL, json={"digest": False})

    assert (refused.status_code, refused.json()["code"]) == (409, "digest_needs_mail")
    assert (off.status_code, off.json()["mail"]) == (200, False)


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", '{"digest": "perhaps"}', '{"digest": true, "language": "de"}', '{"digest": true, "x": 1}']
)
async def test_what_cannot_be_meant_is_refused(client, body):
    answer = await client.put(URL, content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == 422


async def test_the_crm_reads_no_mail(client, caller):
    caller.principal = Principal(user_id="crm", unit_id="", unit_path=(), crm=True)

    assert (await client.get(URL)).json()["data"] == {"missing": "user"}
    assert (await client.put(URL, json={"digest": True})).status_code == 403
