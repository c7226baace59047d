"""The money bar, one everywhere: collected, expected by today, the target, and the potential beyond."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

_FULL = Decimal(1000)
ON_TIME = 100
"""The pace, in per cent, of whoever has collected what there should be by today."""


@dataclass(frozen=True, slots=True)
class MoneyBar:
    """Widths and places in thousandths of the bar; None for what does not exist."""

    collected: int
    potential: int
    target: int | None
    pace: int | None
    pace_amount: str | None

    @classmethod
    def of(cls, report: Mapping[str, Any]) -> Self:
        """The bar of a report of /api/reports."""
        collected, potential = Decimal(report["collected"]), Decimal(report["remaining_potential"])
        target = None if report["target"] is None else Decimal(report["target"])
        expected = None if report["pace"]["percent"] is None else Decimal(report["pace"]["denominator"])
        whole = max(collected + potential, target or Decimal(0), Decimal(1))

        def place(amount: Decimal) -> int:
            return int(_FULL * amount / whole)

        return cls(
            collected=place(collected),
            potential=place(potential),
            target=None if target is None else place(target),
            pace=None if expected is None else min(place(expected), int(_FULL)),
            pace_amount=None if expected is None else str(expected),
        )


def is_ahead(report: Mapping[str, Any]) -> bool | None:
    """Whether what is collected is what it should be by today, or more; None without a pace."""
    pace = report["pace"]["percent"]
    return None if pace is None else Decimal(pace) >= ON_TIME
