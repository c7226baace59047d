"""What the CRM, or an administrator, puts: thousands of rows in one call, each judged alone."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Depends

from services.directory.api.kinds import ACCOUNTS, CLIENTS, PROFILES, TRANSACTIONS, UNITS, USERS, Kind
from services.directory.api.parts import in_parts
from services.directory.ports import Author, Directory
from services.directory.schemas.holdings import AccountsPut, TransactionsPut
from services.directory.schemas.puts import (
    MAX_BODY_BYTES,
    ClientsPut,
    ProfilesPut,
    PutAnswer,
    UnitsPut,
    UsersPut,
)
from services.directory.use_cases.bulk import Outcome
from shared.rulebook.access import Action, may
from shared.runtime.clock import Clock
from shared.runtime.security import CurrentPrincipal


def importer(principal: CurrentPrincipal) -> None:
    """Forbidden `right_missing` unless the caller may send what the CRM knows."""
    may(principal, Action.IMPORT_FROM_CRM)


def put_router(directory: Directory, clock: Clock, written: Callable[[], None]) -> APIRouter:
    """The bulk upserts; `written` is called after each commit, so that what was written leaves at once."""
    router = APIRouter(prefix="/api/directory", tags=["import"], dependencies=[Depends(importer)])

    @router.put("/units", max_body_size=MAX_BODY_BYTES)
    async def units(principal: CurrentPrincipal, body: UnitsPut) -> PutAnswer:
        """Upsert units, parents and children in any order; a unit that moves takes all below it along."""
        return await _put(UNITS, body.items, principal.user_id)

    @router.put("/profiles", max_body_size=MAX_BODY_BYTES)
    async def profiles(principal: CurrentPrincipal, body: ProfilesPut) -> PutAnswer:
        """Upsert profiles; changed rights hold within a second, in every service."""
        return await _put(PROFILES, body.items, principal.user_id)

    @router.put("/users", max_body_size=MAX_BODY_BYTES)
    async def users(principal: CurrentPrincipal, body: UsersPut) -> PutAnswer:
        """Upsert users, whose unit and profile must be known."""
        return await _put(USERS, body.items, principal.user_id)

    @router.put("/clients", max_body_size=MAX_BODY_BYTES)
    async def clients(principal: CurrentPrincipal, body: ClientsPut) -> PutAnswer:
        """Upsert clients, whose advisor must be known."""
        return await _put(CLIENTS, body.items, principal.user_id)

    @router.put("/accounts", max_body_size=MAX_BODY_BYTES)
    async def accounts(principal: CurrentPrincipal, body: AccountsPut) -> PutAnswer:
        """Upsert accounts, whose client must be known."""
        return await _put(ACCOUNTS, body.items, principal.user_id)

    @router.put("/transactions", max_body_size=MAX_BODY_BYTES)
    async def transactions(principal: CurrentPrincipal, body: TransactionsPut) -> PutAnswer:
        """Upsert transactions, whose account must be known; amounts are exact to the cent."""
        return await _put(TRANSACTIONS, body.items, principal.user_id)

    async def _put(kind: Kind[Any, Any], items: list[Any], by: str) -> PutAnswer:
        outcome = Outcome()
        try:
            await in_parts(kind.take(directory, enumerate(items), outcome, Author(by, clock.now())), outcome)
        finally:
            written()
        return PutAnswer.of(outcome)

    return router
