"""Appointments and days to keep, as iCalendar files (RFC 5545)."""

from collections.abc import Iterable
from datetime import UTC, timedelta

from icalendar import Calendar, Event

from services.followup.ports import CalendarEntry
from shared.rulebook.steps import StepKind
from shared.runtime.messages import Language

_WORDS: dict[StepKind, dict[Language, str]] = {
    StepKind.TASK: {"fr": "Tâche", "en": "Task"},
    StepKind.APPOINTMENT: {"fr": "Rendez-vous", "en": "Appointment"},
    StepKind.REMINDER: {"fr": "Rappel", "en": "Reminder"},
    StepKind.FOLLOW_UP_SHEET: {"fr": "Fiche de suivi", "en": "Follow-up sheet"},
    StepKind.EMAIL: {"fr": "Courriel", "en": "E-mail"},
}
"""The title of what is unplanned."""
_HOW_OFTEN = timedelta(hours=1)


def calendar_file(entries: Iterable[CalendarEntry], language: Language) -> bytes:
    """The file. The same entries always give the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", "-//Jalon//Jalon//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Jalon")
    calendar.add("refresh-interval", _HOW_OFTEN, parameters={"VALUE": "DURATION"})
    for entry in entries:
        calendar.add_component(_event(entry, language))
    return bytes(calendar.to_ical())


def _event(entry: CalendarEntry, language: Language) -> Event:
    event = Event()
    event.add("uid", f"{entry.follow_up_id}/{entry.key}@jalon")
    event.add("sequence", entry.fact_number)
    # The library writes whole seconds.
    event.add("dtstamp", entry.recorded_at.astimezone(UTC))
    event.add("last-modified", entry.recorded_at.astimezone(UTC))
    title = entry.title or _WORDS[entry.kind][language]
    event.add("summary", _line(f"{entry.client_name} – {title}" if entry.client_name else title))
    event.add("description", _line(entry.campaign_name))
    # Whoever shares a calendar shows when one is busy, not with whom.
    event.add("class", "PRIVATE")
    if entry.place:
        event.add("location", _line(entry.place))
    _add_time(event, entry)
    return event


def _add_time(event: Event, entry: CalendarEntry) -> None:
    """A moment in UTC, which no clock change makes unclear; or a whole day, which is the same in every zone."""
    if entry.starts_at is not None:
        starts_at = entry.starts_at.astimezone(UTC)
        event.add("dtstart", starts_at)
        if entry.duration_minutes is not None:
            event.add("dtend", starts_at + timedelta(minutes=entry.duration_minutes))
        event.add("status", "CONFIRMED")
    elif entry.due_on is not None:
        event.add("dtstart", entry.due_on)
        event.add("dtend", entry.due_on + timedelta(days=1))
        event.add("transp", "TRANSPARENT")


def _line(text: str) -> str:
    """One line, without what no calendar can show; the library escapes the rest."""
    return "".join(one for one in " ".join(text.split()) if one.isprintable())
