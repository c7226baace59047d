"""Targeted clients, definitions and units as of a day, slowly, in plain loops written from the specification.

Nothing here asks the rulebook for a rule or the database for a sum: it is what both are compared with.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from shared.contracts.campaign import CampaignDefined
from shared.contracts.directory import UserChanged
from shared.contracts.followup import FactRecorded
from shared.rulebook.access import Principal

OPENINGS = ("ClientTargeted", "TargetedAgain", "ConclusionWithdrawn", "ReopenedUnarchived")


@dataclass
class Asked:
    """Who asks, about whom, as of which day and how."""

    reader: Principal
    day: date
    axis: str
    zone: ZoneInfo
    unit: str | None = None
    advisor: str | None = None
    client: str | None = None


@dataclass
class Person:
    """A targeted client as of a day."""

    advisor: str
    entry_date: date
    initial: Decimal
    potential: Decimal
    entries: dict[str, str] = field(default_factory=dict)
    first_version: dict[str, int] = field(default_factory=dict)
    closing: str | None = None
    kind: str | None = None
    collected: Decimal = Decimal(0)
    place: str | None = None
    place_holds: bool = True
    unplanned: dict[int, bool] = field(default_factory=dict)
    late_at: str | None = None


@dataclass
class Line:
    """A fact in the order of recording; `on` and the conclusion may be those of an amendment."""

    number: int
    kind: str
    on: date
    told: FactRecorded
    result: tuple[str, Decimal] | None = None


def people_as_of(facts: Iterable[FactRecorded], asked: Asked) -> list[Person]:
    """All targeted clients, withdrawn ones left out, before anybody's reach is looked at."""
    by_follow_up: dict[str, list[FactRecorded]] = {}
    for fact in facts:
        if asked.client in (None, fact.client_id):
            by_follow_up.setdefault(fact.follow_up_id, []).append(fact)
    found = []
    for told in by_follow_up.values():
        told.sort(key=lambda one: one.number)
        lines = [_line(one) for one in told]
        if asked.axis == "recorded":
            kept = [one for one in lines if local_day(one.told.recorded_at, asked.zone) <= asked.day]
        else:
            lines = _with_last_word(lines)
            kept = [one for at, one in enumerate(lines) if _day(lines, at) <= asked.day]
        if kept:
            person = _person(kept)
            _check_place(person, lines, kept)
            if person.closing != "WITHDRAWN":
                found.append(person)
    return found


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    """The day that a clock on the wall showed."""
    return instant.astimezone(zone).date()


def _line(told: FactRecorded) -> Line:
    said = told.fact.conclusion
    result = None if said is None else (said.kind.value, said.collected)
    return Line(told.number, told.fact.kind.value, told.fact.on, told, result)


def _with_last_word(lines: list[Line]) -> list[Line]:
    """A conclusion is what its last amendment made of it, on that date; the amendments themselves are gone."""
    final: list[Line] = []
    for at, line in enumerate(lines):
        if line.kind in ("ConclusionAmended", "HoldingsLinked"):
            continue
        if line.kind == "Concluded":
            for later in lines[at + 1 :]:
                if later.kind in OPENINGS:
                    break
                if later.kind in ("ConclusionAmended", "HoldingsLinked"):
                    said = later.told.fact.conclusion
                    assert said is not None
                    line = Line(line.number, line.kind, said.on, line.told, (said.kind.value, said.collected))  # noqa: PLW2901
        final.append(line)
    return final


def _day(lines: list[Line], at: int) -> date:
    """What opens a follow-up had happened once anything recorded after it had."""
    if lines[at].kind in OPENINGS:
        return min(line.on for line in lines[at:])
    return lines[at].on


def _person(kept: list[Line]) -> Person:
    first = kept[0].told.fact
    assert first.advisor_id is not None
    assert first.entry_date is not None
    assert first.potential is not None
    person = Person(first.advisor_id, first.entry_date, first.potential, first.potential)
    for line in kept:
        _live(person, line)
    return person


def _live(person: Person, line: Line) -> None:  # noqa: C901, PLR0912  one branch per kind of fact
    fact, step = line.told.fact, line.told.fact.step_id
    match line.kind:
        case "StepBegun":
            _enter(person, line, "begun")
        case "StepCompleted":
            _enter(person, line, "done")
            if person.late_at == step:
                person.late_at = None
            if person.kind is not None:
                person.place = fact.position
        case "InteractionCompleted" if step is not None:
            _enter(person, line, "done")
        case "CompletionUndone" | "EntryCancelled":
            if step in person.entries:
                _enter(person, line, "nothing")
        case "InteractionCancelled" if step is not None:
            if step in person.entries:
                _enter(person, line, "nothing")
        case "InteractionRecorded":
            person.unplanned[line.number] = True
        case "InteractionCompleted":
            assert fact.of is not None
            person.unplanned[fact.of] = True
        case "InteractionReopened":
            assert fact.of is not None
            person.unplanned[fact.of] = False
        case "Concluded" | "ConclusionAmended" | "HoldingsLinked":
            assert line.result is not None
            person.kind, person.collected = line.result
            if line.kind == "Concluded":
                person.closing, person.place = "CONCLUDED", fact.position
        case "ConclusionWithdrawn" | "ReopenedUnarchived" | "TargetedAgain":
            person.closing, person.kind, person.collected = None, None, Decimal(0)
            person.advisor = fact.advisor_id or person.advisor
        case "StepOverdue":
            person.late_at = step
        case "ClosedArchived":
            person.closing, person.place = "ARCHIVED", fact.position
        case "ClientWithdrawn":
            person.closing = "WITHDRAWN"
        case "Reassigned":
            person.advisor = fact.advisor_id or person.advisor
    if line.kind == "TargetedAgain":
        person.late_at = None
    if line.kind in ("PotentialChanged", "TargetedAgain") and fact.potential is not None:
        person.potential = fact.potential
    if line.kind in ("EntryDateMoved", "TargetedAgain") and fact.entry_date is not None:
        person.entry_date = fact.entry_date


def _enter(person: Person, line: Line, state: str) -> None:
    step, version = line.told.fact.step_id, line.told.fact.version
    assert step is not None
    person.entries[step] = state
    person.first_version[step] = min(person.first_version.get(step, version), version)


def _check_place(person: Person, lines: list[Line], kept: list[Line]) -> None:
    """The place kept at the closing holds unless an entry that it rests on happened only later."""
    numbers = {line.number for line in kept}
    placed = 0
    for line in kept:
        late = line.kind == "StepCompleted" and line.told.fact.late
        if line.kind in ("Concluded", "ClosedArchived") or late:
            placed = line.number
    for line in lines:
        entry = line.told.fact.step_id is not None and line.kind not in ("StepOverdue", "InteractionAmended")
        if entry and line.number < placed and line.number not in numbers:
            person.place_holds = False


def definition_as_of(definitions: Iterable[CampaignDefined], asked: Asked) -> CampaignDefined | None:
    """The definition that held at the end of the day; None before the campaign."""
    versions = sorted(definitions, key=lambda one: one.version)
    found = None
    for one in versions:
        if local_day(one.saved_at, asked.zone) <= asked.day:
            found = one
    if found is None and asked.axis == "happened" and versions[0].start_date <= asked.day:
        return versions[0]
    return found


def path_as_of(told: Iterable[tuple[UserChanged, datetime]], advisor: str, asked: Asked) -> tuple[str, ...]:
    """The units above the advisor at the end of the day; the first known where nothing was known then."""
    mine = sorted((one for one in told if one[0].user_id == advisor), key=lambda one: one[0].revision)
    path = mine[0][0].unit_path
    for user, at in mine:
        if local_day(at, asked.zone) <= asked.day:
            path = user.unit_path
    return path


def reads(asked: Asked, advisor: str, path: tuple[str, ...]) -> bool:
    """Whether the advisor's clients and share are the reader's to see, and asked for (spec 1.2)."""
    reader = asked.reader
    level = reader.access_level.value
    reached = (
        level == "ALL"
        or reader.crm
        or (level != "NONE" and advisor == reader.user_id)
        or (level == "UNIT" and path[-1] == reader.unit_id)
        or (level == "SUBTREE" and reader.unit_id in path)
    )
    return reached and asked.unit in (None, *path) and asked.advisor in (None, advisor)
