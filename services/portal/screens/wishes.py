"""A form of the follow-up page as the command it asks for; only what can be read is checked here, the API decides."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any

from services.portal.forms import Sent
from services.portal.locale import Words
from shared.rulebook.errors import Invalid
from shared.rulebook.money import parse_money
from shared.runtime import messages

_LONGEST_NOTE = 20_000
KINDS = (
    "CompleteStep",
    "BeginStep",
    "CancelEntry",
    "UndoCompletion",
    "RecordInteraction",
    "Conclude",
    "AmendConclusion",
    "WithdrawConclusion",
)
_WITH_STEP = {"CompleteStep", "BeginStep", "CancelEntry", "UndoCompletion"}
_WITH_REASON = {"UndoCompletion", "AmendConclusion", "WithdrawConclusion"}
_CONCLUDING = {"Conclude", "AmendConclusion"}
_FIELDS = ("note", "occurred_at", "interaction", "conclusion", "on", "collected")


@dataclass(slots=True)
class Wish:
    """What was typed, the command it makes, and what is wrong: `errors` by field, `refusal` for the whole."""

    kind: str
    step_id: str
    typed: dict[str, str]
    ticked: tuple[str, ...]
    key: str
    body: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    refusal: str | None = None

    @property
    def form(self) -> str:
        """The form on the page."""
        return f"undo-{self.step_id}" if self.kind == "UndoCompletion" else self.step_id or self.kind


def read_wish(form: Sent, zone: tzinfo) -> Wish:
    """The wish behind a form, with the texts for what cannot be read."""
    wish = Wish(
        kind=form.text("kind"),
        step_id=form.text("step_id"),
        typed={name: form.text(name) for name in _FIELDS},
        ticked=form.texts("ticked"),
        key=form.text("key"),
    )
    wish.body["kind"] = wish.kind
    say = form.visit.say
    _read_note(wish, say)
    _read(wish, "occurred_at", lambda text: _instant(text, zone), say("form.moment_invalid"))
    if wish.kind in _WITH_STEP:
        wish.body["step_id"] = wish.step_id
    if wish.kind == "CompleteStep":
        wish.body["ticked"] = list(wish.ticked)
    if wish.kind == "RecordInteraction":
        wish.body["interaction"] = wish.typed["interaction"]
    if wish.kind in _CONCLUDING:
        _read_conclusion(wish, say)
    return wish


def _read_note(wish: Wish, say: Words) -> None:
    note = wish.typed["note"]
    if len(note) > _LONGEST_NOTE:
        wish.errors["note"] = say("form.too_long")
    elif note:
        wish.body["note"] = note
    elif wish.kind in _WITH_REASON:
        wish.errors["note"] = say("form.reason_missing")


def _read_conclusion(wish: Wish, say: Words) -> None:
    wish.body["conclusion"] = wish.typed["conclusion"]
    if not wish.typed["conclusion"]:
        wish.errors["conclusion"] = say("conclude.kind_missing")
    _read(wish, "on", lambda text: date.fromisoformat(text).isoformat(), say("form.day_invalid"))
    try:
        _read(wish, "collected", lambda text: str(parse_money(text)), "")
    except Invalid as error:
        wish.errors["collected"] = messages.say(error.code, say.language, error.data, status=422)


def _read(wish: Wish, name: str, read: Callable[[str], str], error: str) -> None:
    """Put a field that was filled in into the command."""
    text = wish.typed[name]
    if not text:
        return
    try:
        wish.body[name] = read(text)
    except ValueError:
        wish.errors[name] = error


def _instant(text: str, zone: tzinfo) -> str:
    given = datetime.fromisoformat(text)
    return (given if given.tzinfo else given.replace(tzinfo=zone)).isoformat()
