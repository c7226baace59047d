"""Who changed which rights, units, profiles and people, when, and through which door."""

from datetime import date
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.filled import Filled
from services.portal.frame import Person
from services.portal.screens.administration.parts import with_differences

router = APIRouter(include_in_schema=False)

_PAGE = 25
Day = Annotated[str, Query(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]
Subject = Annotated[UUID | None, Query(alias="objet")]
Before = Annotated[int | None, Query(alias="apres", ge=1, lt=2**63)]


@router.get("/administration/historique")
async def audit(
    visit: Person, subject: Subject = None, depuis: Day = "", jusqu_au: Day = "", before: Before = None
) -> Response:
    """A page of the audit, the latest first."""
    page = await visit.api.get(
        "/api/directory/audit",
        subject=subject,
        before=before,
        limit=_PAGE,
        **{"from": _day(depuis), "to": _day(jusqu_au)},
    )
    chosen = {"objet": str(subject or ""), "depuis": depuis, "jusqu_au": jusqu_au}
    kept = urlencode({name: value for name, value in chosen.items() if value})
    return await visit.screen(
        "administration/audit.html",
        active="administration",
        changes=[with_differences(one) for one in page["items"]],
        next=None if page["next"] is None else str(page["next"]),
        after=before,
        subject=subject,
        form=Filled(chosen),
        address="/administration/historique" + (f"?{kept}" if kept else ""),
    )


def _day(text: str) -> str | None:
    """The day, or None when there is none such."""
    try:
        return date.fromisoformat(text).isoformat() if text else None
    except ValueError:
        return None
