"""Clients are added one by one: searched, ticked, with a potential and an entry date."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.filled import Filled
from services.portal.forms import SentForm
from services.portal.frame import Person, Visit
from services.portal.screens.queries.sheet import address
from services.portal.screens.targeting.asking import LARGEST, ask, read_target, screen

router = APIRouter(include_in_schema=False)

_ROWS = 50
_WRONG = 422


@router.get("/operations/{campaign_id}/clients/ajouter")
async def pick(
    visit: Person,
    campaign_id: UUID,
    words: Annotated[str, Query(alias="q", max_length=200)] = "",
    after: Annotated[str | None, Query(alias="apres", max_length=2000)] = None,
) -> Response:
    """The clients within reach whose names hold the words."""
    return await _page(visit, campaign_id, words, after)


@router.post("/operations/{campaign_id}/clients/ajouter", max_body_size=LARGEST)
async def add(form: SentForm, campaign_id: UUID) -> Response:
    """Add the ticked ones."""
    typed, ids = Filled.of(form), form.texts("client")
    wanted = read_target(form, typed)
    if not ids:
        typed.refusal = form.visit.say("targeting.tick_some")
    rows = [{"client_id": one, **wanted} for one in ids]
    if not typed.is_wrong and (done := await ask(form, typed, campaign_id, "/clients", {"clients": rows})):
        return done
    return await _page(form.visit, campaign_id, form.text("q"), form.text("apres") or None, form=typed)


async def _page(visit: Visit, campaign_id: UUID, words: str, after: str | None, form: Filled | None = None) -> Response:
    words = words.replace("\0", "").strip()
    return await screen(
        visit,
        "pick",
        campaign_id,
        form=form,
        status=_WRONG if form else 200,
        page=visit.api.get("/api/directory/clients", search=words, after=after, limit=_ROWS),
        words=words,
        after=after,
        address=address(f"/operations/{campaign_id}/clients/ajouter", q=words),
    )
