"""One's own digest by mail: whether, and in which language."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from services.portal.filled import Filled
from services.portal.forms import AnyForm
from services.portal.frame import Person, Visit
from services.portal.upstream import UpstreamProblem

router = APIRouter(include_in_schema=False)

_PREFERENCES = "/api/notifications/preferences"


@router.get("/preferences/avis")
async def preferences(visit: Person, enregistre: str = "") -> Response:
    """What was chosen."""
    return await _page(visit, saved=bool(enregistre))


@router.post("/preferences/avis")
async def choose(form: AnyForm) -> Response:
    """Choose."""
    typed, visit = Filled.of(form), form.visit
    if not form.trusted:
        typed.refusal = visit.say("error.form_expired")
        return await _page(visit, typed, status=403)
    spoken = form.text("language")
    body = {"digest": bool(form.text("digest")), "language": spoken if spoken in {"fr", "en"} else None}
    try:
        await visit.api.call("PUT", _PREFERENCES, body=body)
    except UpstreamProblem as problem:
        typed.refuse(problem, {"digest_needs_mail": "digest"})
        return await _page(visit, typed, status=problem.status)
    return RedirectResponse("/preferences/avis?enregistre=1", status_code=303)


async def _page(visit: Visit, typed: Filled | None = None, *, saved: bool = False, status: int = 200) -> Response:
    kept = await visit.api.get(_PREFERENCES)
    standing = Filled({"language": kept["language"] or ""}, {"digest": ("1",) if kept["digest"] else ()})
    return await visit.screen("digest.html", status=status, kept=kept, form=typed or standing, saved=saved)
