"""One client: all campaigns with where each stands, the accounts, and the history over all campaigns (spec 5.9)."""

import asyncio
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.filled import Filled
from services.portal.frame import Person, Visit
from services.portal.parts import or_problem
from services.portal.screens.timeline import happenings, titles_of

router = APIRouter(include_in_schema=False)

_CAMPAIGNS = 200
_MOVEMENTS = 50
_HAPPENINGS = 50
TO_BE_GIVEN = ("RUNNING", "UPCOMING")
"""An ended or archived campaign takes no new client (spec 2.2, 2.7)."""


class Tab(StrEnum):
    """The tabs, by their names in addresses."""

    FOLLOW_UPS = "suivi"
    ACCOUNTS = "compte"
    HISTORY = "historique"


@router.get("/contacts/{client_id}")
async def client(
    visit: Person,
    client_id: UUID,
    tab: Annotated[Tab, Query(alias="onglet")] = Tab.FOLLOW_UPS,
    after: Annotated[str | None, Query(alias="apres", max_length=2000)] = None,
) -> Response:
    """The page with one of its tabs."""
    return await client_page(visit, str(client_id), tab, after=after)


async def client_page(
    visit: Visit,
    client_id: str,
    tab: Tab = Tab.FOLLOW_UPS,
    *,
    after: str | None = None,
    form: Filled | None = None,
    status: int = 200,
) -> Response:
    """The page as an answer; `form` is what was typed to add a campaign and could not be done."""
    shown, part = await asyncio.gather(
        visit.api.get(f"/api/directory/clients/{client_id}"), or_problem(_READ[tab](visit, client_id, after))
    )
    return await visit.screen(
        "contacts/client.html",
        status=status,
        active="contacts",
        client=shown,
        tab=tab,
        part=part,
        after=after,
        form=form or Filled(),
        address=f"/contacts/{client_id}?onglet={tab}",
    )


async def _campaigns(visit: Visit, client_id: str, _after: str | None) -> dict[str, Any]:
    """The client's follow-ups, those in progress first, and the campaigns that may be given."""
    followed, known = await asyncio.gather(
        visit.api.get("/api/followups", client_id=client_id, limit=_CAMPAIGNS),
        or_problem(visit.api.get("/api/campaigns", status=list(TO_BE_GIVEN), limit=_CAMPAIGNS)),
    )
    given = {row["campaign_id"] for row in followed["items"] if row["status"] != "WITHDRAWN"}
    return {
        "follow_ups": sorted(followed["items"], key=lambda row: row["status"] not in {"OPEN", "WAITING"}),
        "campaigns": known
        if isinstance(known, Exception)
        else [one for one in known["items"] if one["campaign_id"] not in given],
    }


async def _accounts(visit: Visit, client_id: str, after: str | None) -> dict[str, Any]:
    path = f"/api/directory/clients/{client_id}"
    accounts, movements = await asyncio.gather(
        visit.api.get(f"{path}/accounts", inactive=True, limit=_CAMPAIGNS),
        visit.api.get(f"{path}/transactions", after=after, limit=_MOVEMENTS),
    )
    return {"accounts": accounts["items"], "transactions": movements["items"], "next": movements["next"]}


async def _history(visit: Visit, client_id: str, after: str | None) -> dict[str, Any]:
    """The timeline over all campaigns; steps are named by the definitions as they are now."""
    followed, line = await asyncio.gather(
        visit.api.get("/api/followups", client_id=client_id, limit=_CAMPAIGNS),
        visit.api.get(f"/api/followups/clients/{client_id}/timeline", after=after, limit=_HAPPENINGS),
    )
    campaigns = {row["follow_up_id"]: row["campaign_name"] for row in followed["items"]}
    needed = list(dict.fromkeys(item["follow_up_id"] for item in line["items"] if item["step_id"]))
    whole = await asyncio.gather(*(visit.api.get_or_none(f"/api/followups/{one}") for one in needed))
    titles = {one: {} if found is None else titles_of(found["steps"]) for one, found in zip(needed, whole, strict=True)}
    lines = [
        (item["follow_up_id"], happenings([item], titles.get(item["follow_up_id"], {}), visit.say)[0])
        for item in line["items"]
    ]
    of_none = {
        item["follow_up_id"]: item["data"]["campaign"]
        for item in line["items"]
        if item["code"] == "follow_up_unknown" and "campaign" in (item["data"] or {})
    }
    without = {one: name for one, name in of_none.items() if one not in campaigns}
    return {"lines": lines, "campaigns": campaigns, "without": without, "next": line["next"]}


_READ = {Tab.FOLLOW_UPS: _campaigns, Tab.ACCOUNTS: _accounts, Tab.HISTORY: _history}
