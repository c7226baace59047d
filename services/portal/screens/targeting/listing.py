"""The targeted clients: by state and advisor, and many of them changed or withdrawn at once."""

import asyncio
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.filled import Filled
from services.portal.forms import SentForm
from services.portal.frame import Person, Visit
from services.portal.parts import or_problem
from services.portal.screens.queries.sheet import address
from services.portal.screens.targeting.asking import LARGEST, api, ask, read_target, screen

router = APIRouter(include_in_schema=False)

STATES = ("WAITING", "OPEN", "CONCLUDED", "WITHDRAWN", "ARCHIVED")
SORTS = ("potential", "entry_date", "client")
_ROWS = 100
_WRONG = 422
State = Annotated[Literal["WAITING", "OPEN", "CONCLUDED", "WITHDRAWN", "ARCHIVED", ""], Query(alias="etat")]
Advisor = Annotated[UUID | Literal[""], Query(alias="conseiller")]
Words = Annotated[str, Query(alias="q", max_length=200)]
Sort = Annotated[Literal["potential", "entry_date", "client"], Query(alias="tri")]
After = Annotated[str | None, Query(alias="apres", max_length=2000)]


@router.get("/operations/{campaign_id}/clients")
async def clients(  # noqa: PLR0917  each is a parameter of the query
    visit: Person,
    campaign_id: UUID,
    state: State = "",
    advisor: Advisor = "",
    words: Words = "",
    sort: Sort = "potential",
    after: After = None,
) -> Response:
    """A page of the campaign's clients within reach."""
    chosen = {"etat": state, "conseiller": str(advisor), "q": words.replace("\0", "").strip(), "tri": sort}
    return await _page(visit, campaign_id, chosen, after)


@router.post("/operations/{campaign_id}/clients", max_body_size=LARGEST)
async def change(form: SentForm, campaign_id: UUID) -> Response:
    """Give the ticked ones another potential or entry date, or withdraw them."""
    typed, ids = Filled.of(form), form.texts("client")
    if not ids:
        typed.refusal = form.visit.say("targeting.tick_some")
    elif form.text("faire") == "retirer":
        rows = [{"client_id": one} for one in ids]
        if done := await ask(form, typed, campaign_id, "/clients/withdraw", {"clients": rows}):
            return done
    else:
        wanted = read_target(form, typed)
        if not wanted and not typed.is_wrong:
            typed.refusal = form.visit.say("targeting.change_something")
        rows = [{"client_id": one, **wanted} for one in ids]
        if not typed.is_wrong and (done := await ask(form, typed, campaign_id, "/clients/change", {"clients": rows})):
            return done
    chosen = {name: form.text(name) for name in ("etat", "conseiller", "q", "tri")}
    return await _page(form.visit, campaign_id, chosen, form.text("apres") or None, form=typed)


async def _page(
    visit: Visit, campaign_id: UUID, chosen: dict[str, str], after: str | None, form: Filled | None = None
) -> Response:
    wanted = {
        "state": chosen["etat"] or None,
        "advisor_id": chosen["conseiller"] or None,
        "search": chosen["q"] or None,
        "sort": chosen["tri"],
    }
    kept = {name: value for name, value in chosen.items() if (name, value) != ("tri", SORTS[0])}
    return await screen(
        visit,
        "list",
        campaign_id,
        form=form,
        status=_WRONG if form else 200,
        page=visit.api.get(api(campaign_id, "/clients"), **wanted, after=after, limit=_ROWS),
        advisors=_advisors(visit),
        jobs=or_problem(_jobs(visit, campaign_id)),
        states=STATES,
        sorts=SORTS,
        chosen=chosen,
        after=after,
        address=address(f"/operations/{campaign_id}/clients", **kept),
    )


async def _jobs(visit: Visit, campaign_id: UUID) -> dict[str, Any]:
    """The latest jobs, and the very latest as `under_way` where it has not ended."""
    found = await visit.api.get(api(campaign_id, "/jobs"), limit=3)
    latest = found["items"][0] if found["items"] else None
    told = latest and await visit.api.get_or_none(api(campaign_id, f"/jobs/{latest['job_id']}"), limit=0)
    return {**found, "under_way": told if told and told["state"] != "DONE" else None}


async def _advisors(visit: Visit) -> list[dict[str, Any]]:
    """Those within reach, to choose from; the list can be read without them."""
    await asyncio.sleep(0)
    found = await visit.api.get_or_none("/api/directory/users", limit=200)
    return [] if found is None else list(found["items"])
