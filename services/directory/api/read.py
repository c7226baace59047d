"""What people read: who they are, and the structure, people and clients within their reach."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.directory.ports import ClientsWanted, Directory, UsersWanted
from services.directory.schemas.reads import (
    ClientOut,
    ClientPage,
    ClientSummary,
    Me,
    RightsOut,
    UnitList,
    UnitOut,
    UserOut,
    UserPage,
    cursor_after,
    place_of,
)
from services.directory.use_cases.read_people import clients_within_reach, one_client
from shared.rulebook.access import Rights
from shared.runtime.problems import NotFound
from shared.runtime.security import CurrentPrincipal

MOST = 200
_NO_NULL = r"^[^\x00]*$"
Limit = Annotated[int, Query(ge=1, le=MOST, description="Rows of a page")]
After = Annotated[str | None, Query(max_length=2_000, description="`next` of the page before")]
_Search = Annotated[str, Query(max_length=200, pattern=_NO_NULL, description="Words of the name, or the external id")]


def read_router(directory: Directory) -> APIRouter:
    """The reads."""
    router = APIRouter(prefix="/api/directory", tags=["directory"])

    @router.get("/me")
    async def me(principal: CurrentPrincipal) -> Me:
        """Who is asking, with the rights that hold now."""
        if principal.crm:
            return _crm()
        person = await directory.person(principal.user_id)
        if person is None:
            raise NotFound("unknown_user")
        return Me(
            user_id=person.user.id,
            external_id=person.user.external_id,
            name=person.user.name,
            language=person.user.language,
            unit_id=person.user.unit_id,
            unit_name=person.unit_name,
            rights=RightsOut.of(person.rights),
            crm=False,
        )

    @router.get("/clients")
    async def clients(  # noqa: PLR0917  each is a parameter of the query
        principal: CurrentPrincipal,
        search: _Search = "",
        unit: Annotated[UUID | None, Query(description="Only clients of this unit and of those below")] = None,
        advisor: Annotated[UUID | None, Query(description="Only clients of this advisor")] = None,
        segment: Annotated[str | None, Query(max_length=200, pattern=_NO_NULL, description="Only this segment")] = None,
        inactive: Annotated[bool, Query(description="Those whom the CRM no longer has, too")] = False,  # noqa: FBT002
        after: After = None,
        limit: Limit = 50,
    ) -> ClientPage:
        """Clients within reach, in French order."""
        wanted = ClientsWanted(
            search,
            place_of(after),
            limit,
            unit_id=None if unit is None else str(unit),
            advisor_id=None if advisor is None else str(advisor),
            segment=segment,
            inactive=inactive,
        )
        rows = await clients_within_reach(directory, principal, wanted)
        return ClientPage(items=[ClientSummary.of(seen) for _, seen in rows], next=cursor_after(rows, limit))

    @router.get("/clients/{client_id}")
    async def client(principal: CurrentPrincipal, client_id: UUID) -> ClientOut:
        """One client with all that the CRM told; 404 outside the reach."""
        seen = await one_client(directory, principal, str(client_id))
        if seen is None:
            raise NotFound("client_not_found")
        return ClientOut.of(seen)

    @router.get("/users")
    async def users(  # noqa: PLR0917  each is a parameter of the query
        principal: CurrentPrincipal,
        search: _Search = "",
        unit: Annotated[UUID | None, Query(description="Only users of this unit and of those below")] = None,
        manage_campaigns: Annotated[bool, Query(description="Only those who may own a campaign")] = False,  # noqa: FBT002
        inactive: Annotated[bool, Query(description="Those who left, too")] = False,  # noqa: FBT002
        after: After = None,
        limit: Limit = 50,
    ) -> UserPage:
        """People within reach, in French order, for the choice of an advisor or an owner."""
        wanted = UsersWanted(
            search,
            place_of(after),
            limit,
            unit_id=None if unit is None else str(unit),
            manage_campaigns=manage_campaigns,
            inactive=inactive,
        )
        rows = await directory.list_users(principal, wanted)
        return UserPage(items=[UserOut.of(person) for _, person in rows], next=cursor_after(rows, limit))

    @router.get("/units")
    async def units(
        principal: CurrentPrincipal,
        inactive: Annotated[bool, Query(description="Those that were closed, too")] = False,  # noqa: FBT002
    ) -> UnitList:
        """Units within reach, parents before what lies below them."""
        return UnitList(items=[UnitOut.of(unit) for unit in await directory.list_units(principal, inactive=inactive)])

    return router


def _crm() -> Me:
    return Me(
        user_id="crm",
        external_id=None,
        name="CRM",
        language="fr",
        unit_id=None,
        unit_name=None,
        rights=RightsOut.of(Rights()),
        crm=True,
    )
