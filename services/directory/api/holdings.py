"""What people read of a client's accounts and transactions: those of clients within their reach."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.directory.api.read import After, Limit
from services.directory.ports import Directory, HoldingsWanted, Place
from services.directory.schemas.holdings import AccountOut, AccountPage, TransactionOut, TransactionPage
from services.directory.schemas.reads import cursor_after, place_of
from services.directory.use_cases.holdings import accounts_of_client, transactions_of_client
from shared.rulebook.errors import Invalid
from shared.runtime.problems import NotFound
from shared.runtime.security import CurrentPrincipal

_Account = Annotated[UUID | None, Query(description="Only those on this account")]
_Closed = Annotated[bool, Query(description="Closed accounts, too")]
_Cancelled = Annotated[bool, Query(description="Cancelled transactions, too")]


def holdings_router(directory: Directory) -> APIRouter:
    """The reads."""
    router = APIRouter(prefix="/api/directory/clients/{client_id}", tags=["directory"])

    @router.get("/accounts")
    async def accounts(
        principal: CurrentPrincipal,
        client_id: UUID,
        inactive: _Closed = False,  # noqa: FBT002  a parameter of the query
        after: After = None,
        limit: Limit = 50,
    ) -> AccountPage:
        """A client's accounts in French order; 404 outside the reach."""
        wanted = HoldingsWanted(str(client_id), inactive=inactive, after=place_of(after), limit=limit)
        rows = await accounts_of_client(directory, principal, wanted)
        if rows is None:
            raise NotFound("client_not_found")
        return AccountPage(items=[AccountOut.of(account) for _, account in rows], next=cursor_after(rows, limit))

    @router.get("/transactions")
    async def transactions(  # noqa: PLR0917  each is a parameter of the path or the query
        principal: CurrentPrincipal,
        client_id: UUID,
        account: _Account = None,
        inactive: _Cancelled = False,  # noqa: FBT002  a parameter of the query
        after: After = None,
        limit: Limit = 50,
    ) -> TransactionPage:
        """A client's transactions, the latest first, of all accounts or one; 404 outside the reach."""
        wanted = HoldingsWanted(
            str(client_id),
            account_id=None if account is None else str(account),
            inactive=inactive,
            after=_with_a_day(place_of(after), after),
            limit=limit,
        )
        rows = await transactions_of_client(directory, principal, wanted)
        if rows is None:
            raise NotFound("client_not_found")
        return TransactionPage(items=[TransactionOut.of(seen) for _, seen in rows], next=cursor_after(rows, limit))

    return router


def _with_a_day(place: Place | None, cursor: str | None) -> Place | None:
    """The place, whose key must be a day; Invalid `cursor_invalid` otherwise."""
    if place is not None:
        try:
            date.fromisoformat(place.sort_key)
        except ValueError:
            raise Invalid("cursor_invalid", {"after": cursor}) from None
    return place
