"""What a success is linked to: accounts and transactions of the client, by id (docs/domain.md, Conclusions)."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Linked:
    """Accounts and transactions, each in the order of ids."""

    accounts: tuple[str, ...] = ()
    transactions: tuple[str, ...] = ()


NOT_LINKED = Linked()


@dataclass(frozen=True, slots=True)
class LinkHoldings:
    """Link the conclusion to these, in place of what it was linked to; to nothing where both are empty."""

    accounts: tuple[str, ...] = ()
    transactions: tuple[str, ...] = ()


def link_difference(collected: Decimal, transactions: Collection[Decimal]) -> Decimal | None:
    """The sum of the linked transactions less the amount collected, in euros (spec 5.8); None without transactions.

    It is shown and changes nothing. Accounts alone give none.
    """
    return sum(transactions, Decimal(0)) - collected if transactions else None
