"""Where people are written to."""

from typing import Protocol

from shared.contracts.directory import AddressFound


class Addresses(Protocol):
    """The addresses as the CRM last said."""

    async def of(self, user_id: str) -> AddressFound | None:
        """The person's; without an e-mail of who is not active, None of who is unknown."""
