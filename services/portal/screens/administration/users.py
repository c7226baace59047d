"""People: found by name or unit, with the rights of their profile, their own, and both together (spec 1.2)."""

import asyncio
from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from services.portal.filled import Filled
from services.portal.forms import AnyForm
from services.portal.frame import Person, Visit
from services.portal.screens.administration.parts import (
    LEVELS,
    Administrator,
    changed_meanwhile,
    filled_with,
    is_changed,
    refuse,
    rights_in,
    units_of,
)
from services.portal.upstream import UpstreamProblem

router = APIRouter(include_in_schema=False)

_PAGE = 25
Words = Annotated[str, Query(alias="q", max_length=200)]
InUnit = Annotated[UUID | Literal[""] | None, Query(alias="unite")]
Inactive = Annotated[bool, Query(alias="partis")]
After = Annotated[str | None, Query(alias="apres", max_length=2_000)]


@router.get("/administration/utilisateurs")
async def users(
    visit: Administrator,
    words: Words = "",
    unit: InUnit = None,
    inactive: Inactive = False,  # noqa: FBT002
    after: After = None,
) -> Response:
    """Those who match, page by page."""
    words = words.replace("\0", "").strip()
    asked = visit.api.get(
        "/api/directory/users",
        search=words or None,
        unit=unit or None,
        inactive="true" if inactive else None,
        after=after,
        limit=_PAGE,
    )
    page, units = await asyncio.gather(asked, units_of(visit))
    chosen = {"q": words, "unite": str(unit or ""), "partis": "true" if inactive else ""}
    kept = urlencode({name: value for name, value in chosen.items() if value})
    return await visit.screen(
        "administration/users.html",
        active="administration",
        people=page["items"],
        next=page["next"],
        after=after,
        units=units,
        form=Filled(chosen, {"partis": ("true",) if inactive else ()}),
        address="/administration/utilisateurs" + (f"?{kept}" if kept else ""),
    )


@router.get("/administration/utilisateurs/{user_id}")
async def user(visit: Person, user_id: UUID, enregistre: str = "") -> Response:
    """What somebody may do, and by what."""
    return await _form(visit, str(user_id), saved=bool(enregistre))


@router.post("/administration/utilisateurs/{user_id}")
async def change(form: AnyForm, user_id: UUID) -> Response:
    """Give somebody these rights beside the profile's, and no others."""
    typed, visit = Filled.of(form), form.visit
    if not form.trusted:
        typed.refusal = visit.say("error.form_expired")
        return await _form(visit, str(user_id), typed, version=form.text("version"), status=403)
    path = f"/api/directory/users/{user_id}/rights"
    try:
        await visit.api.call("PUT", path, body=rights_in(form), version=form.text("version"))
    except UpstreamProblem as problem:
        if is_changed(problem):
            return await _form(visit, str(user_id), typed, since=form.text("opened"), status=412)
        refuse(typed, problem)
        return await _form(visit, str(user_id), typed, version=form.text("version"), status=problem.status)
    return RedirectResponse(f"/administration/utilisateurs/{user_id}?enregistre=1", status_code=303)


async def _form(
    visit: Visit,
    user_id: str,
    typed: Filled | None = None,
    *,
    since: str | None = None,
    version: str | None = None,
    saved: bool = False,
    status: int = 200,
) -> Response:
    found = await visit.api.call("GET", f"/api/directory/users/{user_id}/rights")
    changes: Any = []
    profile = await visit.api.get(f"/api/directory/profiles/{found.body['profile_id']}")
    if since is not None:
        changes = await changed_meanwhile(visit, user_id, since)
    return await visit.screen(
        "administration/user.html",
        status=status,
        active="administration",
        person=found.body,
        profile=profile,
        version=version or found.version,
        form=typed or filled_with(found.body["personal"]),
        levels=LEVELS,
        conflict=since is not None,
        changes=changes,
        saved=saved,
        opened=visit.desk.clock.now().isoformat(),
    )
