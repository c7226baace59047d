"""Appointments as files, and calendar feeds at secret addresses."""

from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Request, Response

from services.followup.api.door import WITH_ACCESS
from services.followup.api.paths import UuidText
from services.followup.schemas.calendar_files import calendar_file
from services.followup.schemas.feeds import FeedAddressOut, FeedOut
from services.followup.use_cases.calendar_feed import CalendarFeeds
from shared.rulebook.access import Principal
from shared.rulebook.errors import Forbidden
from shared.runtime.errors import language_of
from shared.runtime.security import CurrentPrincipal

_MEDIA_TYPE = "text/calendar; charset=utf-8"
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "An iCalendar file", "content": {"text/calendar": {"schema": {"type": "string"}}}}
}
_Key = Annotated[str, Path(pattern=r"^(#[0-9]{1,10}|[A-Za-z0-9_-]{1,36})$")]


def feed_routes(feeds: CalendarFeeds, public_url: str) -> APIRouter:
    """The routes; before those that begin with an id."""
    router = APIRouter(prefix="/api/followups", tags=["calendars"])

    @router.get("/calendar-feed")
    async def present(principal: CurrentPrincipal) -> FeedOut:
        """Whether the caller's calendar has an address; the address itself is not kept."""
        feed = await feeds.present(_user(principal))
        return FeedOut(present=feed is not None, made_at=None if feed is None else feed.made_at)

    @router.post("/calendar-feed", status_code=201)
    async def renew(principal: CurrentPrincipal) -> FeedAddressOut:
        """A new secret address of the caller's calendar, told this once; the one before leads nowhere any more."""
        made = await feeds.renew(_user(principal))
        address = f"{public_url.rstrip('/')}/api/followups/calendars/{made.secret}.ics"
        return FeedAddressOut(address=address, made_at=made.feed.made_at)

    @router.delete("/calendar-feed", status_code=204)
    async def revoke(principal: CurrentPrincipal) -> None:
        """The caller's address leads nowhere from now on."""
        await feeds.revoke(_user(principal))

    @router.get("/calendars/{secret}.ics", response_class=Response, responses={**_FILE, 304: {"description": "Same"}})
    async def read(
        secret: str, request: Request, if_none_match: Annotated[str | None, Header(max_length=1000)] = None
    ) -> Response:
        """The calendar at a secret address, which is all that is asked for; read with its owner's present rights.

        From 30 days ago to a year ahead: appointments that are not cancelled, and days set for what is to be done.
        """
        content = calendar_file(await feeds.read(secret), language_of(request))
        tag = f'"{sha256(content).hexdigest()}"'
        headers = {
            "ETag": tag,
            "Cache-Control": "private, no-cache",
            "Vary": "Accept-Language",
            "X-Robots-Tag": "noindex",
        }
        if _names(if_none_match, tag):
            return Response(status_code=304, headers=headers)
        return Response(content, media_type=_MEDIA_TYPE, headers=headers)

    @router.get(
        "/{follow_up_id}/interactions/{key}/appointment.ics",
        response_class=Response,
        responses=_FILE,
        dependencies=WITH_ACCESS,
    )
    async def appointment(follow_up_id: UuidText, key: _Key, principal: CurrentPrincipal, request: Request) -> Response:
        """One appointment with its moment, by the key that interactions are shown with (`#` written as `%23`)."""
        entry = await feeds.appointment(principal, follow_up_id, key)
        content = calendar_file([entry], language_of(request))
        headers = {"Content-Disposition": 'attachment; filename="appointment.ics"', "Vary": "Accept-Language"}
        return Response(content, media_type=_MEDIA_TYPE, headers=headers)

    return router


def _user(principal: Principal) -> Principal:
    """The host CRM has no calendar."""
    if principal.crm:
        raise Forbidden("right_missing", {"missing": "user"})
    return principal


def _names(if_none_match: str | None, tag: str) -> bool:
    given = [one.strip().removeprefix("W/") for one in (if_none_match or "").split(",")]
    return tag in given or "*" in given
