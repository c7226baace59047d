"""What the CRM, or an administrator, puts: thousands of rows in one call, each judged alone."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from fastapi import APIRouter, Depends

from services.directory.ports import Client, Directory, Profile, Unit, User
from services.directory.schemas.puts import (
    MAX_BODY_BYTES,
    ClientInput,
    ClientsPut,
    ProfileInput,
    ProfilesPut,
    PutAnswer,
    RightsInput,
    RowProblem,
    UnitInput,
    UnitsPut,
    UserInput,
    UsersPut,
    read_rows,
)
from services.directory.use_cases.bulk import Given, Outcome
from services.directory.use_cases.put_people import put_clients, put_users
from services.directory.use_cases.put_structure import put_profiles, put_units
from shared.rulebook import ids
from shared.rulebook.access import Action, Rights, may
from shared.runtime.clock import Clock
from shared.runtime.security import CurrentPrincipal

In = TypeVar("In", UnitInput, ProfileInput, UserInput, ClientInput)
Item = TypeVar("Item", Unit, Profile, User, Client)


def _importer(principal: CurrentPrincipal) -> None:
    may(principal, Action.IMPORT_FROM_CRM)


def put_router(directory: Directory, clock: Clock, written: Callable[[], None]) -> APIRouter:
    """The four bulk upserts; `written` is called after each commit, so that what was written leaves at once."""
    router = APIRouter(prefix="/api/directory", tags=["import"], dependencies=[Depends(_importer)])

    @router.put("/units", max_body_size=MAX_BODY_BYTES)
    async def units(body: UnitsPut) -> PutAnswer:
        """Upsert units, parents and children in any order; a unit that moves takes all below it along."""
        return await _put(UnitInput, body.items, _unit, lambda given, outcome: put_units(directory, given, outcome))

    @router.put("/profiles", max_body_size=MAX_BODY_BYTES)
    async def profiles(body: ProfilesPut) -> PutAnswer:
        """Upsert profiles; changed rights hold within a second, in every service."""
        return await _put(
            ProfileInput, body.items, _profile, lambda given, outcome: put_profiles(directory, given, outcome)
        )

    @router.put("/users", max_body_size=MAX_BODY_BYTES)
    async def users(body: UsersPut) -> PutAnswer:
        """Upsert users, whose unit and profile must be known."""
        return await _put(UserInput, body.items, _user, lambda given, outcome: put_users(directory, given, outcome))

    @router.put("/clients", max_body_size=MAX_BODY_BYTES)
    async def clients(body: ClientsPut) -> PutAnswer:
        """Upsert clients, whose advisor must be known."""
        return await _put(
            ClientInput,
            body.items,
            _client,
            lambda given, outcome: put_clients(directory, given, outcome, now=clock.now()),
        )

    async def _put(
        kind: type[In],
        items: list[Any],
        read: Callable[[In], Item],
        keep: Callable[[Sequence[Given[Item]], Outcome], Awaitable[None]],
    ) -> PutAnswer:
        rows, wrong = read_rows(kind, items)
        outcome = Outcome(errors=wrong)
        try:
            await keep([Given(row, read(item)) for row, item in rows], outcome)
        finally:
            written()
        return _answer(outcome)

    return router


def _answer(outcome: Outcome) -> PutAnswer:
    errors = sorted(outcome.errors, key=lambda error: error.row)
    return PutAnswer(
        upserted=outcome.upserted,
        unchanged=outcome.unchanged,
        errors=[
            RowProblem(row=error.row, external_id=error.external_id, code=error.code, detail=error.detail)
            for error in errors
        ],
    )


def _unit(item: UnitInput) -> Unit:
    return Unit(
        id=ids.unit_id(item.external_id),
        external_id=item.external_id,
        name=item.name,
        parent_id=None if item.parent is None else ids.unit_id(item.parent),
        active=item.active,
    )


def _profile(item: ProfileInput) -> Profile:
    return Profile(
        id=ids.profile_id(item.external_id),
        external_id=item.external_id,
        name=item.name,
        rights=_rights(item),
    )


def _user(item: UserInput) -> User:
    return User(
        id=ids.user_id(item.external_id),
        external_id=item.external_id,
        name=item.name,
        email=item.email,
        language=item.language,
        unit_id=ids.unit_id(item.unit),
        profile_id=ids.profile_id(item.profile),
        rights=_rights(item.extra_rights),
        active=item.active,
    )


def _client(item: ClientInput) -> Client:
    return Client(
        id=ids.client_id(item.external_id),
        external_id=item.external_id,
        name=item.name,
        phone=item.phone,
        email=item.email,
        advisor_id=ids.user_id(item.advisor),
        attributes=item.attributes,
    )


def _rights(item: RightsInput) -> Rights:
    return Rights(
        manage_campaigns=item.manage_campaigns,
        access_level=item.access_level,
        administrator=item.administrator,
        operator=item.operator,
    )
