"""Signing in at the issuer and out again (docs/architecture.md, Rights)."""

import json
import secrets
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from services.portal.forms import SentForm
from services.portal.frame import SESSION_COOKIE, Visit, Visitor, safe_path
from services.portal.issuer import CALLBACK, Attempt, IssuerAwayError, NotSignedInError
from services.portal.sessions import Session
from services.portal.upstream import SignedOutError, Upstream, UpstreamProblem

router = APIRouter(include_in_schema=False)

_ATTEMPT_COOKIE = "jalon_signing_in"
_ATTEMPT_SECONDS = 600
_SHOWN_PEOPLE = 12
_REASONS = frozenset({"unknown_user", "failed", "unavailable", "expired"})


def sign_in_page(visit: Visit, *, wished: str = "/", reason: str | None = None) -> Response:
    """The page that lets people in; `reason` says why they are not."""
    return visit.page(
        "sign_in.html",
        people=_demo_people(visit.desk.settings.jalon_data),
        login=f"/auth/login?{urlencode({'next': wished})}",
        reason=reason if reason in _REASONS else None,
    )


def signed_out(visit: Visit) -> Response:
    """What somebody gets whose session is over: the sign-in page, and then the page they wanted."""
    address = f"/connexion?{urlencode({'next': safe_path(visit.here), 'reason': 'expired'})}"
    answer: Response = RedirectResponse(address, status_code=303)
    if visit.is_scripted:
        answer = Response(status_code=200, headers={"HX-Redirect": address})
    answer.delete_cookie(SESSION_COOKIE)
    return answer


@router.get("/connexion")
def sign_in(visit: Visitor, next: str = "/", reason: str | None = None) -> Response:  # noqa: A002  the address says next
    """The sign-in page."""
    return sign_in_page(visit, wished=safe_path(next), reason=reason)


@router.get("/auth/login")
async def login(visit: Visitor, next: str = "/") -> Response:  # noqa: A002  the address says next
    """To the issuer, remembering what must come back."""
    public = visit.desk.settings.public_url.rstrip("/")
    if visit.request.headers.get("host") != urlsplit(public).netloc:
        # The issuer sends people to our public address: the cookie has to be set there too.
        return RedirectResponse(f"{public}/auth/login?{urlencode({'next': safe_path(next)})}", status_code=303)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    attempt = Attempt(state, nonce, verifier, safe_path(next))
    try:
        address = await visit.desk.issuer.authorization_url(attempt)
    except (IssuerAwayError, NotSignedInError):
        return _again("unavailable", attempt.next)
    answer = RedirectResponse(address, status_code=303)
    sealed = visit.desk.sealer.seal(asdict(attempt), seconds=_ATTEMPT_SECONDS)
    _set(visit, answer, _ATTEMPT_COOKIE, sealed, path="/auth", seconds=_ATTEMPT_SECONDS)
    return answer


@router.get(CALLBACK)
async def callback(
    visit: Visitor,
    code: Annotated[str, Query(max_length=2000)] = "",
    state: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Back from the issuer: the person's session begins."""
    kept = visit.desk.sealer.open(visit.request.cookies.get(_ATTEMPT_COOKIE))
    if kept is None or not code or not secrets.compare_digest(state.encode(), str(kept["state"]).encode()):
        return _again("failed", "/" if kept is None else kept["next"])
    attempt = Attempt(**kept)
    try:
        session = await _begin(visit, code, attempt)
    except NotSignedInError:
        return _again("failed", attempt.next)
    except IssuerAwayError:
        return _again("unavailable", attempt.next)
    except (UpstreamProblem, SignedOutError) as problem:
        return _again("unknown_user" if getattr(problem, "code", "") == "unknown_user" else "unavailable", attempt.next)
    answer = RedirectResponse(attempt.next, status_code=303)
    lifetime = session.expires_at - time.time()
    _set(visit, answer, SESSION_COOKIE, visit.desk.sealer.seal_session(session), path="/", seconds=lifetime)
    answer.delete_cookie(_ATTEMPT_COOKIE, path="/auth")
    return answer


@router.post("/auth/logout")
async def logout(_: SentForm) -> Response:
    """The session ends in this browser."""
    answer = RedirectResponse("/", status_code=303)
    answer.delete_cookie(SESSION_COOKIE)
    return answer


async def _begin(visit: Visit, code: str, attempt: Attempt) -> Session:
    token, seconds = await visit.desk.issuer.redeem(code, attempt)
    me = await Upstream(visit.desk.client, token, visit.language).get("/api/directory/me")
    return Session(
        access_token=token,
        user_id=me["user_id"],
        name=me["name"],
        unit_name=me["unit_name"] or "",
        language=me["language"],
        key=secrets.token_urlsafe(16),
        expires_at=time.time() + seconds,
    )


def _again(reason: str, wished: str) -> Response:
    answer = RedirectResponse(f"/connexion?{urlencode({'next': wished, 'reason': reason})}", status_code=303)
    answer.delete_cookie(_ATTEMPT_COOKIE, path="/auth")
    return answer


def _set(visit: Visit, answer: Response, name: str, value: str, *, path: str, seconds: float) -> None:
    answer.set_cookie(
        name,
        value,
        max_age=int(seconds),
        path=path,
        secure=visit.desk.settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )


def _demo_people(folder: Path | None) -> list[dict[str, Any]]:
    """The people that the demonstration's loader wrote down; nobody elsewhere."""
    path = None if folder is None else folder / "demo-users.json"
    if path is None or not path.exists():
        return []
    people: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return people[:_SHOWN_PEOPLE]
