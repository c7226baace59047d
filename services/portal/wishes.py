"""A form of the follow-up page as the command it asks for; only what can be read is checked here, the API decides."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any

from services.portal.forms import Sent
from shared.rulebook.errors import Invalid
from shared.rulebook.money import parse_money

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
    """What was typed, the command it makes, and the texts for the fields that cannot be read.

    `form` names the form on the page: a step's id, or the kind of command.
    """

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
    """The wish behind a form; its errors are keys of the catalogue."""
    wish = Wish(
        kind=form.text("kind"),
        step_id=form.text("step_id"),
        typed={name: form.text(name) for name in _FIELDS},
        ticked=form.texts("ticked"),
        key=form.text("key"),
    )
    wish.body["kind"] = wish.kind
    _read_note(wish)
    _read(wish, "occurred_at", lambda text: _instant(text, zone), "form.moment_invalid")
    if wish.kind in _WITH_STEP:
        wish.body["step_id"] = wish.step_id
    if wish.kind == "CompleteStep":
        wish.body["ticked"] = list(wish.ticked)
    if wish.kind == "RecordInteraction":
        wish.body["interaction"] = wish.typed["interaction"]
    if wish.kind in _CONCLUDING:
        _read_conclusion(wish)
    return wish


def _read_note(wish: Wish) -> None:
    note = wish.typed["note"]
    if len(note) > _LONGEST_NOTE:
        wish.errors["note"] = "form.too_long"
    elif note:
        wish.body["note"] = note
    elif wish.kind in _WITH_REASON:
        wish.errors["note"] = "form.reason_missing"


def _read_conclusion(wish: Wish) -> None:
    wish.body["conclusion"] = wish.typed["conclusion"]
    if not wish.typed["conclusion"]:
        wish.errors["conclusion"] = "conclude.kind_missing"
    _read(wish, "on", lambda text: date.fromisoformat(text).isoformat(), "form.day_invalid")
    try:
        _read(wish, "collected", lambda text: str(parse_money(text)), "refusal.amount_invalid")
    except Invalid as error:
        wish.errors["collected"] = f"refusal.{error.code}"


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
