"""Bulk upserts: every row stands alone, what is wrong with one is said beside the others' success."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar


class _Named(Protocol):
    @property
    def external_id(self) -> str: ...


Item = TypeVar("Item", bound=_Named)


@dataclass(frozen=True, slots=True)
class RowError:
    """Why row `row` of a call, counted from 0, was not kept."""

    row: int
    external_id: str | None
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Given(Generic[Item]):
    """An item and the row of the call that it came in."""

    row: int
    item: Item

    def refused(self, code: str, detail: str) -> RowError:
        """The error that refuses this row."""
        return RowError(self.row, self.item.external_id, code, detail)


@dataclass(slots=True)
class Outcome:
    """What a bulk call did: rows written, rows that said nothing new, rows refused.

    `first` holds the row in which each external id came first, for a call that is kept in several parts.
    """

    upserted: int = 0
    unchanged: int = 0
    errors: list[RowError] = field(default_factory=list)
    first: dict[str, int] = field(default_factory=dict)

    def kept(self, *, rows: int, changed: int) -> None:
        """Count `rows` good rows of which `changed` were written."""
        self.upserted += changed
        self.unchanged += rows - changed


def without_repeats(given: Sequence[Given[Item]], outcome: Outcome) -> list[Given[Item]]:
    """The first row of each external id; later ones are refused as `duplicate_in_call`: their order may be chance."""
    kept = []
    for one in given:
        earlier = outcome.first.setdefault(one.item.external_id, one.row)
        if earlier == one.row:
            kept.append(one)
        else:
            outcome.errors.append(
                one.refused("duplicate_in_call", f"Row {earlier} has the same external_id; send it once.")
            )
    return kept


def refuse(
    given: Sequence[Given[Item]], outcome: Outcome, error: Callable[[Given[Item]], RowError | None]
) -> list[Given[Item]]:
    """The rows for which `error` answers None; the other answers go to the outcome."""
    kept = []
    for one in given:
        problem = error(one)
        if problem is None:
            kept.append(one)
        else:
            outcome.errors.append(problem)
    return kept


def items_of(given: Sequence[Given[Item]]) -> list[Item]:
    """The items alone."""
    return [one.item for one in given]


def in_chunks(given: Sequence[Given[Item]], size: int) -> Iterator[Sequence[Given[Item]]]:
    """The rows in their order, `size` at a time."""
    for start in range(0, len(given), size):
        yield given[start : start + size]
