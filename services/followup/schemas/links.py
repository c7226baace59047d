"""The shapes of links to accounts and transactions."""

from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, Field

from services.followup.use_cases.link_holdings import Links
from shared.contracts.wire import Euros, Incoming

_MOST = 50
_Id = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]


class LinksIn(Incoming):
    """All that the conclusion is to be linked to, in place of what it was; ids as the directory gives them."""

    accounts: Annotated[tuple[_Id, ...], Field(max_length=_MOST)] = ()
    transactions: Annotated[tuple[_Id, ...], Field(max_length=_MOST)] = ()


class LinkedAccount(BaseModel):
    """An account of the client."""

    account_id: str
    label: str
    active: bool


class LinkedTransaction(BaseModel):
    """A movement on an account of the client."""

    transaction_id: str
    account_id: str
    label: str
    booked_on: date
    amount: Euros
    active: bool


class LinksOut(BaseModel):
    """What the conclusion is linked to; `difference` is the sum of the transactions less the amount collected.

    It is null without transactions. `unknown` are ids of what the directory no longer has for this client.
    """

    collected: Euros | None
    accounts: list[LinkedAccount]
    transactions: list[LinkedTransaction]
    unknown: list[str]
    total: Euros
    difference: Euros | None

    @classmethod
    def of(cls, links: Links) -> Self:
        """The links as shown."""
        return cls(
            collected=links.collected,
            accounts=[
                LinkedAccount(account_id=one.account_id, label=one.label, active=one.active) for one in links.accounts
            ],
            transactions=[
                LinkedTransaction(
                    transaction_id=one.transaction_id,
                    account_id=one.account_id,
                    label=one.label,
                    booked_on=one.booked_on,
                    amount=one.amount,
                    active=one.active,
                )
                for one in links.transactions
            ],
            unknown=list(links.unknown),
            total=links.total,
            difference=links.difference,
        )
