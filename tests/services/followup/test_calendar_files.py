"""Calendar files, read back by a parser: moments over both clock changes, whole days, hostile texts."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from services.followup.ports import CalendarEntry
from services.followup.schemas.calendar_files import calendar_file
from shared.rulebook.steps import StepKind

PARIS = ZoneInfo("Europe/Paris")
APPOINTMENT = CalendarEntry(
    follow_up_id="5a0c7a0e-0000-4000-8000-000000000001",
    key="meeting",
    kind=StepKind.APPOINTMENT,
    title="Meeting",
    campaign_name="Autumn",
    client_name="Mme Petit",
    starts_at=datetime(2026, 12, 1, 9, tzinfo=UTC),
    duration_minutes=45,
    place="Lille",
    due_on=None,
    fact_number=7,
    recorded_at=datetime(2026, 11, 24, 10, 11, 12, 345678, tzinfo=UTC),
)


def read(*entries: CalendarEntry) -> list[Any]:
    return list(Calendar.from_ical(calendar_file(entries, "en")).walk("VEVENT"))


def test_an_appointment_says_who_what_when_and_where() -> None:
    (event,) = read(APPOINTMENT)

    assert event["uid"] == "5a0c7a0e-0000-4000-8000-000000000001/meeting@jalon"
    assert (event["sequence"], event["dtstamp"].dt) == (7, datetime(2026, 11, 24, 10, 11, 12, tzinfo=UTC))
    assert (event["summary"], event["description"], event["location"]) == ("Mme Petit – Meeting", "Autumn", "Lille")
    assert (event["dtstart"].dt, event["dtend"].dt) == (
        datetime(2026, 12, 1, 9, tzinfo=UTC),
        datetime(2026, 12, 1, 9, 45, tzinfo=UTC),
    )
    assert (event["status"], event["class"]) == ("CONFIRMED", "PRIVATE")


@pytest.mark.parametrize(
    ("given", "minutes", "starts", "ends"),
    [
        ("2026-03-29T01:30:00+01:00", 60, "01:30 +0100", "03:30 +0200"),
        ("2026-10-25T02:30:00+02:00", 60, "02:30 +0200", "02:30 +0100"),
        ("2026-10-25T02:30:00+01:00", 60, "02:30 +0100", "03:30 +0100"),
    ],
)
def test_a_moment_is_the_same_over_a_change_of_clocks(given: str, minutes: int, starts: str, ends: str) -> None:
    (event,) = read(replace(APPOINTMENT, starts_at=datetime.fromisoformat(given), duration_minutes=minutes))

    shown = [event[name].dt.astimezone(PARIS).strftime("%H:%M %z") for name in ("dtstart", "dtend")]
    assert shown == [starts, ends]


def test_an_unplanned_reminder_is_a_whole_day_that_blocks_no_time() -> None:
    reminder = replace(
        APPOINTMENT, key="#4", kind=StepKind.REMINDER, title=None, starts_at=None, due_on=date(2026, 10, 25)
    )

    (event,) = read(reminder)

    assert event["uid"] == "5a0c7a0e-0000-4000-8000-000000000001/#4@jalon"
    assert (event["dtstart"].dt, event["dtend"].dt) == (date(2026, 10, 25), date(2026, 10, 26))
    assert (event["summary"], event["transp"]) == ("Mme Petit – Reminder", "TRANSPARENT")


def test_hostile_texts_stay_texts() -> None:
    name = "Petit;\r\nEND:VEVENT\r\nBEGIN:VEVENT\\n,\u202e\x07" + "é" * 200

    (event,) = read(replace(APPOINTMENT, client_name=name, place="a\\nb;c,d"))

    assert event["summary"] == "Petit; END:VEVENT BEGIN:VEVENT\\n," + "é" * 200 + " – Meeting"
    assert event["location"] == "a\\nb;c,d"
    assert max(len(line) for line in calendar_file([replace(APPOINTMENT, client_name=name)], "fr").split(b"\r\n")) <= 75


def test_the_same_entries_give_the_same_bytes_and_none_a_calendar_without_entries() -> None:
    assert calendar_file([APPOINTMENT], "fr") == calendar_file([APPOINTMENT], "fr")
    assert read() == []
