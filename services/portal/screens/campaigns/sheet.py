"""The sheet on which a campaign is set up: its fields, its steps in order, and what a button does to them.

A sheet is a Filled. Steps and items are lists of ids in order; the fields of a step are called `step-<id>-<field>`.
"""

import secrets
from collections.abc import Mapping
from typing import Any

from services.portal.filled import Filled
from services.portal.formats import Formats
from shared.rulebook.steps import StepKind

STEPS = "steps"
KINDS = tuple(kind.value for kind in StepKind)


def step_field(step_id: str, field: str) -> str:
    """The name of a step's field."""
    return f"step-{step_id}-{field}"


def item_field(item_id: str, field: str) -> str:
    """The name of a checklist item's field."""
    return f"item-{item_id}-{field}"


def document_field(document_id: str) -> str:
    """The name of the field that keeps how a document is called."""
    return f"document-{document_id}-name"


def new_id() -> str:
    """The id of a new step or item, used by no other."""
    return secrets.token_hex(6)


def blank(owner_id: str) -> Filled:
    """A new campaign: one empty step, the notice on."""
    step = new_id()
    lists = {STEPS: [step], step_field(step, "mandatory"): ["1"], "notice_on": ["1"]}
    return Filled({"owner": owner_id, "sales_step": step, step_field(step, "kind"): "TASK"}, lists)


def of_campaign(campaign: Mapping[str, Any], formats: Formats) -> Filled:
    """The campaign as it is now, its target as people type it."""
    notice = campaign["notice"]
    sheet = Filled(
        {
            "name": campaign["name"],
            "owner": campaign["owner_id"],
            "target": formats.typed(campaign["target"]),
            "start": campaign["start_date"],
            "end": campaign["end_date"],
            "note": campaign["note"],
            "sales_step": campaign["sales_step"],
            "notice_date": "" if notice["date"] in {None, campaign["start_date"]} else notice["date"],
        },
        {STEPS: [step["id"] for step in campaign["steps"]], "notice_on": ["1"] if notice["on"] else []},
    )
    for step in campaign["steps"]:
        _put_step(sheet, step)
    return sheet


def press(sheet: Filled, button: str) -> str | None:
    """Do what the button says to the steps; the id of the element to look at then. None when it is another button."""
    act, _, about = button.partition(":")
    match act:
        case "add":
            step = new_id()
            _set(sheet, STEPS, [*sheet.lists.get(STEPS, ()), step])
            _set(sheet, step_field(step, "mandatory"), ["1"])
            return step_field(step, "title")
        case "item":
            item = new_id()
            name = step_field(about, "items")
            _set(sheet, name, [*sheet.lists.get(name, ()), item])
            return item_field(item, "text")
        case "unitem":
            step, _, item = about.partition(":")
            name = step_field(step, "items")
            _set(sheet, name, [one for one in sheet.lists.get(name, ()) if one != item])
            return step_field(step, "title")
        case "up" | "down" | "remove":
            return _move(sheet, about, act)
        case _:
            return None


def add_document(sheet: Filled, step_id: str, document: Mapping[str, Any]) -> None:
    """Attach a document that was uploaded."""
    for name in (step_field(step_id, "known"), step_field(step_id, "documents")):
        _set(sheet, name, [*sheet.lists.get(name, ()), document["document_id"]])
    sheet.values = {**sheet.values, document_field(document["document_id"]): document["name"]}


def _move(sheet: Filled, step_id: str, act: str) -> str:
    steps = list(sheet.lists.get(STEPS, ()))
    if step_id not in steps:
        return STEPS
    at = steps.index(step_id)
    steps.remove(step_id)
    if act != "remove":
        steps.insert(max(at - 1, 0) if act == "up" else at + 1, step_id)
    _set(sheet, STEPS, steps)
    return STEPS if act == "remove" else step_field(step_id, "title")


def _put_step(sheet: Filled, step: Mapping[str, Any]) -> None:
    def name(field: str) -> str:
        return step_field(step["id"], field)

    due = step["due_within_days"]
    values = {
        name("title"): step["title"],
        name("kind"): step["kind"],
        name("note"): step["note"],
        name("due"): "" if due is None else str(due),
        name("subject"): step["email_subject"],
        name("body"): step["email_body"],
    }
    values |= {item_field(item["id"], "text"): item["text"] for item in step["checklist"]}
    values |= {document_field(one["id"]): one["name"] for one in step["documents"]}
    sheet.values = {**sheet.values, **values}
    documents = [one["id"] for one in step["documents"]]
    _set(sheet, name("items"), [item["id"] for item in step["checklist"]])
    _set(sheet, name("known"), documents)
    _set(sheet, name("documents"), documents)
    for ticked, field in ((step["mandatory"], name("mandatory")), (step["offers_next"], name("offers"))):
        _set(sheet, field, ["1"] if ticked else [])
    for item in step["checklist"]:
        _set(sheet, item_field(item["id"], "mandatory"), ["1"] if item["mandatory"] else [])


def _set(sheet: Filled, name: str, values: list[str]) -> None:
    sheet.lists = {**sheet.lists, name: values}
