"""What clients hold: their accounts and the transactions on them, as the CRM last said."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from services.directory.ports.people import Place
from shared.rulebook.access import Principal


@dataclass(frozen=True, slots=True)
class Account:
    """An account of one client; `kind` is the CRM's word for what it is. Not `active`: closed, or unknown there now."""

    id: str
    external_id: str
    client_id: str
    label: str
    kind: str | None = None
    opened_on: date | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class Transaction:
    """A movement on an account, in euros: what comes in is positive. Not `active`: cancelled, or unknown there now."""

    id: str
    external_id: str
    account_id: str
    label: str
    booked_on: date
    amount: Decimal
    active: bool = True


@dataclass(frozen=True, slots=True)
class TransactionSeen:
    """A transaction with the name of its account."""

    transaction: Transaction
    account_label: str


@dataclass(frozen=True, slots=True)
class HoldingsWanted:
    """What a list of one client's accounts or transactions is asked for; of transactions, of one account, too."""

    client_id: str
    account_id: str | None = None
    inactive: bool = False
    after: Place | None = None
    limit: int = 50


class HoldingsWriting(Protocol):
    """Accounts and transactions within a writing transaction."""

    async def save_accounts(self, accounts: Sequence[Account]) -> int:
        """Write those that differ; one that changes its client takes its transactions along. Answers how many."""

    async def save_transactions(self, transactions: Sequence[Transaction]) -> int:
        """Write those that differ, each for the client of its account; answers how many."""

    async def unknown_clients(self, ids: Collection[str]) -> set[str]:
        """Those of the ids that name no client."""

    async def unknown_accounts(self, ids: Collection[str]) -> set[str]:
        """Those of the ids that name no account."""


class Holdings(Protocol):
    """Accounts and transactions, to read."""

    async def list_accounts(self, reader: Principal, wanted: HoldingsWanted) -> Sequence[tuple[Place, Account]]:
        """A client's accounts in French order, when the client is within the reader's reach."""

    async def list_transactions(
        self, reader: Principal, wanted: HoldingsWanted
    ) -> Sequence[tuple[Place, TransactionSeen]]:
        """A client's transactions, the latest first, when the client is within the reader's reach."""

    async def accounts_held(self, client_id: str, ids: Collection[str]) -> Sequence[Account]:
        """Those of these accounts that are the client's, whoever asks."""

    async def transactions_held(self, client_id: str, ids: Collection[str]) -> Sequence[Transaction]:
        """Those of these transactions that are the client's, whoever asks."""
