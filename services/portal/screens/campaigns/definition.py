"""From the sheet to the definition that the API takes, and from its refusals back to the fields of the sheet."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from services.portal.filled import Filled
from services.portal.locale import Words
from services.portal.screens.campaigns.reading import read_day, read_money, read_whole, sentence
from services.portal.screens.campaigns.sheet import KINDS, STEPS, item_field, step_field
from services.portal.upstream import UpstreamProblem
from shared.contracts.campaign import StepDefinition
from shared.rulebook.plan_edit import steps_put_behind
from shared.rulebook.steps import Plan

_FIELDS = {"start_date": "start", "end_date": "end", "owner_id": "owner", "notice": "notice_date"}
_STEP_FIELDS = {
    "email_subject": "subject",
    "email_body": "body",
    "due_within_days": "due",
    "checklist": "items",
    "documents": "files",
    "id": "title",
}
_AT_FIELD = {
    "owner_unknown": "owner",
    "owner_lacks_right": "owner",
    "target_below_allocated": "target",
    "allocation_without_target": "target",
    "sales_step_removed": "sales_step",
}
_PLACE = re.compile(r"(?:body\.)?steps[.\[](\d+)\]?\.(\w+)")


def definition_of(sheet: Filled, say: Words) -> dict[str, Any]:
    """The definition; what cannot be read is said in the sheet's errors."""
    steps = [_step(sheet, step_id, say) for step_id in sheet.lists.get(STEPS, ())]
    name = sheet.value("name").strip()
    if not name:
        sheet.errors["name"] = sentence("name_missing", say)
    if not steps:
        sheet.errors[STEPS] = sentence("steps_missing", say)
    known = {step["id"] for step in steps}
    sales = sheet.value("sales_step")
    if len(steps) > 1 and sales not in known:
        sheet.errors["sales_step"] = sentence("sales_step_missing", say)
    return {
        "name": name,
        "note": sheet.value("note"),
        "owner_id": sheet.value("owner") or None,
        "target": read_money(sheet, "target", say),
        "start_date": read_day(sheet, "start", say, required=True),
        "end_date": read_day(sheet, "end", say, required=True),
        "steps": steps,
        "sales_step": sales if sales in known else None,
        "notice": {"on": sheet.holds("notice_on", "1"), "date": read_day(sheet, "notice_date", say)},
    }


def put_behind(campaign: Mapping[str, Any], wanted: Mapping[str, Any]) -> set[str]:
    """The steps for which the editor chooses from whom they are due (spec 2.4)."""
    old = Plan(campaign["version"], _rules(campaign["steps"]), campaign["sales_step"])
    plain = [{name: step[name] for name in ("id", "title", "kind", "mandatory")} for step in wanted["steps"]]
    return steps_put_behind(old, _rules(plain))


def digest_of(wanted: Mapping[str, Any], version: str) -> str:
    """Tells one change of one version from another."""
    return hashlib.sha256(f"{version}\n{json.dumps(wanted, sort_keys=True)}".encode()).hexdigest()[:32]


def explain(sheet: Filled, problem: UpstreamProblem, say: Words) -> None:
    """Say what the API refused at the fields that it is about."""
    if problem.code == "definition_invalid":
        for one in problem.data.get("problems", ()):
            sheet.errors.setdefault(_place_of(sheet, str(one["field"])), sentence(str(one["code"]), say, one))
    elif problem.code == "invalid_request":
        for one in problem.data.get("errors", ()):
            sheet.errors.setdefault(_place_of(sheet, str(one["field"])), say("editor.value_invalid"))
    elif problem.code == "step_completed_somewhere":
        sheet.refusal = problem.detail
    else:
        sheet.refuse(problem, _AT_FIELD)
    if problem.outcome_unknown:
        sheet.refusal = say("form.unavailable")


def _step(sheet: Filled, step_id: str, say: Words) -> dict[str, Any]:
    def name(field: str) -> str:
        return step_field(step_id, field)

    title, kind = sheet.value(name("title")).strip(), sheet.value(name("kind"), "TASK")
    if not title:
        sheet.errors[name("title")] = say("editor.title_missing")
    shown = {
        "id": step_id,
        "title": title,
        "kind": kind if kind in KINDS else "TASK",
        "mandatory": sheet.holds(name("mandatory"), "1"),
        "note": sheet.value(name("note")),
        "offers_next": sheet.holds(name("offers"), "1"),
        "due_within_days": read_whole(sheet, name("due"), say),
        "due_from": "not_yet_past" if sheet.value(name("due_from")) == "not_yet_past" else "all",
    }
    # What belongs to another kind stays on the sheet, in case the kind is changed back, and is not sent.
    if kind == "TASK":
        shown |= {"checklist": _items(sheet, step_id), "documents": list(sheet.lists.get(name("documents"), ()))}
    if kind == "EMAIL":
        shown |= {"email_subject": sheet.value(name("subject")), "email_body": sheet.value(name("body"))}
    return shown


def _items(sheet: Filled, step_id: str) -> list[dict[str, Any]]:
    """The items that say something: an empty row is none."""
    ids = sheet.lists.get(step_field(step_id, "items"), ())
    texts = [(one, sheet.value(item_field(one, "text")).strip()) for one in ids]
    return [
        {"id": one, "text": text, "mandatory": sheet.holds(item_field(one, "mandatory"), "1")}
        for one, text in texts
        if text
    ]


def _rules(steps: list[dict[str, Any]]) -> tuple[Any, ...]:
    return tuple(StepDefinition.model_validate(step).rule() for step in steps)


def _place_of(sheet: Filled, place: str) -> str:
    found = _PLACE.match(place)
    steps = sheet.lists.get(STEPS, ())
    if found and int(found[1]) < len(steps):
        return step_field(steps[int(found[1])], _STEP_FIELDS.get(found[2], found[2]))
    field = place.removeprefix("body.").partition(".")[0]
    return _FIELDS.get(field, field)
