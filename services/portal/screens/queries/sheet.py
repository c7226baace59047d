"""One query on its page: the text of its filter, how many clients it finds, and the first of them."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from fastapi.responses import Response

from services.portal.filled import Filled
from services.portal.frame import Visit
from services.portal.parts import or_problem
from services.portal.upstream import UpstreamProblem
from shared.rulebook.filters import OWN_NAMES

QUERIES = "/api/directory/queries"
FIELDS = ("filtre", "nom", "partage")
LONGEST_SHOWN = 4000
"""Characters of a filter that fit into an address; a longer one is saved, and shown by its id."""
_ROWS = 50
_FINE, _WRONG = 200, 422
_COLUMNS = 5
_BESIDE = ("age", "active", "external_id", "email")
"""The directory's own attributes that stand in no column of the list yet."""
_AROUND = 40
"""Characters shown before and after the place of an error."""


@dataclass(slots=True)
class Sheet:
    """What the page shows: the form as it stands, the saved query behind it, and what was found."""

    form: Filled
    saved: Mapping[str, Any] | None = None
    version: str = ""
    after: str | None = None
    done: str | None = None
    count: int | None = None
    page: Any = None
    columns: list[str] = field(default_factory=list)
    """The attributes that the filter speaks of, in the order of each row's values."""
    place: tuple[str, str, str] | None = None
    """The text before, at and after an error."""

    @property
    def text(self) -> str:
        """The filter as it stands."""
        return self.form.value("filtre")

    @property
    def home(self) -> str:
        """The address of the page."""
        return "/requetes/nouvelle" if self.saved is None else f"/requetes/{self.saved['query_id']}"

    @property
    def asked(self) -> dict[str, str]:
        """What the address carries: whatever differs from the saved query."""
        kept = saved_fields(self.saved)
        return {name: value for name in FIELDS if (value := self.form.value(name)) != kept[name]}

    @property
    def address(self) -> str:
        """The page as it stands, to come back to or to share."""
        return address(self.home, **self.asked)

    @property
    def is_saved(self) -> bool:
        """Whether the filter shown is that of the saved query."""
        return self.saved is not None and self.text == self.saved["text"]

    @property
    def whom(self) -> dict[str, str]:
        """What other screens are told of the query: its id, or its text as long as it is not saved."""
        return {"requete": self.saved["query_id"]} if self.saved and self.is_saved else {"filtre": self.text}


def saved_fields(saved: Mapping[str, Any] | None) -> dict[str, str]:
    """The form of a saved query; empty without one."""
    if saved is None:
        return dict.fromkeys(FIELDS, "")
    return {"filtre": saved["text"], "nom": saved["name"], "partage": saved["shared_with"] or ""}


def address(path: str, **told: str | None) -> str:
    """The path with what is not empty."""
    kept = {name: value for name, value in told.items() if value}
    return f"{path}?{urlencode(kept)}" if kept else path


def refuse(sheet: Sheet, problem: UpstreamProblem) -> None:
    """Say what the API refused, at the field that it is about, with the place in the text."""
    if problem.code.startswith("filter_"):
        sheet.form.errors["filtre"] = problem.detail
        position = problem.data.get("position")
        if isinstance(position, int) and 1 <= position <= len(sheet.text) + 1:
            at = position - 1
            before, after = sheet.text[max(0, at - _AROUND) : at], sheet.text[at + 1 : at + _AROUND]
            sheet.place = (before, sheet.text[at : at + 1] or "␣", after)
        return
    sheet.form.refuse(problem, {"query_name_taken": "nom", "not_visible": "partage"})


async def show(visit: Visit, sheet: Sheet, *, status: int = _FINE) -> Response:
    """The page; the count and the first clients unless the filter is empty or already refused."""
    attributes, units, _ = await asyncio.gather(
        or_problem(visit.api.get("/api/directory/attributes")),
        or_problem(visit.api.get("/api/directory/units")),
        _find(visit, sheet),
    )
    if sheet.form.is_wrong and status == _FINE:
        status = _WRONG
    return await visit.screen(
        "queries/query.html", status=status, active="queries", sheet=sheet, attributes=attributes, units=units
    )


async def _find(visit: Visit, sheet: Sheet) -> None:
    if not sheet.text or sheet.form.is_wrong:
        return
    try:
        counted = (await visit.api.post(f"{QUERIES}/count", {"filter": sheet.text})).body
        sheet.count = counted["count"]
        shown = dict(list(_shown(counted["filter"]))[:_COLUMNS])
        sheet.columns = list(shown.values())
        asked = {"filter": sheet.text, "columns": list(shown), "after": sheet.after, "limit": _ROWS}
        sheet.page = (await visit.api.post(f"{QUERIES}/result", asked)).body
    except UpstreamProblem as problem:
        refuse(sheet, problem)


def _shown(tree: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The attributes that the list does not show anyway: as they are asked for, and their names."""
    if tree["kind"] == "criterion":
        name = tree["attribute"]
        if tree.get("crm") or name not in OWN_NAMES:
            yield f"[{name.replace(']', ']]')}]", name
        elif name in _BESIDE:
            yield name, name
        return
    for part in tree.get("parts", ()):
        yield from _shown(part)
    if "part" in tree:
        yield from _shown(tree["part"])
