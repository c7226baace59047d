"""The figures of a replayed campaign, whoever computed them."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

GROUPS = ("done", "not_reached", "open", "left", "skipped")
"""The five groups of a step; each client is in one of them."""


@dataclass(slots=True)
class Totals:
    """Clients and money of one branch or advisor."""

    clients: int = 0
    accepted: int = 0
    refused: int = 0
    potential: Decimal = Decimal("0.00")
    collected: Decimal = Decimal("0.00")


@dataclass(slots=True)
class Figures:
    """All that is compared. Rates are in per cent with two decimals; None without a denominator."""

    clients: int
    contacts: int
    accepted: int
    refused: int
    potential: Decimal
    collected: Decimal
    conversion_rate: Decimal | None
    take_up_rate: Decimal | None
    steps: dict[int, dict[str, int]] = field(default_factory=dict)
    """By step number, clients in each of the five groups."""
    branches: dict[str, Totals] = field(default_factory=dict)
    """By job."""
    advisors: dict[str, Totals] = field(default_factory=dict)
    """By job and the advisor's turn, as `student 2`."""

    def as_json(self) -> dict[str, Any]:
        """The same in JSON-ready values: money and rates as strings, as in the API."""
        return {
            "clients": self.clients,
            "contacts": self.contacts,
            "accepted": self.accepted,
            "refused": self.refused,
            "potential": _text(self.potential),
            "collected": _text(self.collected),
            "conversion_rate": _text(self.conversion_rate),
            "take_up_rate": _text(self.take_up_rate),
            "steps": {str(number): dict(groups) for number, groups in sorted(self.steps.items())},
            "branches": {job: _totals(totals) for job, totals in sorted(self.branches.items())},
            "advisors": {advisor: _totals(totals) for advisor, totals in sorted(self.advisors.items())},
        }


def _totals(totals: Totals) -> dict[str, int | str | None]:
    return {
        "clients": totals.clients,
        "accepted": totals.accepted,
        "refused": totals.refused,
        "potential": _text(totals.potential),
        "collected": _text(totals.collected),
    }


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"
