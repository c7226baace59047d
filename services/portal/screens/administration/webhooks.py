"""Webhooks: who is told which events, the secret shown once, the log of deliveries, and sending again (spec 6.4)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from services.portal.filled import Filled
from services.portal.forms import AnyForm, Sent, SentForm
from services.portal.frame import Person, Visit
from services.portal.screens.administration.parts import is_changed, refuse
from services.portal.upstream import UpstreamProblem

router = APIRouter(include_in_schema=False)

_WEBHOOKS = "/api/notifications/webhooks"
_HERE = "/administration/webhooks"
EVENTS = (
    "campaigns.followup.fact_recorded.v1",
    "campaigns.followup.signal_decided.v1",
    "campaigns.campaign.defined.v1",
    "campaigns.campaign.moment.v1",
)
STATES = ("PENDING", "DELIVERED", "FAILED")
_FIELDS = {
    "name": "name",
    "url": "url",
    "event_types": "event_types",
    "webhook_name_taken": "name",
    "webhook_url_invalid": "url",
    "webhook_needs_https": "url",
    "webhook_address_not_allowed": "url",
}
State = Annotated[Literal["PENDING", "DELIVERED", "FAILED"] | None, Query(alias="etat")]
After = Annotated[int | None, Query(alias="apres", ge=0, lt=2**63)]
Replayed = Annotated[int | None, Query(alias="renvoyes", ge=0, le=10**9)]


@router.get(_HERE)
async def webhooks(visit: Person) -> Response:
    """All subscriptions."""
    found = await visit.api.get(_WEBHOOKS)
    return await visit.screen("administration/webhooks.html", active="administration", webhooks=found["items"])


@router.get(f"{_HERE}/nouveau")
async def new_webhook(visit: Person) -> Response:
    """A form for another one."""
    await visit.api.get(_WEBHOOKS)  # whoever may not see subscriptions gets no form
    return await _form(visit, Filled())


@router.post(f"{_HERE}/nouveau")
async def create(form: AnyForm) -> Response:
    """Subscribe, and show the secret this once."""
    typed = _checked(form)
    if not typed.is_wrong:
        try:
            made = await form.visit.api.post(_WEBHOOKS, _wanted(form))
        except UpstreamProblem as problem:
            refuse(typed, problem, _FIELDS)
        else:
            return await _secret(form.visit, made.body["webhook"], made.body["secret"])
    return await _form(form.visit, typed, status=422)


@router.get(f"{_HERE}/{{webhook_id}}")
async def webhook(
    visit: Person, webhook_id: UUID, state: State = None, after: After = None, replayed: Replayed = None
) -> Response:
    """One subscription and its log."""
    return await _one(visit, str(webhook_id), state=state, after=after, replayed=replayed)


@router.post(f"{_HERE}/{{webhook_id}}")
async def change(form: AnyForm, webhook_id: UUID) -> Response:
    """Another address or other events, a pause or its end."""
    typed, path = _checked(form), f"{_WEBHOOKS}/{webhook_id}"
    conflict = False
    if not typed.is_wrong:
        try:
            await form.visit.api.call("PUT", path, body=_wanted(form), version=form.text("version"))
        except UpstreamProblem as problem:
            conflict = is_changed(problem)
            if not conflict:
                refuse(typed, problem, _FIELDS)
        else:
            return RedirectResponse(f"{_HERE}/{webhook_id}", status_code=303)
    version = None if conflict else form.text("version")
    return await _one(form.visit, str(webhook_id), typed=typed, version=version, conflict=conflict, status=422)


@router.post(f"{_HERE}/{{webhook_id}}/secret")
async def rotate(form: SentForm, webhook_id: UUID) -> Response:
    """Another secret, shown this once."""
    hours = form.text("overlap_hours")
    body = {"overlap_hours": int(hours)} if hours.isascii() and hours.isdigit() else {}
    path = f"{_WEBHOOKS}/{webhook_id}"
    made = await form.visit.api.post(f"{path}/secret", body)
    return await _secret(form.visit, await form.visit.api.get(path), made.body["secret"])


@router.post(f"{_HERE}/{{webhook_id}}/supprimer")
async def delete(form: SentForm, webhook_id: UUID) -> Response:
    """Unsubscribe."""
    await form.visit.api.call("DELETE", f"{_WEBHOOKS}/{webhook_id}")
    return RedirectResponse(_HERE, status_code=303)


@router.post(f"{_HERE}/{{webhook_id}}/renvoyer")
async def replay(form: SentForm, webhook_id: UUID) -> Response:
    """Send one delivery again, or all since a moment."""
    path, number = f"{_WEBHOOKS}/{webhook_id}", form.text("delivery_id")
    if number.isascii() and number.isdigit():
        answer = await form.visit.api.post(f"{path}/deliveries/{number}/replay")
    else:
        since = _moment(form)
        if since is None:
            typed = Filled(errors={"since": form.visit.say("form.moment_invalid")})
            return await _one(form.visit, str(webhook_id), replaying=typed, status=422)
        answer = await form.visit.api.post(f"{path}/replay", {"since": since})
    return RedirectResponse(f"{_HERE}/{webhook_id}?renvoyes={answer.body['replayed']}", status_code=303)


def _moment(form: Sent) -> str | None:
    try:
        given = datetime.fromisoformat(form.text("since"))
    except ValueError:
        return None
    return given.replace(tzinfo=given.tzinfo or form.visit.desk.settings.zone).isoformat()


def _checked(form: Sent) -> Filled:
    typed, say = Filled.of(form), form.visit.say
    for name in ("name", "url"):
        if not form.text(name):
            typed.errors[name] = say("admin.required")
    if not form.texts("event_types"):
        typed.errors["event_types"] = say("webhook.events_missing")
    if not form.trusted:
        typed.refusal = say("error.form_expired")
    return typed


def _wanted(form: Sent) -> dict[str, Any]:
    state = "PAUSED" if form.text("paused") else "ACTIVE"
    events = [one for one in EVENTS if one in form.texts("event_types")]
    return {"name": form.text("name"), "url": form.text("url"), "event_types": events, "state": state}


def _standing(webhook: Mapping[str, Any]) -> Filled:
    lists = {"event_types": webhook["event_types"], "paused": ("1",) if webhook["state"] == "PAUSED" else ()}
    return Filled({"name": webhook["name"], "url": webhook["url"]}, lists)


async def _form(visit: Visit, form: Filled, *, status: int = 200) -> Response:
    return await visit.screen(
        "administration/webhook_new.html", status=status, active="administration", form=form, events=EVENTS
    )


async def _secret(visit: Visit, webhook: Mapping[str, Any], secret: str) -> Response:
    return await visit.screen(
        "administration/webhook_secret.html",
        active="administration",
        headers={"Cache-Control": "no-store"},
        webhook=webhook,
        secret=secret,
    )


async def _one(
    visit: Visit,
    webhook_id: str,
    *,
    state: str | None = None,
    after: int | None = None,
    replayed: int | None = None,
    typed: Filled | None = None,
    replaying: Filled | None = None,
    version: str | None = None,
    conflict: bool = False,
    status: int = 200,
) -> Response:
    path = f"{_WEBHOOKS}/{webhook_id}"
    found = await visit.api.call("GET", path)
    log = await visit.api.get(f"{path}/deliveries", state=state, after=after, limit=25)
    return await visit.screen(
        "administration/webhook.html",
        status=status,
        active="administration",
        webhook=found.body,
        version=version or found.version,
        form=typed or _standing(found.body),
        replaying=replaying or Filled(),
        events=EVENTS,
        conflict=conflict,
        deliveries=log["items"],
        next=None if log["next"] is None else str(log["next"]),
        after=after,
        state=state,
        states=STATES,
        replayed=replayed,
        address=f"{_HERE}/{webhook_id}" + (f"?etat={state}" if state else ""),
    )
