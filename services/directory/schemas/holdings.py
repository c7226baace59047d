"""Accounts and transactions: what the CRM puts, and what people read."""

from datetime import date
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, StringConstraints

from services.directory.ports import Account, TransactionSeen
from services.directory.schemas.fields import Amount, Day, ExternalId, Line, absent_when_empty
from services.directory.schemas.puts import items_of
from shared.contracts.wire import Euros, Incoming


class AccountInput(Incoming):
    """An account; `client` is the external id of its client, `kind` the CRM's word for what it is."""

    external_id: ExternalId
    client: ExternalId
    label: Line
    kind: Annotated[Annotated[str, StringConstraints(max_length=100)] | None, BeforeValidator(absent_when_empty)] = None
    opened_on: Day | None = None
    active: bool = True


class TransactionInput(Incoming):
    """A movement on an account, whose external id is `account`; `amount` is below zero for what goes out."""

    external_id: ExternalId
    account: ExternalId
    booked_on: Day
    amount: Amount
    label: Line
    active: bool = True


class AccountsPut(Incoming):
    """Accounts; each row is judged alone."""

    items: Annotated[list[Any], items_of(AccountInput)]


class TransactionsPut(Incoming):
    """Transactions; each row is judged alone."""

    items: Annotated[list[Any], items_of(TransactionInput)]


class AccountOut(BaseModel):
    """An account of a client."""

    account_id: str
    external_id: str
    label: str
    kind: str | None
    opened_on: date | None
    active: bool

    @classmethod
    def of(cls, account: Account) -> Self:
        """The account as shown."""
        return cls(
            account_id=account.id,
            external_id=account.external_id,
            label=account.label,
            kind=account.kind,
            opened_on=account.opened_on,
            active=account.active,
        )


class AccountPage(BaseModel):
    """One page in French order; `next` is given as `after` for the following one."""

    items: list[AccountOut]
    next: str | None


class TransactionOut(BaseModel):
    """A movement on an account; `amount` is below zero for what went out."""

    transaction_id: str
    external_id: str
    account_id: str
    account_label: str
    booked_on: date
    amount: Euros
    label: str
    active: bool

    @classmethod
    def of(cls, seen: TransactionSeen) -> Self:
        """The transaction as shown."""
        transaction = seen.transaction
        return cls(
            transaction_id=transaction.id,
            external_id=transaction.external_id,
            account_id=transaction.account_id,
            account_label=seen.account_label,
            booked_on=transaction.booked_on,
            amount=transaction.amount,
            label=transaction.label,
            active=transaction.active,
        )


class TransactionPage(BaseModel):
    """One page, the latest first; `next` is given as `after` for the following one."""

    items: list[TransactionOut]
    next: str | None
