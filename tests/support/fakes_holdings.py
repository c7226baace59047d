"""The directory's accounts and transactions in memory, as the follow-up service asks for them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.contracts.directory import HeldAccount, HeldTransaction, HoldingsFound


@dataclass(slots=True)
class FakeHoldings:
    """The directory's accounts and transactions, by client and id."""

    accounts: dict[tuple[str, str], HeldAccount] = field(default_factory=dict)
    transactions: dict[tuple[str, str], HeldTransaction] = field(default_factory=dict)

    async def found(self, client_id: str, accounts: Sequence[str], transactions: Sequence[str]) -> HoldingsFound:
        """See the port."""
        return HoldingsFound(
            accounts=tuple(self.accounts[client_id, one] for one in accounts if (client_id, one) in self.accounts),
            transactions=tuple(
                self.transactions[client_id, one] for one in transactions if (client_id, one) in self.transactions
            ),
        )
