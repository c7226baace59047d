"""What the forms of a campaign's clients share: the campaign, a potential, an entry date, the job asked for."""

import asyncio
import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from fastapi.responses import RedirectResponse, Response

from services.portal.filled import Filled
from services.portal.forms import Sent
from services.portal.frame import Visit
from services.portal.upstream import UpstreamProblem
from shared.rulebook.errors import Invalid
from shared.rulebook.money import parse_money
from shared.runtime import messages

LARGEST = 32 << 20
MOST_SHOWN = 100
FIELDS = {
    "entry_date_out_of_range": "entree",
    "entry_date_or_spread": "entree",
    "potential_negative": "potentiel",
    "amount_negative": "potentiel",
}
"""Code of a refusal → the field that it is about."""


def api(campaign_id: UUID, rest: str = "") -> str:
    """The campaign in the API."""
    return f"/api/campaigns/{campaign_id}{rest}"


async def screen(
    visit: Visit, template: str, campaign_id: UUID, *, form: Filled | None = None, status: int = 200, **values: Any
) -> Response:
    """A page of the campaign's clients; coroutines among the values are awaited together with the campaign."""
    waiting = {name: value for name, value in values.items() if asyncio.iscoroutine(value)}
    campaign, *found = await asyncio.gather(visit.api.get(api(campaign_id)), *waiting.values())
    return await visit.screen(
        f"targeting/{template}.html",
        status=status,
        active="campaigns",
        campaign=campaign,
        path=f"/operations/{campaign_id}",
        form=form or Filled(),
        key=str(uuid.uuid4()) if form is None else form.value("key", uuid.uuid4()),
        **{**values, **dict(zip(waiting, found, strict=True))},
    )


def read_target(form: Sent, typed: Filled) -> dict[str, str]:
    """The potential and the entry date as the API takes them; what cannot be read is said at its field."""
    wanted = {}
    if typed.value("potentiel"):
        try:
            wanted["potential"] = str(parse_money(typed.value("potentiel")))
        except Invalid as error:
            typed.errors["potentiel"] = messages.say(error.code, form.visit.language, error.data, status=422)
    if typed.value("entree"):
        try:
            wanted["entry_date"] = date.fromisoformat(typed.value("entree")).isoformat()
        except ValueError:
            typed.errors["entree"] = form.visit.say("form.day_invalid")
    return wanted


async def ask(form: Sent, typed: Filled, campaign_id: UUID, rest: str, body: Mapping[str, Any]) -> Response | None:
    """To the job that does it, or None with the refusal in the form."""
    try:
        answer = await form.visit.api.post(api(campaign_id, rest), {**body, "key": typed.value("key") or None})
    except UpstreamProblem as problem:
        typed.refuse(problem, FIELDS)
        return None
    return to_job(campaign_id, answer.body["job_id"])


def to_job(campaign_id: UUID, job_id: str) -> Response:
    """To the page of the job."""
    return RedirectResponse(f"/operations/{campaign_id}/travaux/{job_id}", status_code=303)


def said(visit: Visit, reason: str) -> str:
    """Why an item had no effect, where the sentence needs no value; else its code."""
    sentence = messages.MESSAGES.get(reason, ("{}", "{}"))[visit.language == "en"]
    return reason if "{" in sentence else sentence
