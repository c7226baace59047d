"""Profiles: the rights that many people share (spec 1.2)."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from services.portal.filled import Filled
from services.portal.forms import AnyForm, Sent, SentForm
from services.portal.frame import Person, Visit
from services.portal.screens.administration.parts import (
    LEVELS,
    changed_meanwhile,
    filled_with,
    is_changed,
    refuse,
    rights_in,
)
from services.portal.upstream import UpstreamProblem

router = APIRouter(include_in_schema=False)

_PROFILES = "/api/directory/profiles"
_HERE = "/administration"
_FIELDS = {"name": "name", "access_level": "access_level"}


@router.get("/administration")
async def profiles(visit: Person, enregistre: str = "", supprime: str = "") -> Response:
    """Every profile, those out of use too."""
    found = await visit.api.get(_PROFILES, inactive="true")
    return await visit.screen(
        "administration/profiles.html",
        active="administration",
        profiles=found["items"],
        saved=next((one for one in found["items"] if one["profile_id"] == enregistre), None),
        deleted=bool(supprime),
    )


@router.get("/administration/profils/nouveau")
async def new_profile(visit: Person) -> Response:
    """A form for another one."""
    await visit.api.get(_PROFILES)  # whoever may not see profiles gets no form
    return await _form(visit, None, Filled({"access_level": "OWN"}))


@router.post("/administration/profils/nouveau")
async def create(form: AnyForm) -> Response:
    """Another profile, unless there is one with its identifier."""
    typed, visit = Filled.of(form), form.visit
    _require(typed, visit, "external_id", "name")
    known = await visit.api.get(_PROFILES, inactive="true")
    if any(one["external_id"] == typed.value("external_id") for one in known["items"]):
        typed.errors["external_id"] = visit.say("admin.profile_known")
    if not form.trusted:
        typed.refusal = visit.say("error.form_expired")
    if not typed.is_wrong:
        named = {"external_id": typed.value("external_id"), "name": typed.value("name")}
        answer = await _tried(visit, typed, "PUT", _PROFILES, {"items": [{**named, **rights_in(form)}]})
        if answer is not None and answer["errors"]:
            typed.refusal = answer["errors"][0]["detail"]
        elif answer is not None:
            return RedirectResponse(_HERE, status_code=303)
    return await _form(visit, None, typed, status=422)


@router.get("/administration/profils/{profile_id}")
async def profile(visit: Person, profile_id: UUID) -> Response:
    """One profile with its rights."""
    return await _form(visit, str(profile_id))


@router.post("/administration/profils/{profile_id}")
async def change(form: AnyForm, profile_id: UUID) -> Response:
    """Another name or other rights, which hold within a second."""
    typed, visit = Filled.of(form), form.visit
    _require(typed, visit, "name")
    if not form.trusted:
        typed.refusal = visit.say("error.form_expired")
    if not typed.is_wrong:
        body = {"name": typed.value("name"), "active": bool(form.text("active")), **rights_in(form)}
        path = f"{_PROFILES}/{profile_id}"
        try:
            await visit.api.call("PUT", path, body=body, version=form.text("version"))
        except UpstreamProblem as problem:
            if is_changed(problem):
                return await _form(visit, str(profile_id), typed, since=form.text("opened"), status=412)
            refuse(typed, problem, _FIELDS)
        else:
            return RedirectResponse(f"{_HERE}?enregistre={profile_id}", status_code=303)
    return await _form(visit, str(profile_id), typed, version=form.text("version"), status=422)


@router.post("/administration/profils/{profile_id}/supprimer")
async def delete(form: SentForm, profile_id: UUID) -> Response:
    """Delete one that nobody has."""
    try:
        await form.visit.api.call("DELETE", f"{_PROFILES}/{profile_id}", version=form.text("version"))
    except UpstreamProblem as problem:
        return await _not_deleted(form, str(profile_id), problem)
    return RedirectResponse(f"{_HERE}?supprime=1", status_code=303)


async def _not_deleted(form: Sent, profile_id: str, problem: UpstreamProblem) -> Response:
    found = await form.visit.api.get(f"{_PROFILES}/{profile_id}")
    typed = _of(found)
    typed.refuse(problem)
    return await _form(form.visit, profile_id, typed, status=problem.status)


def _require(typed: Filled, visit: Visit, *names: str) -> None:
    for name in names:
        if not typed.value(name):
            typed.errors[name] = visit.say("admin.required")


async def _tried(visit: Visit, typed: Filled, method: str, path: str, body: object) -> Any:
    try:
        return (await visit.api.call(method, path, body=body)).body
    except UpstreamProblem as problem:
        refuse(typed, problem, _FIELDS)
        return None


def _of(profile: dict[str, Any]) -> Filled:
    form = filled_with(profile["rights"], name=profile["name"])
    form.lists = {**form.lists, "active": ("1",) if profile["active"] else ()}
    return form


async def _form(
    visit: Visit,
    profile_id: str | None,
    typed: Filled | None = None,
    *,
    since: str | None = None,
    version: str | None = None,
    status: int = 200,
) -> Response:
    """The form of one profile, or of a new one; with `since`, what others changed since it was opened."""
    found: Any = None
    changes: Any = []
    if profile_id is not None:
        found = await visit.api.call("GET", f"{_PROFILES}/{profile_id}")
    if profile_id is not None and since is not None:
        changes = await changed_meanwhile(visit, profile_id, since)
    return await visit.screen(
        "administration/profile.html",
        status=status,
        active="administration",
        profile=None if found is None else found.body,
        version=version or (None if found is None else found.version),
        form=typed or _of(found.body),
        levels=LEVELS,
        conflict=since is not None,
        changes=changes,
        opened=visit.desk.clock.now().isoformat(),
    )
