"""The working days: said by an administrator, told to every service, never lost to a second editor."""

from datetime import date

import pytest

from shared.contracts.directory import CalendarFound, PresentCalendar
from shared.rulebook.access import AccessLevel
from shared.runtime.messaging import Bus
from tests.support.fakes_directory import a_principal

PATH = ("network", "north", "lille")
URL = "/api/directory/calendar"
CLOSED = {"closing_days": [{"day": "2026-12-24", "label": "Réveillon"}]}


@pytest.fixture
def people(door):
    door.people["ada"] = a_principal("ada", AccessLevel.NONE, path=PATH, administrator=True)
    door.people["anne"] = a_principal("anne", AccessLevel.OWN, path=PATH)
    return door


async def put(door, body, *, by="ada", seen='"0"'):
    headers = {"Authorization": f"Bearer {by}"} | ({} if seen is None else {"If-Match": seen})
    return await door.http.put(URL, json=body, headers=headers)


async def test_france_without_closing_days_holds_until_somebody_says_otherwise(people):
    answer = await people.get("calendar", by="anne", year=2026)

    shown = answer.json()
    assert (shown["country"], shown["closing_days"], shown["revision"]) == ("FR", [], 0)
    assert {"day": "2026-07-14", "label": "Fête nationale"} in shown["holidays"]
    assert len(shown["holidays"]) == 11


async def test_an_administrator_adds_a_closing_day_and_every_service_is_told(people, heard):
    answer = await put(people, CLOSED)

    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"] == '"1"'
    told = [event.data for event in (await heard(1))["CalendarChanged"]]
    assert [(event.country, [day.isoformat() for day in event.closing_days], event.revision) for event in told] == [
        ("FR", ["2026-12-24"], 1)
    ]


async def test_of_two_editors_the_second_is_told_to_look_again(people):
    await put(people, CLOSED)

    stale = await put(people, {"closing_days": []})
    unseen = await put(people, {"closing_days": []}, seen=None)

    assert (stale.status_code, stale.json()["data"]) == (412, {"expected": 0, "present": 1})
    assert unseen.status_code == 428
    assert (await people.get("calendar")).json()["closing_days"] == [{"day": "2026-12-24", "label": "Réveillon"}]


async def test_only_an_administrator_changes_it(people):
    answer = await put(people, CLOSED, by="anne")

    assert (answer.status_code, answer.json()["data"]["missing"]) == (403, "administrator")


@pytest.mark.parametrize(
    "body",
    [
        {"country": "XX"},
        {"country": None, "subdivision": "57"},
        {"country": "FR", "subdivision": "99"},
        {"closing_days": [{"day": "9999-12-31", "label": "Far"}]},
        {"closing_days": [{"day": "2026-12-24", "label": "a"}, {"day": "2026-12-24", "label": "b"}]},
        {"closing_days": [{"day": "2026-12-24", "label": "\x00"}]},
        {"closing_days": [{"day": "2026-12-24", "label": "x"}] * 1001},
    ],
)
async def test_what_is_no_calendar_is_refused(people, body):
    assert (await put(people, body)).status_code == 422


async def test_the_names_of_holidays_come_in_the_readers_language(people):
    headers = {"Authorization": "Bearer anne", "Accept-Language": "en"}

    answer = await people.http.get(URL, params={"year": 2026}, headers=headers)

    assert {"day": "2026-07-14", "label": "National Day"} in answer.json()["holidays"]


async def test_a_service_that_asks_is_told_the_calendar_as_last_said(people, nats_url):
    await put(people, CLOSED)
    bus = await Bus.connect(nats_url, name="test")

    found = await bus.ask(PresentCalendar(), CalendarFound)

    assert (found.country, found.closing_days, found.revision) == ("FR", (date(2026, 12, 24),), 1)
    await bus.close()
