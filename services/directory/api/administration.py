"""The administration of profiles and personal rights, and the audit of who changed what."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from services.directory.api.put import importer
from services.directory.api.read import Limit
from services.directory.ports import AuditWanted, Author, Directory, Door
from services.directory.schemas.administration import (
    AuditPage,
    ChangeOut,
    PersonRights,
    ProfileChange,
    ProfileList,
    ProfileOut,
)
from services.directory.schemas.puts import RightsInput, rights_of
from services.directory.use_cases import administer
from shared.runtime.clock import Clock
from shared.runtime.security import CurrentPrincipal
from shared.runtime.versions import IfMatch, tag

_Subject = Annotated[UUID | None, Query(description="Only changes of this unit, profile or user")]
_Actor = Annotated[
    str | None,
    Query(
        pattern="^(crm|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$",
        description="Only changes by this user; `crm` for the CRM",
    ),
]
_Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 12, 31))]
_Since = Annotated[_Day | None, Query(alias="from", description="The first day, in the deployment's zone")]
_Until = Annotated[_Day | None, Query(alias="to", description="The last day, in the deployment's zone")]
_Before = Annotated[int | None, Query(ge=1, lt=2**63, description="`next` of the page before")]


def administration_router(directory: Directory, clock: Clock, written: Callable[[], None]) -> APIRouter:
    """The routes; `written` is called after each commit, so that what was written leaves at once."""
    router = APIRouter(prefix="/api/directory", tags=["administration"])
    _profiles(router, directory, lambda by: Author(by, clock.now(), Door.ADMINISTRATION), written)
    _rights(router, directory, lambda by: Author(by, clock.now(), Door.ADMINISTRATION), written)
    _audit(router, directory, clock)
    return router


def _profiles(
    router: APIRouter, directory: Directory, author: Callable[[str], Author], written: Callable[[], None]
) -> None:
    @router.get("/profiles", dependencies=[Depends(importer)])
    async def profiles(
        inactive: Annotated[bool, Query(description="Those that are out of use, too")] = False,  # noqa: FBT002
    ) -> ProfileList:
        """Every profile, in French order."""
        known = await directory.list_profiles()
        return ProfileList(items=[ProfileOut.of(profile) for profile in known if profile.active or inactive])

    @router.get("/profiles/{profile_id}", dependencies=[Depends(importer)])
    async def profile(profile_id: UUID, response: Response) -> ProfileOut:
        """One profile, with its revision as ETag."""
        found = await administer.profile(directory, str(profile_id))
        tag(response, found.revision)
        return ProfileOut.of(found)

    @router.put("/profiles/{profile_id}", dependencies=[Depends(importer)])
    async def change_profile(
        principal: CurrentPrincipal, profile_id: UUID, body: ProfileChange, seen: IfMatch, response: Response
    ) -> ProfileOut:
        """Change a profile; its rights hold within a second for all who have it. New ones come by the bulk put."""
        saved = await administer.change_profile(
            directory,
            str(profile_id),
            name=body.name,
            rights=rights_of(body),
            active=body.active,
            seen=seen,
            author=author(principal.user_id),
        )
        written()
        tag(response, saved.revision)
        return ProfileOut.of(saved)

    @router.delete("/profiles/{profile_id}", status_code=204, dependencies=[Depends(importer)])
    async def delete_profile(principal: CurrentPrincipal, profile_id: UUID, seen: IfMatch) -> None:
        """Delete a profile that nobody has, nobody who left either; put others out of use with `active`."""
        await administer.delete_profile(directory, str(profile_id), seen=seen, author=author(principal.user_id))
        written()


def _rights(
    router: APIRouter, directory: Directory, author: Callable[[str], Author], written: Callable[[], None]
) -> None:
    @router.get("/users/{user_id}/rights", dependencies=[Depends(importer)])
    async def rights(user_id: UUID, response: Response) -> PersonRights:
        """What the profile gives, what the user has beside, and the union, which holds; the revision as ETag."""
        person = await administer.person(directory, str(user_id))
        tag(response, person.user.revision)
        return PersonRights.of(person)

    @router.put("/users/{user_id}/rights", dependencies=[Depends(importer)])
    async def change_rights(
        principal: CurrentPrincipal, user_id: UUID, body: RightsInput, seen: IfMatch, response: Response
    ) -> PersonRights:
        """Give a user these rights beside the profile's, and no others; they hold within a second."""
        person = await administer.change_rights(
            directory, str(user_id), rights_of(body), seen=seen, author=author(principal.user_id)
        )
        written()
        tag(response, person.user.revision)
        return PersonRights.of(person)


def _audit(router: APIRouter, directory: Directory, clock: Clock) -> None:
    @router.get("/audit")
    async def audit(  # noqa: PLR0917  each is a parameter of the query
        principal: CurrentPrincipal,
        subject: _Subject = None,
        actor: _Actor = None,
        since: _Since = None,
        until: _Until = None,
        before: _Before = None,
        limit: Limit = 50,
    ) -> AuditPage:
        """Who changed which rights, units, profiles and users, when and through which door; the latest first."""
        wanted = AuditWanted(
            subject_id=None if subject is None else str(subject),
            author=actor,
            since=None if since is None else clock.midnight(since),
            until=None if until is None else clock.midnight(until + timedelta(days=1)),
            before_number=before,
            limit=limit,
        )
        rows = await administer.rights_changes(directory, principal, wanted)
        return AuditPage(
            items=[ChangeOut.of(row) for row in rows], next=rows[-1].number if len(rows) == limit else None
        )
