"""What the administrators' pages share: who may open them, rights as fields, and what others changed meanwhile."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, HTTPException

from services.portal.filled import Filled
from services.portal.forms import Sent
from services.portal.frame import Person, Visit
from services.portal.navigation import administers
from services.portal.upstream import UpstreamProblem

LEVELS = ("NONE", "OWN", "UNIT", "SUBTREE", "ALL")
TICKED_RIGHTS = ("manage_campaigns", "administrator", "operator")
_CHANGED = 412
_NOT_ALLOWED = 403
_MOST_CHANGES = 10


async def only_administrators(visit: Person) -> Visit:
    """The visit of an administrator; 403 for others, also where the API itself answers to everybody."""
    rights = (await visit.around()).rights
    if rights is not None and not administers(rights):
        raise HTTPException(_NOT_ALLOWED)
    return visit


Administrator = Annotated[Visit, Depends(only_administrators)]


def rights_in(form: Sent) -> dict[str, Any]:
    """The rights that a form gives."""
    given: dict[str, Any] = {name: bool(form.text(name)) for name in TICKED_RIGHTS}
    return {**given, "access_level": form.text("access_level") or "NONE"}


def filled_with(rights: Mapping[str, Any], **values: str) -> Filled:
    """A form as it stands before anything was typed."""
    ticked = {name: ("1",) for name in TICKED_RIGHTS if rights[name]}
    return Filled({"access_level": rights["access_level"], **values}, ticked)


def refuse(form: Filled, problem: UpstreamProblem, fields: Mapping[str, str] | None = None) -> None:
    """Say what was refused, at the fields that the API names where the form has them."""
    named = [str(one.get("field", "")).removeprefix("body.") for one in problem.data.get("errors", ())]
    at = [field for field in ((fields or {}).get(name.split(".", maxsplit=1)[0]) for name in named) if field]
    for field in at:
        form.errors[field] = problem.detail
    if not at:
        form.refuse(problem, fields)


def is_changed(problem: UpstreamProblem) -> bool:
    """Whether somebody else saved in between."""
    return problem.status == _CHANGED


async def changed_meanwhile(visit: Visit, subject: str, since: str) -> Sequence[dict[str, Any]]:
    """What the audit has about this profile or user since the form was opened, the latest first."""
    page = await visit.api.get_or_none("/api/directory/audit", subject=subject, limit=_MOST_CHANGES)
    try:
        opened = datetime.fromisoformat(since)
        rows = [] if page is None else page["items"]
        return [with_differences(row) for row in rows if datetime.fromisoformat(row["at"]) > opened]
    except (ValueError, TypeError):
        return []


def with_differences(change: dict[str, Any]) -> dict[str, Any]:
    """A row of the audit with `differences`: (what, before, after), only of what is not the same."""
    before, after = change["before"] or {}, change["after"] or {}
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    if change["before"] is None:  # of what is new, only what it was given
        names = [name for name in names if after[name] not in {False, "NONE", None}]
    return {**change, "differences": [(name, before.get(name), after.get(name)) for name in names]}


async def units_of(visit: Visit, *, inactive: bool = False) -> list[dict[str, Any]]:
    """All units, each with its `depth`, in the order of the tree."""
    found = (await visit.api.get("/api/directory/units", inactive="true" if inactive else None))["items"]
    below: dict[str | None, list[dict[str, Any]]] = {}
    known = {unit["unit_id"] for unit in found}
    for unit in found:
        parent = unit["parent_id"] if unit["parent_id"] in known else None
        below.setdefault(parent, []).append({**unit, "depth": len(unit["path"]) - 1})
    ordered: list[dict[str, Any]] = []
    left = list(reversed(below.get(None, [])))
    while left:
        unit = left.pop()
        ordered.append({**unit, "children": len(below.get(unit["unit_id"], ()))})
        left += reversed(below.get(unit["unit_id"], []))
    return ordered
