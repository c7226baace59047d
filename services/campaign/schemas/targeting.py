"""Clients to be targeted, withdrawn or changed, as one call names them."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints
from typing_extensions import TypedDict

from services.campaign.ports import TargetItem
from services.campaign.schemas.fields import Amount, Key, Uuid
from shared.contracts.wire import Incoming
from shared.rulebook.errors import Invalid

MAX_CLIENTS = 100_000
_MOST_SHOWN = 100
MAX_BODY_BYTES = 33_554_432
"""Room for so many, each with a potential, an entry date and a long id."""


PlainAmount = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,16}(\.[0-9]{1,2})?$")]
"""Euros as a string, which a call with 100,000 of them need not turn into numbers."""


class TargetInput(TypedDict, total=False):
    """One client by our id or by the host CRM's; the entry date defaults to the later of today and the start date."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]  # pydantic's way to configure these

    client_id: Uuid
    client: Key
    potential: Annotated[PlainAmount | Amount, Field(union_mode="left_to_right")]
    entry_date: date | None


class TargetClients(Incoming):
    """Clients to be put into a campaign; `key` makes a repeated call the same job."""

    key: Key | None = None
    clients: Annotated[list[TargetInput], Field(min_length=1, max_length=MAX_CLIENTS)]

    def items(self) -> list[TargetItem]:
        """The clients with their position in the call; Invalid `client_unclear` for one named twice, or not at all."""
        _require_one_name(self.clients)
        return [
            TargetItem(
                at, one.get("client_id"), one.get("client"), Decimal(one.get("potential", 0)), one.get("entry_date")
            )
            for at, one in enumerate(self.clients, start=1)
        ]


class ClientName(TypedDict, total=False):
    """One client by our id or by the host CRM's."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]  # pydantic's way to configure these

    client_id: Uuid
    client: Key


class WithdrawClients(Incoming):
    """Targeted clients who are to leave; `key` makes a repeated call the same job."""

    key: Key | None = None
    clients: Annotated[list[ClientName], Field(min_length=1, max_length=MAX_CLIENTS)]

    def items(self) -> list[TargetItem]:
        """The clients with their position in the call; Invalid `client_unclear`."""
        _require_one_name(self.clients)
        return [
            TargetItem(at, one.get("client_id"), one.get("client"), None, None)
            for at, one in enumerate(self.clients, start=1)
        ]


class ChangeInput(ClientName, total=False):
    """What is to become of one targeted client: a potential, an entry date while WAITING, or both."""

    potential: Annotated[PlainAmount | Amount, Field(union_mode="left_to_right")]
    entry_date: date


class ChangeClients(Incoming):
    """Changes of targeted clients; `key` makes a repeated call the same job."""

    key: Key | None = None
    clients: Annotated[list[ChangeInput], Field(min_length=1, max_length=MAX_CLIENTS)]

    def items(self) -> list[TargetItem]:
        """The changes with their position in the call; Invalid `client_unclear`, `change_empty`."""
        _require_one_name(self.clients)
        empty = [at for at, one in enumerate(self.clients, start=1) if not {"potential", "entry_date"} & one.keys()]
        if empty:
            raise Invalid("change_empty", {"positions": empty[:_MOST_SHOWN]})
        return [
            TargetItem(at, one.get("client_id"), one.get("client"), _potential(one), one.get("entry_date"))
            for at, one in enumerate(self.clients, start=1)
        ]


def _require_one_name(clients: Sequence[ClientName | TargetInput]) -> None:
    unclear = [at for at, one in enumerate(clients, start=1) if ("client" in one) == ("client_id" in one)]
    if unclear:
        raise Invalid("client_unclear", {"positions": unclear[:_MOST_SHOWN]})


def _potential(change: ChangeInput) -> Decimal | None:
    return Decimal(change["potential"]) if "potential" in change else None
