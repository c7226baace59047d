"""The management list as rows of a workbook: one follow-up each, as the screen shows it (spec 8.7)."""

from collections.abc import Mapping, Sequence
from datetime import date, tzinfo

from services.reporting.ports.exporting import Language
from services.reporting.ports.listing import Listed
from services.reporting.writers.cells import Kind
from services.reporting.writers.formats import NONE
from services.reporting.writers.words import say
from services.reporting.writers.workbook import Column, Row


def list_columns(language: Language) -> list[Column]:
    """The columns of the management list."""
    words = say(language)
    return [
        Column(words["client"]),
        Column(words["reference"]),
        Column(words["campaign"]),
        Column(words["state"]),
        Column(words["conclusion"]),
        Column(words["concluded_on"], Kind.DAY),
        Column(words["step_number"], Kind.COUNT),
        Column(words["step"]),
        Column(words["overdue"]),
        Column(words["entry_date"], Kind.DAY),
        Column(words["potential"], Kind.EUROS, summed=True),
        Column(words["present_potential"], Kind.EUROS, summed=True),
        Column(words["collected"], Kind.EUROS, summed=True),
        Column(words["advisor"]),
        Column(words["unit"]),
        Column(words["present_advisor"]),
        Column(words["last_activity"], Kind.DAY),
    ]


def list_rows(listed: Sequence[Listed], language: Language, zone: tzinfo) -> list[Row]:
    """These follow-ups as rows; who may not see a client by now finds no name (spec 5.11)."""
    words = say(language)
    return [_row(one, words, zone) for one in listed]


def _row(one: Listed, words: Mapping[str, str], zone: tzinfo) -> Row:
    last = None if one.last_activity is None else one.last_activity.astimezone(zone)
    return Row(
        (
            one.client_name or NONE,
            one.client_external_id,
            one.campaign_name,
            words[f"state.{one.state}"],
            "" if one.conclusion is None else words[f"conclusion.{one.conclusion}"],
            one.concluded_on,
            one.step_number,
            _step(one, words),
            words["yes"] if one.overdue else "",
            one.entry_date,
            one.initial_potential,
            one.potential,
            one.collected,
            one.advisor_name or NONE,
            one.unit_name or NONE,
            one.present_advisor_name or NONE,
            None if last is None else date(last.year, last.month, last.day),
        )
    )


def _step(one: Listed, words: Mapping[str, str]) -> str:
    """The step's title; past the last one, that it is the end."""
    at_end = one.step_id is None and one.step_number is not None
    return words["end"] if at_end else one.step_title or ""
