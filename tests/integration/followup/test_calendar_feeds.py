"""Appointments as files and calendars at secret addresses, on the real database and engine."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from icalendar import Calendar
from structlog.testing import capture_logs

from services.followup.store.people import PostgresPeople
from shared.rulebook.access import AccessLevel
from shared.rulebook.commands import WithdrawClient
from shared.runtime.security import crm_principal
from tests.integration.followup.door import EVERYBODY, Door
from tests.integration.followup.many import ANNE, BORIS, a_client, follow_ups, let_in
from tests.integration.followup.world import World
from tests.support.fakes_followup import FakeRights


@pytest.fixture
async def follow_up(world: World) -> str:
    """Of a client of Anne's."""
    await let_in(world)
    return await a_follow_up_of_annes(world)


async def a_follow_up_of_annes(world: World) -> str:
    (made,) = await follow_ups(world, await world.a_campaign(), [1000], names=["Mme Petit"])
    return made


async def address(door: Door) -> str:
    door.asker = ANNE
    answer = await door.http.post("/api/followups/calendar-feed")
    assert answer.status_code == 201, answer.text
    told: str = answer.json()["address"]
    assert told.startswith("https://jalon.example/api/followups/calendars/")
    return told.removeprefix("https://jalon.example")


async def feed(door: Door, at: str) -> dict[str, Any]:
    """Title of the events by their days or moments, read without a token."""
    answer = await door.http.get(at)
    assert answer.status_code == 200, answer.text
    return {str(event["uid"]).partition("/")[2]: event for event in events(answer)}


def events(answer: httpx.Response) -> list[Any]:
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


def in_days(world: World, days: int) -> str:
    return (world.clock.now() + timedelta(days=days)).replace(microsecond=0).isoformat()


def day(world: World, days: int) -> str:
    return (world.clock.today() + timedelta(days=days)).isoformat()


async def plan(door: Door, follow_up: str, kind: str, **details: object) -> int:
    answer = await door.did(follow_up, "PlanInteraction", interaction=kind, details=details, note="Secret note")
    return int(answer["number"])


async def test_a_calendar_holds_appointments_and_days_and_no_note(world: World, door: Door, follow_up: str) -> None:
    starts_at = in_days(world, 3)
    meeting = await plan(door, follow_up, "APPOINTMENT", starts_at=starts_at, duration_minutes=30, place="Lille")
    await plan(door, follow_up, "REMINDER", due_on=day(world, 2))
    await plan(door, follow_up, "APPOINTMENT", starts_at=in_days(world, 366))
    await plan(door, follow_up, "TASK", due_on=day(world, -31))
    await plan(door, follow_up, "TASK")
    await door.did(follow_up, "BeginStep", step_id="first-call", details={"due_on": day(world, 1)})
    at = await address(door)

    answer = await door.http.get(at)

    assert [event["summary"] for event in events(answer)] == [
        "Mme Petit – First call",
        "Mme Petit – Rappel",
        "Mme Petit – Rendez-vous",
    ]
    last = events(answer)[-1]
    assert (last["dtstart"].dt, last["location"], last["sequence"]) == (
        datetime.fromisoformat(starts_at),
        "Lille",
        meeting,
    )
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-cache"
    assert "Secret" not in answer.text
    assert "1000" not in answer.text.replace("\r\n ", "")


async def test_a_moved_appointment_keeps_its_name_and_a_cancelled_one_goes(
    world: World, door: Door, follow_up: str
) -> None:
    number = await plan(door, follow_up, "APPOINTMENT", starts_at=in_days(world, 3))
    at = await address(door)
    door.asker = EVERYBODY
    planned = (await feed(door, at))[f"#{number}@jalon"]
    moved_to = in_days(world, 4)
    await door.did(follow_up, "AmendInteraction", number=number, details={"starts_at": moved_to})
    moved = (await feed(door, at))[f"#{number}@jalon"]
    await door.did(follow_up, "CancelInteraction", number=number)

    assert moved["uid"] == planned["uid"]
    assert (planned["sequence"], moved["sequence"]) == (2, 3)
    assert moved["dtstart"].dt == datetime.fromisoformat(moved_to)
    assert await feed(door, at) == {}


async def test_what_is_done_or_withdrawn_goes_and_a_held_appointment_stays(
    world: World, door: Door, follow_up: str
) -> None:
    other = await a_follow_up_of_annes(world)
    held = await plan(door, follow_up, "APPOINTMENT", starts_at=in_days(world, -1))
    done = await plan(door, follow_up, "REMINDER", due_on=day(world, 0))
    await plan(door, other, "APPOINTMENT", starts_at=in_days(world, 1))
    for number in (held, done):
        await door.did(follow_up, "CompleteInteraction", number=number)
    await world.do(other, WithdrawClient())

    assert list(await feed(door, await address(door))) == [f"#{held}@jalon"]


async def test_a_client_that_moves_leaves_the_calendar_and_rights_taken_away_empty_it(
    world: World, door: Door, follow_up: str
) -> None:
    await plan(door, follow_up, "APPOINTMENT", starts_at=in_days(world, 1))
    at = await address(door)
    before = len(await feed(door, at))
    world.rights.people[ANNE.user_id] = replace(ANNE, access_level=AccessLevel.NONE)
    without_reach = len(await feed(door, at))
    world.rights.people[ANNE.user_id] = ANNE
    row = await world.reading.one(EVERYBODY, follow_up)
    assert row is not None
    await PostgresPeople(world.database).keep_clients([a_client(row.client_id, BORIS, revision=2)])

    assert (before, without_reach, len(await feed(door, at))) == (1, 0, 0)


async def test_a_calendar_of_who_is_no_longer_a_user_is_gone(world: World, door: Door, follow_up: str) -> None:
    at = await address(door)
    del world.rights.people[ANNE.user_id]

    answer = await door.http.get(at)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_visible")


async def test_an_address_is_renewed_and_revoked_and_only_its_hash_is_kept(
    world: World, door: Door, follow_up: str
) -> None:
    door.asker = ANNE
    nothing = await door.get("calendar-feed")
    first = await address(door)
    second = await address(door)
    there = await door.get("calendar-feed")
    async with world.database.reading() as conn:
        kept = str((await conn.execute(sa.text("select * from calendar_feeds"))).all())
    answers = [(await door.http.get(at)).status_code for at in (first, second)]
    for _ in range(2):
        assert (await door.http.delete("/api/followups/calendar-feed")).status_code == 204

    assert (nothing, there["present"]) == ({"present": False, "made_at": None}, True)
    assert answers == [404, 200]
    assert second.removeprefix("/api/followups/calendars/").removesuffix(".ics") not in kept
    assert (await door.http.get(second)).status_code == 404
    assert (await door.get("calendar-feed"))["present"] is False


@pytest.mark.parametrize("secret", ["x", "%00", "é" * 500, "..%2f..", "' or 1=1 --"])
async def test_an_address_that_was_never_given_leads_nowhere(world: World, door: Door, secret: str) -> None:
    assert (await door.http.get(f"/api/followups/calendars/{secret}.ics")).status_code == 404


async def test_what_did_not_change_is_not_sent_again(world: World, door: Door, follow_up: str) -> None:
    at = await address(door)
    tag = (await door.http.get(at)).headers["etag"]
    same = await door.http.get(at, headers={"If-None-Match": f'"x", W/{tag}'})
    door.asker = EVERYBODY
    await plan(door, follow_up, "APPOINTMENT", starts_at=in_days(world, 1))
    changed = await door.http.get(at, headers={"If-None-Match": tag})

    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    assert (changed.status_code, len(events(changed))) == (200, 1)


async def test_the_host_crm_has_no_calendar(door: Door) -> None:
    door.asker = crm_principal()

    answers = [await door.http.request(verb, "/api/followups/calendar-feed") for verb in ("GET", "POST", "DELETE")]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(403, "right_missing")] * 3


async def test_one_appointment_is_a_file_for_who_reaches_the_client(world: World, door: Door, follow_up: str) -> None:
    meeting = await plan(door, follow_up, "APPOINTMENT", starts_at=in_days(world, 500), place="Lille")
    task = await plan(door, follow_up, "TASK", due_on=day(world, 1))
    cancelled = await plan(door, follow_up, "APPOINTMENT", starts_at=in_days(world, 1))
    await door.did(follow_up, "CancelInteraction", number=cancelled)

    def path(key: str) -> str:
        return f"/api/followups/{follow_up}/interactions/{key}/appointment.ics"

    answer = await door.http.get(path(f"%23{meeting}"), headers={"Accept-Language": "en"})
    others = [await door.http.get(path(key)) for key in (f"%23{task}", f"%23{cancelled}", "%2399", "meeting")]
    door.asker = BORIS
    hidden = await door.http.get(path(f"%23{meeting}"))

    (event,) = events(answer)
    assert (event["summary"], event["location"]) == ("Mme Petit – Appointment", "Lille")
    assert answer.headers["content-disposition"] == 'attachment; filename="appointment.ics"'
    assert [(one.status_code, one.json()["code"]) for one in others] == [(404, "no_appointment")] * 4
    assert (hidden.status_code, hidden.json()["code"]) == (404, "follow_up_unknown")


async def test_no_log_says_the_address_when_rights_cannot_be_read(
    world: World, door: Door, follow_up: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = await address(door)

    async def away(_: str) -> None:
        raise OSError

    monkeypatch.setattr(FakeRights, "principal", lambda _self, user_id: away(user_id))
    with capture_logs() as logs, suppress(OSError):
        await door.http.get(at)

    assert [entry["path"] for entry in logs if "path" in entry] == ["/api/followups/calendars/[withheld].ics"]
