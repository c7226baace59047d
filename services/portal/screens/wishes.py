"""A form of the follow-up page as the command it asks for; only what can be read is checked here, the API decides."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from typing import Any

from services.portal.forms import Sent
from services.portal.locale import Words
from services.portal.screens.details import FIELDS as DETAILS
from services.portal.screens.details import instant_of, read_details
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
    "PlanInteraction",
    "SendLetter",
    "AmendInteraction",
    "CompleteInteraction",
    "CancelInteraction",
    "ReopenInteraction",
    "ChangePotential",
    "MoveEntryDate",
    "Conclude",
    "AmendConclusion",
    "WithdrawConclusion",
    "LinkHoldings",
)
_WITH_STEP = {"CompleteStep", "BeginStep", "CancelEntry", "UndoCompletion"}
_WITH_REASON = {"UndoCompletion", "ReopenInteraction", "AmendConclusion", "WithdrawConclusion"}
_NEW = {"RecordInteraction", "PlanInteraction"}
_OF_ONE = {"AmendInteraction", "CompleteInteraction", "CancelInteraction", "ReopenInteraction"}
_DESCRIBED = {"CompleteStep", "BeginStep", "AmendInteraction", "CompleteInteraction"} | _NEW
_REQUIRED = {"ChangePotential": "potential", "MoveEntryDate": "entry_date"}
_CONCLUDING = {"Conclude", "AmendConclusion"}
_FIELDS = ("note", "occurred_at", "interaction", "conclusion", "on", "collected", "potential", "entry_date")


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
    name: str = ""
    """The form on the page, when it says its name."""
    attached: tuple[str, ...] = ()
    """The files that the interaction is to have, `id|name` each."""
    accounts: tuple[str, ...] = ()
    transactions: tuple[str, ...] = ()
    """What the conclusion is to be linked to."""

    @property
    def form(self) -> str:
        """The form on the page."""
        return self.name or (f"undo-{self.step_id}" if self.kind == "UndoCompletion" else self.step_id or self.kind)

    @property
    def ticks(self) -> dict[str, Any] | None:
        """A command for items ticked with a step that is only begun, which beginning itself does not take."""
        if self.kind != "BeginStep" or not self.ticked:
            return None
        return {"kind": "AmendInteraction", "step_id": self.step_id, "ticked": list(self.ticked)}


def read_wish(form: Sent, zone: tzinfo, new_files: Sequence[str] = ()) -> Wish:
    """The wish behind a form, with the texts for what cannot be read; `new_files` were sent with it, `id|name` each."""
    wish = Wish(
        kind=form.text("kind"),
        step_id=form.text("step_id"),
        typed={name: form.text(name) for name in (*_FIELDS, *(f"d_{name}" for name in DETAILS))},
        ticked=form.texts("ticked"),
        key=form.text("key"),
        name=form.text("form_name"),
        attached=(*form.texts("attached"), *new_files),
        accounts=form.texts("account"),
        transactions=form.texts("transaction"),
    )
    wish.body["kind"] = wish.kind
    say = form.visit.say
    _read_note(wish, say, before=form.text("b_note"))
    _read(wish, "occurred_at", lambda text: instant_of(text, zone), say("form.moment_invalid"))
    if wish.kind in _WITH_STEP:
        wish.body["step_id"] = wish.step_id
    if wish.kind == "CompleteStep":
        wish.body["ticked"] = list(wish.ticked)
    _read_interaction(wish, form, zone)
    _read_characteristics(wish, say)
    if wish.kind == "SendLetter":
        _read_letter(wish, say)
    if wish.kind == "LinkHoldings":
        wish.body = {"accounts": list(wish.accounts), "transactions": list(wish.transactions)}
    if wish.kind in _CONCLUDING:
        _read_conclusion(wish, say)
    return wish


def _read_interaction(wish: Wish, form: Sent, zone: tzinfo) -> None:
    """Which interaction it is about, and what is said of it."""
    if wish.kind in _NEW:
        wish.body["interaction"] = wish.typed["interaction"]
    number = form.text("number")
    if wish.kind in _OF_ONE and number.isdecimal():
        wish.body["number"] = int(number)
    elif wish.kind in _OF_ONE:
        wish.body["step_id"] = wish.step_id
    if wish.kind in _DESCRIBED:
        _read_details(wish, form, zone)


def _read_characteristics(wish: Wish, say: Words) -> None:
    if wish.kind == "ChangePotential":
        _read_money(wish, "potential", say)
    if wish.kind == "MoveEntryDate":
        _read(wish, "entry_date", lambda text: date.fromisoformat(text).isoformat(), say("form.day_invalid"))
    required = _REQUIRED.get(wish.kind)
    if required and not wish.typed[required]:
        wish.errors.setdefault(required, say("form.missing"))


def _read_details(wish: Wish, form: Sent, zone: tzinfo) -> None:
    """What is said of the interaction; an amendment also ticks and unticks, and must change something."""
    read = read_details(
        {name: wish.typed[f"d_{name}"] for name in DETAILS},
        {name: form.text(f"b_{name}") for name in DETAILS},
        zone,
        form.visit.say,
    )
    wish.errors |= read.errors
    attached = list(dict.fromkeys(one.partition("|")[0] for one in wish.attached))
    if set(attached) != {one.partition("|")[0] for one in form.texts("b_attached")}:
        read.details["attachments"] = attached
    if read.details:
        wish.body["details"] = read.details
    if wish.kind == "AmendInteraction":
        now, before = set(wish.ticked), set(form.texts("b_ticked"))
        wish.body |= {name: sorted(ids) for name, ids in (("ticked", now - before), ("unticked", before - now)) if ids}
        if not wish.errors and not wish.body.keys() & {"details", "note", "ticked", "unticked"}:
            wish.refusal = form.visit.say("form.unchanged")


def _read_letter(wish: Wish, say: Words) -> None:
    """An e-mail as it is sent: of its step, or unplanned; it has no note."""
    wish.body = {name: wish.typed[f"d_{name}"] for name in ("subject", "body")}
    wish.errors |= {f"d_{name}": say("form.missing") for name, text in wish.body.items() if not text}
    if wish.step_id:
        wish.body["step_id"] = wish.step_id


def _read_note(wish: Wish, say: Words, *, before: str) -> None:
    note = wish.typed["note"] if wish.typed["note"] != before else ""
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
    _read_money(wish, "collected", say)


def _read_money(wish: Wish, name: str, say: Words) -> None:
    try:
        _read(wish, name, lambda text: str(parse_money(text)), "")
    except Invalid as error:
        wish.errors[name] = messages.say(error.code, say.language, error.data, status=422)


def _read(wish: Wish, name: str, read: Callable[[str], str], error: str) -> None:
    """Put a field that was filled in into the command."""
    text = wish.typed[name]
    if not text:
        return
    try:
        wish.body[name] = read(text)
    except ValueError:
        wish.errors[name] = error
