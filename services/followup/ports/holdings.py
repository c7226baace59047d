"""The accounts and transactions of clients, which the directory holds."""

from collections.abc import Sequence
from typing import Protocol

from shared.contracts.directory import HoldingsFound


class Holdings(Protocol):
    """The directory, asked."""

    async def found(self, client_id: str, accounts: Sequence[str], transactions: Sequence[str]) -> HoldingsFound:
        """Those of the named ones that are the client's."""
