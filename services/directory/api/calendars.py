"""The deployment's working days: read by everybody, said by an administrator."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.directory.ports import Author, Calendar, Calendars
from services.directory.schemas.calendars import CalendarOut, CalendarPut
from shared.rulebook.access import Action, may
from shared.runtime import errors
from shared.runtime.clock import Clock
from shared.runtime.problems import HTTPProblem
from shared.runtime.security import CurrentPrincipal
from shared.runtime.versions import IfMatch, tag

_Year = Annotated[int | None, Query(ge=2000, le=2100, description="Whose public holidays; this year's when absent")]


def calendar_router(calendars: Calendars, clock: Clock, written: Callable[[], None]) -> APIRouter:
    """The routes; `written` is called after a commit, so that the event leaves at once."""
    router = APIRouter(prefix="/api/directory/calendar", tags=["calendar"])

    @router.get("")
    async def calendar(_: CurrentPrincipal, request: Request, response: Response, year: _Year = None) -> CalendarOut:
        """The closing days, and the public holidays of a year by name. Weekends never count as working days."""
        return _shown(await calendars.kept(), year, request, response)

    @router.put("")
    async def replace(
        principal: CurrentPrincipal, body: CalendarPut, expected: IfMatch, request: Request, response: Response
    ) -> CalendarOut:
        """Another calendar in place of the one seen. Due dates follow, but for steps recorded as late already."""
        may(principal, Action.ADMINISTER)
        wanted = body.calendar(expected)
        if not await calendars.replace(wanted, Author(principal.user_id, clock.now())):
            present = await calendars.kept()
            raise HTTPProblem(412, "version_changed", data={"expected": expected, "present": present.revision})
        written()
        return _shown(wanted, None, request, response)

    def _shown(kept: Calendar, year: int | None, request: Request, response: Response) -> CalendarOut:
        tag(response, kept.revision)
        return CalendarOut.of(kept, year or clock.today().year, errors.language_of(request))

    return router
