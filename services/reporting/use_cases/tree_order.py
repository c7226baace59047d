"""The order of the nodes of one level, on the screen and in files: by name, sums or rates (spec 8.7, 8.9)."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from services.reporting.ports.listing import ClientSort
from services.reporting.ports.reading import Totals
from services.reporting.use_cases.breakdown import rates_of
from shared.rulebook.texts import folded


class NodeSort(StrEnum):
    """What the nodes of one level can be sorted by; clients by what `ClientSort` offers, else by name."""

    NAME = "name"
    CLIENTS = "clients"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    IN_PROGRESS = "in_progress"
    POTENTIAL = "potential"
    REMAINING_POTENTIAL = "remaining_potential"
    COLLECTED = "collected"
    SHARE = "share"
    ACHIEVEMENT = "achievement"
    CONVERSION_RATE = "conversion_rate"
    TAKE_UP_RATE = "take_up_rate"

    def of_clients(self) -> ClientSort:
        """The same of clients, who have no share, and of whom one conversion says nothing."""
        return ClientSort(self.value) if self.value in set(ClientSort) else ClientSort.NAME


@dataclass(frozen=True, slots=True)
class Placed:
    """What the place of a node depends on."""

    node: Any
    name: str | None
    id: str
    totals: Totals
    share: Decimal | None = None


def in_order(nodes: Iterable[Placed], sort: NodeSort, *, descending: bool, ids_too: bool = False) -> list[Any]:
    """The nodes by that, equals by id; those without a value come last either way.

    With `ids_too` the direction holds for equals as well, as it does where the database reads pages of clients.
    """
    by_id = sorted(nodes, key=lambda one: one.id, reverse=ids_too and descending)
    valued = [(_value(one, sort), one.node) for one in by_id]
    known = sorted((one for one in valued if one[0] is not None), key=lambda one: one[0], reverse=descending)
    return [node for _, node in known] + [node for value, node in valued if value is None]


def _value(one: Placed, sort: NodeSort) -> Any:
    """What is compared: a rate by the whole numbers it is made of, never by the two decimals that are shown."""
    if sort is NodeSort.NAME:
        return None if one.name is None else folded(one.name)
    if sort is NodeSort.SHARE:
        return one.share
    rates = rates_of(one.totals, one.share)
    if sort is NodeSort.ACHIEVEMENT:
        return rates.achievement.exact
    if sort is NodeSort.CONVERSION_RATE:
        return rates.conversion.exact
    return rates.take_up.exact if sort is NodeSort.TAKE_UP_RATE else getattr(one.totals, sort.value)
