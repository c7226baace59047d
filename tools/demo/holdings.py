"""The accounts and movements behind the sales, as the CRM puts them: what a success is linked to."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tools.demo.names import seeded

Json = dict[str, Any]

_PRODUCTS = ("Assurance vie", "Livret d’épargne", "Plan d’épargne en actions", "Compte à terme")
_SUCCESSES = frozenset({"SALE", "SIGNATURE"})
_OTHER_AMOUNT = 0.2
"""How often what was paid in is not quite what was said."""


def holdings(told: Iterable[Json]) -> tuple[list[Json], list[Json]]:
    """An account for each success with money, and the movement that pays it in a few days later."""
    sales = [one for one in told if one.get("kind") in _SUCCESSES and Decimal(one.get("collected", "0")) > 0]
    accounts, movements = [], []
    for sale in sales:
        random = seeded(f"holdings/{sale['id']}")
        amount = Decimal(sale["collected"])
        product = random.choice(_PRODUCTS)
        happened = datetime.fromisoformat(sale["occurred_at"]).date()
        account = f"{sale['campaign']}/{sale['client']}"
        opened = happened.isoformat()
        label = f"{product} n° {random.randint(10_000, 99_999)}"
        accounts.append(
            {"external_id": account, "client": sale["client"], "label": label, "kind": product, "opened_on": opened}
        )
        paid = amount - 100 if random.random() < _OTHER_AMOUNT and amount > 100 else amount  # noqa: PLR2004
        movements.append(
            {
                "external_id": f"{account}/1",
                "account": account,
                "booked_on": (happened + timedelta(days=random.randint(0, 3))).isoformat(),
                "amount": f"{paid:.2f}",
                "label": "Versement initial",
            }
        )
    return accounts, movements
