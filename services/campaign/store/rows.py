"""Rows of the tables as the values that use cases know, and back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from services.campaign.ports import Campaign, TargetItem
from shared.contracts.campaign import CampaignDefined
from shared.rulebook.access import AccessLevel, Principal
from shared.rulebook.allocation import Share


def campaign_of(row: Any) -> Campaign:
    """The campaign of a row with its content's hash, definition and allocation."""
    return campaign_of_version(row.definition, row.allocation, content=row.content)


def campaign_of_version(definition: Any, allocation: Any, *, content: str = "") -> Campaign:
    """The campaign as a version kept it."""
    return Campaign(
        definition=CampaignDefined.model_validate(definition),
        rows=tuple(map(_share_of, allocation)),
        content=content,
    )


def allocation_json(rows: Sequence[Share]) -> str:
    """The rows of an allocation as kept with a version."""
    return json.dumps([_share_json(row) for row in rows])


def principal_json(principal: Principal) -> str:
    """A principal as kept with a job."""
    return json.dumps(asdict(principal))


def principal_of(kept: Mapping[str, Any]) -> Principal:
    """The principal that was kept."""
    return Principal(
        **{**kept, "unit_path": tuple(kept["unit_path"]), "access_level": AccessLevel(kept["access_level"])}
    )


def items_json(items: Sequence[TargetItem]) -> str:
    """The items of a chunk."""
    return json.dumps([_plain(item) for item in items])


def item_of(kept: Sequence[object]) -> TargetItem:
    """The item of a chunk that was kept."""
    position, client_id, client, potential, entry_date = kept
    return TargetItem(
        position=int(str(position)),
        client_id=None if client_id is None else str(client_id),
        client=None if client is None else str(client),
        potential=None if potential is None else Decimal(str(potential)),
        entry_date=None if entry_date is None else date.fromisoformat(str(entry_date)),
    )


def _plain(item: TargetItem) -> list[object]:
    potential = None if item.potential is None else str(item.potential)
    return [item.position, item.client_id, item.client, potential, item.entry_date and str(item.entry_date)]


def _share_json(share: Share) -> dict[str, str | None]:
    return {
        "advisor_id": share.advisor_id,
        "amount": None if share.amount is None else str(share.amount),
        "percent": None if share.percent is None else str(share.percent),
    }


def _share_of(kept: Mapping[str, Any]) -> Share:
    amount, percent = kept["amount"], kept["percent"]
    return Share(
        advisor_id=kept["advisor_id"],
        amount=None if amount is None else Decimal(amount),
        percent=None if percent is None else Decimal(percent),
    )
