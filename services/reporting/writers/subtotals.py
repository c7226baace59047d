"""Which subtotals of an outline a formula gives: those that are the sum of the rows below them, to the cent."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(slots=True)
class _Node:
    """A row whose rows below are still coming; `below` is what SUBTOTAL would find in them so far."""

    place: int
    level: int
    values: Sequence[Decimal]
    below: list[Decimal] = field(default_factory=list)


class Subtotals:
    """Goes along with the rows and keeps 12 bytes of each.

    A spreadsheet's SUBTOTAL leaves out the other SUBTOTALs in its range, so a row with a formula counts through those
    below it, any other row by its own value too.
    """

    def __init__(self, columns: int) -> None:
        self._columns = columns
        self._last = array("L")
        self._formulas = array("Q")
        self._totals = [Decimal(0)] * columns
        self._coming: list[_Node] = []

    @property
    def rows(self) -> int:
        """How many rows came."""
        return len(self._last)

    def add(self, level: int, values: Sequence[Decimal]) -> None:
        """One more row, with what stands in its columns that are summed."""
        self._close_from(level)
        self._coming.append(_Node(self.rows, level, values, [Decimal(0)] * self._columns))
        self._last.append(self.rows)
        self._formulas.append(0)

    def close(self) -> None:
        """No more rows come."""
        self._close_from(0)

    def last_below(self, place: int) -> int:
        """The place of the last row below this one; its own when there is none."""
        return self._last[place]

    def formulas(self, place: int) -> set[int]:
        """The summed columns of this row, by number, in which a formula gives the very value."""
        return {column for column in range(self._columns) if self._formulas[place] >> column & 1}

    def total(self, column: int) -> Decimal:
        """What SUBTOTAL over all rows gives."""
        return self._totals[column]

    def _close_from(self, level: int) -> None:
        while self._coming and self._coming[-1].level >= level:
            node = self._coming.pop()
            last = self.rows - 1
            self._last[node.place] = last
            for column, value in enumerate(node.values):
                is_sum = last > node.place and node.below[column] == value
                if is_sum:
                    self._formulas[node.place] |= 1 << column
                found = node.below[column] + (0 if is_sum else value)
                above = self._coming[-1].below if self._coming else self._totals
                above[column] += found
