"""Accounts and transactions in PostgreSQL: written in bulk, read a page at a time within the reader's reach."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Date, Select, Uuid, literal, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.directory.ports import Account, HoldingsWanted, Place, Transaction, TransactionSeen
from services.directory.store.statements import those, unknown, write
from services.directory.tables import accounts, clients, transactions, units, users
from shared.rulebook.access import Principal
from shared.runtime.database import Database
from shared.runtime.reach import Seats, reaches

_SAVE_ACCOUNTS = text(
    "insert into accounts (account_id, external_id, client_id, label, kind, opened_on, active)"
    " select account_id, external_id, client_id, label, kind, opened_on, active"
    " from jsonb_to_recordset(cast(:rows as jsonb)) as given (account_id uuid, external_id text, client_id uuid,"
    " label text, kind text, opened_on date, active boolean)"
    " on conflict (account_id) do update set client_id = excluded.client_id, label = excluded.label,"
    " kind = excluded.kind, opened_on = excluded.opened_on, active = excluded.active"
    " where (accounts.client_id, accounts.label, accounts.kind, accounts.opened_on, accounts.active)"
    " is distinct from (excluded.client_id, excluded.label, excluded.kind, excluded.opened_on, excluded.active)"
    " returning account_id"
)
_SAVE_TRANSACTIONS = text(
    "insert into transactions (transaction_id, external_id, account_id, client_id, booked_on, amount, label, active)"
    " select transaction_id, given.external_id, account_id, accounts.client_id, booked_on, amount, given.label,"
    " given.active"
    " from jsonb_to_recordset(cast(:rows as jsonb)) as given (transaction_id uuid, external_id text, account_id uuid,"
    " booked_on date, amount numeric, label text, active boolean) join accounts using (account_id)"
    " on conflict (transaction_id) do update set account_id = excluded.account_id, client_id = excluded.client_id,"
    " booked_on = excluded.booked_on, amount = excluded.amount, label = excluded.label, active = excluded.active"
    " where (transactions.account_id, transactions.booked_on, transactions.amount, transactions.label,"
    " transactions.active) is distinct from (excluded.account_id, excluded.booked_on, excluded.amount,"
    " excluded.label, excluded.active)"
    " returning transaction_id"
)
_UNKNOWN_CLIENTS = unknown("clients", "client_id")
_UNKNOWN_ACCOUNTS = unknown("accounts", "account_id")


class WritesHoldings:
    """Accounts and transactions within a writing transaction; see `ports.HoldingsWriting`."""

    _connection: AsyncConnection

    async def save_accounts(self, accounts: Sequence[Account]) -> int:
        """Write those that differ; answers how many."""
        rows = [
            {
                "account_id": account.id,
                "external_id": account.external_id,
                "client_id": account.client_id,
                "label": account.label,
                "kind": account.kind,
                "opened_on": None if account.opened_on is None else account.opened_on.isoformat(),
                "active": account.active,
            }
            for account in accounts
        ]
        return len(await write(self._connection, _SAVE_ACCOUNTS, rows))

    async def save_transactions(self, transactions: Sequence[Transaction]) -> int:
        """Write those that differ, each for the client of its account; answers how many."""
        rows = [
            {
                "transaction_id": one.id,
                "external_id": one.external_id,
                "account_id": one.account_id,
                "booked_on": one.booked_on.isoformat(),
                "amount": str(one.amount),
                "label": one.label,
                "active": one.active,
            }
            for one in transactions
        ]
        return len(await write(self._connection, _SAVE_TRANSACTIONS, rows))

    async def unknown_clients(self, ids: Collection[str]) -> set[str]:
        """Those of the ids that name no client."""
        return await those(self._connection, _UNKNOWN_CLIENTS, ids)

    async def unknown_accounts(self, ids: Collection[str]) -> set[str]:
        """Those of the ids that name no account."""
        return await those(self._connection, _UNKNOWN_ACCOUNTS, ids)


class ReadsHoldings:
    """What a client holds; see `ports.Holdings`."""

    _database: Database

    async def list_accounts(self, reader: Principal, wanted: HoldingsWanted) -> Sequence[tuple[Place, Account]]:
        """A client's accounts in French order."""
        query = _within(reader, select(accounts).join(clients, clients.c.client_id == accounts.c.client_id))
        query = query.where(accounts.c.client_id == wanted.client_id)
        if not wanted.inactive:
            query = query.where(accounts.c.active)
        place = tuple_(accounts.c.sort_key, accounts.c.account_id)
        if wanted.after is not None:
            query = query.where(place > tuple_(literal(wanted.after.sort_key), _id(wanted.after)))
        query = query.order_by(accounts.c.sort_key, accounts.c.account_id).limit(wanted.limit)
        return [(Place(row.sort_key, str(row.account_id)), _account(row)) for row in await self._holdings(query)]

    async def list_transactions(
        self, reader: Principal, wanted: HoldingsWanted
    ) -> Sequence[tuple[Place, TransactionSeen]]:
        """A client's transactions, the latest first."""
        query = (
            select(transactions, accounts.c.label.label("account_label"))
            .join(accounts, accounts.c.account_id == transactions.c.account_id)
            .join(clients, clients.c.client_id == transactions.c.client_id)
            .where(transactions.c.client_id == wanted.client_id)
        )
        query = _within(reader, query)
        if wanted.account_id is not None:
            query = query.where(transactions.c.account_id == wanted.account_id)
        if not wanted.inactive:
            query = query.where(transactions.c.active)
        place = tuple_(transactions.c.booked_on, transactions.c.transaction_id)
        if wanted.after is not None:
            day = literal(date.fromisoformat(wanted.after.sort_key), Date)
            query = query.where(place < tuple_(day, _id(wanted.after)))
        query = query.order_by(transactions.c.booked_on.desc(), transactions.c.transaction_id.desc())
        rows = await self._holdings(query.limit(wanted.limit))
        return [
            (
                Place(row.booked_on.isoformat(), str(row.transaction_id)),
                TransactionSeen(_transaction(row), row.account_label),
            )
            for row in rows
        ]

    async def accounts_held(self, client_id: str, ids: Collection[str]) -> Sequence[Account]:
        """Those of these accounts that are the client's."""
        named = select(accounts).where(accounts.c.account_id.in_(ids), accounts.c.client_id == client_id)
        return [_account(row) for row in await self._holdings(named.order_by(accounts.c.account_id))]

    async def transactions_held(self, client_id: str, ids: Collection[str]) -> Sequence[Transaction]:
        """Those of these transactions that are the client's."""
        named = select(transactions).where(
            transactions.c.transaction_id.in_(ids), transactions.c.client_id == client_id
        )
        return [_transaction(row) for row in await self._holdings(named.order_by(transactions.c.transaction_id))]

    async def _holdings(self, query: Select[Any]) -> Sequence[Any]:
        async with self._database.reading() as connection:
            rows: Sequence[Any] = (await connection.execute(query)).all()
            return rows


def _within(reader: Principal, query: Select[Any]) -> Select[Any]:
    return (
        query.join(users, users.c.user_id == clients.c.advisor_id)
        .join(units, units.c.unit_id == users.c.unit_id)
        .where(reaches(reader, Seats(clients.c.advisor_id, users.c.unit_id, units.c.path)))
    )


def _id(place: Place) -> Any:
    return literal(place.id, Uuid(as_uuid=False))


def _account(row: Any) -> Account:
    return Account(
        id=str(row.account_id),
        external_id=row.external_id,
        client_id=str(row.client_id),
        label=row.label,
        kind=row.kind,
        opened_on=row.opened_on,
        active=row.active,
    )


def _transaction(row: Any) -> Transaction:
    return Transaction(
        id=str(row.transaction_id),
        external_id=row.external_id,
        account_id=str(row.account_id),
        label=row.label,
        booked_on=row.booked_on,
        amount=row.amount,
        active=row.active,
    )
