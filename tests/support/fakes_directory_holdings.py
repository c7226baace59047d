"""Accounts and transactions in memory; `fakes_directory` knows the clients whose they are."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from services.directory.ports import Account, ClientSeen, HoldingsWanted, Place, Transaction, TransactionSeen
from shared.rulebook.access import Principal

Held = TypeVar("Held", Account, Transaction)


@dataclass
class FakeHoldings:
    """Both `Holdings` and `HoldingsWriting`."""

    accounts_by_id: dict[str, Account] = field(default_factory=dict)
    transactions_by_id: dict[str, Transaction] = field(default_factory=dict)

    async def client(self, reader: Principal, client_id: str) -> ClientSeen | None:
        raise NotImplementedError

    async def save_accounts(self, accounts: Sequence[Account]) -> int:
        return _save(self.accounts_by_id, accounts)

    async def save_transactions(self, transactions: Sequence[Transaction]) -> int:
        return _save(self.transactions_by_id, transactions)

    async def unknown_accounts(self, ids: Collection[str]) -> set[str]:
        return set(ids) - self.accounts_by_id.keys()

    async def list_accounts(self, reader: Principal, wanted: HoldingsWanted) -> Sequence[tuple[Place, Account]]:
        if await self.client(reader, wanted.client_id) is None:
            return []
        rows = [
            (Place(account.label.lower(), account.id), account)
            for account in self.accounts_by_id.values()
            if account.client_id == wanted.client_id and (account.active or wanted.inactive)
        ]
        rows.sort(key=lambda row: _key(row[0]))
        return _page(rows, wanted, lambda place, after: _key(place) > _key(after))

    async def list_transactions(
        self, reader: Principal, wanted: HoldingsWanted
    ) -> Sequence[tuple[Place, TransactionSeen]]:
        if await self.client(reader, wanted.client_id) is None:
            return []
        rows = [
            (
                Place(one.booked_on.isoformat(), one.id),
                TransactionSeen(one, self.accounts_by_id[one.account_id].label),
            )
            for one in self.transactions_by_id.values()
            if self.accounts_by_id[one.account_id].client_id == wanted.client_id
            and wanted.account_id in (None, one.account_id)
            and (one.active or wanted.inactive)
        ]
        rows.sort(key=lambda row: _key(row[0]), reverse=True)
        return _page(rows, wanted, lambda place, after: _key(place) < _key(after))

    async def accounts_held(self, client_id: str, ids: Collection[str]) -> Sequence[Account]:
        return [one for one in self.accounts_by_id.values() if one.id in ids and one.client_id == client_id]

    async def transactions_held(self, client_id: str, ids: Collection[str]) -> Sequence[Transaction]:
        return [
            one
            for one in self.transactions_by_id.values()
            if one.id in ids and self.accounts_by_id[one.account_id].client_id == client_id
        ]


def _save(held: dict[str, Held], given: Sequence[Held]) -> int:
    changed = [one for one in given if held.get(one.id) != one]
    held.update({one.id: one for one in changed})
    return len(changed)


def _key(place: Place) -> tuple[str, str]:
    return place.sort_key, place.id


Row = TypeVar("Row", Account, TransactionSeen)


def _page(
    rows: list[tuple[Place, Row]], wanted: HoldingsWanted, follows: Callable[[Place, Place], bool]
) -> list[tuple[Place, Row]]:
    after = wanted.after
    return [row for row in rows if after is None or follows(row[0], after)][: wanted.limit]
