"""What a success is linked to, on the follow-up page: accounts and transactions, and the difference (spec 5.8)."""

import asyncio
from dataclasses import dataclass
from typing import Any

from services.portal.frame import Visit
from services.portal.screens.wishes import Wish

_MOVEMENTS = 100
"""The latest ones of all accounts; older ones are linked by the API."""
_ACCOUNTS = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """One account or transaction that may be linked."""

    id: str
    label: str
    about: str
    """The kind of an account, the account of a transaction."""
    chosen: bool
    booked_on: str | None = None
    amount: str | None = None


@dataclass(frozen=True, slots=True)
class Links:
    """What the conclusion is linked to as the API tells it, and what may be chosen; empty where it cannot be read."""

    linked: dict[str, Any]
    accounts: list[Choice]
    transactions: list[Choice]


async def links_of(visit: Visit, path: str, shown: dict[str, Any], wish: Wish | None, *, choices: bool) -> Links | None:
    """The links of a success, and what else may be linked; None where there is none, or where they cannot be told."""
    conclusion = shown["conclusion"]
    if conclusion is None or not conclusion["success"]:
        return None
    client = f"/api/directory/clients/{shown['client']['id']}"
    asked = [visit.api.get_or_none(f"/api/followups/{path}/links")]
    if choices:
        asked.append(visit.api.get_or_none(f"{client}/accounts", limit=_ACCOUNTS))
        asked.append(visit.api.get_or_none(f"{client}/transactions", limit=_MOVEMENTS))
    linked, accounts, movements = (*await asyncio.gather(*asked), None, None)[:3]
    if linked is None:
        return None
    return Links(
        linked,
        _choices(linked["accounts"], accounts, "account_id", wish),
        _choices(linked["transactions"], movements, "transaction_id", wish),
    )


def _choices(linked: list[dict[str, Any]], found: dict[str, Any] | None, name: str, wish: Wish | None) -> list[Choice]:
    """Those linked first, then the others; ticked as they stand, or as they were ticked when that was refused."""
    standing = {one[name] for one in linked}
    typed = None if wish is None or wish.kind != "LinkHoldings" else {*wish.accounts, *wish.transactions}
    others = [one for one in ([] if found is None else found["items"]) if one[name] not in standing]
    ticked = standing if typed is None else typed
    return [
        Choice(
            id=one[name],
            label=one["label"],
            about=one.get("account_label") or one.get("kind") or "",
            chosen=one[name] in ticked,
            booked_on=one.get("booked_on"),
            amount=one.get("amount"),
        )
        for one in (*linked, *others)
    ]
