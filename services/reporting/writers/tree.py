"""The detail tree as rows of a workbook: follow-ups under structure, campaigns, advisors and clients, in any nesting.

Each row above is the sum of those below it, to the cent; the rows are of one list, so that both show the same.
"""

import pickle
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import takewhile
from typing import IO

from services.reporting.ports.exporting import Dimension, Language, PlaceInStructure, ShareOf
from services.reporting.ports.listing import Listed
from services.reporting.ports.reading import Totals
from services.reporting.use_cases.breakdown import rates_of
from services.reporting.use_cases.tree_order import NodeSort, Placed, in_order
from services.reporting.writers.cells import Kind
from services.reporting.writers.checksum import Value
from services.reporting.writers.formats import NONE
from services.reporting.writers.words import say
from services.reporting.writers.workbook import Column, Row
from shared.rulebook.follow_up import FollowUpStatus

_Key = tuple[Dimension, str]
"""What it stands for, and its id."""
_Path = tuple[_Key, ...]
_OPEN = {FollowUpStatus.WAITING, FollowUpStatus.OPEN}


def tree_columns(language: Language) -> list[Column]:
    """The columns of the tree."""
    words = say(language)
    counts = ("clients", "accepted", "refused", "in_progress", "closed_without_conclusion")
    return [
        Column(words["name"]),
        Column(words["kind"]),
        *(Column(words[name], Kind.COUNT, summed=True) for name in counts),
        *(
            Column(words[name], Kind.EUROS, summed=True)
            for name in ("target", "potential", "remaining_potential", "collected")
        ),
        *(Column(words[name], Kind.RATE) for name in ("achievement", "conversion_rate", "take_up_rate")),
        Column(words["state"]),
        Column(words["conclusion"]),
        Column(words["step_number"], Kind.COUNT),
        Column(words["step"]),
        Column(words["entry_date"], Kind.DAY),
    ]


@dataclass(slots=True)
class _Sums:
    clients: int = 0
    accepted: int = 0
    refused: int = 0
    in_progress: int = 0
    closed: int = 0
    share: Decimal | None = None
    potential: Decimal = Decimal("0.00")
    remaining: Decimal = Decimal("0.00")
    collected: Decimal = Decimal("0.00")
    converting: int = 0

    def add(self, one: Listed) -> None:
        """One more follow-up below."""
        success = one.conclusion is not None and one.conclusion.is_success
        concluded = one.state is FollowUpStatus.CONCLUDED
        self.clients += 1
        self.accepted += concluded and success
        self.refused += concluded and not success
        self.in_progress += one.state in _OPEN
        self.closed += one.state is FollowUpStatus.ARCHIVED
        self.potential += one.initial_potential
        self.remaining += one.potential if one.state in _OPEN else 0
        self.collected += one.collected
        self.converting += one.converting is True

    def totals(self) -> Totals:
        """What the order goes by."""
        return Totals(
            clients=self.clients,
            accepted=self.accepted,
            refused=self.refused,
            in_progress=self.in_progress,
            converting=self.converting,
            potential=self.potential,
            remaining_potential=self.remaining,
            collected=self.collected,
        )

    def cells(self) -> tuple[int | Decimal | str | None, ...]:
        """The columns that are sums, and the rates of these sums."""
        counts = (self.clients, self.accepted, self.refused, self.in_progress, self.closed)
        rates = rates_of(self.totals(), self.share)
        share = "" if self.share is None else self.share
        amounts = (share, self.potential, self.remaining, self.collected)
        return (*counts, *amounts, *(rate.percent for rate in rates))


class Tree:
    """Takes follow-ups in any order and gives the tree's rows; what is told of each waits in a file.

    With clients in the nesting each follow-up has a row, at the last level; without them the last level has the sums.
    """

    def __init__(
        self,
        nesting: Sequence[Dimension],
        structure: Mapping[str, PlaceInStructure],
        language: Language,
        waiting: IO[bytes],
        *,
        sort: NodeSort = NodeSort.NAME,
        descending: bool = False,
    ) -> None:
        self._sort, self._descending = sort, descending
        self._nesting = nesting
        self._structure = structure
        self._words = say(language)
        self._waiting = waiting
        self._sums: dict[_Path, _Sums] = {}
        self._names: dict[_Key, str | None] = {}
        self._leaves: dict[_Path, list[int]] = {}
        self._leaf_sums: dict[_Path, _Sums] = {}

    def add(self, listed: Sequence[Listed]) -> None:
        """More follow-ups; withdrawn ones are in no figure."""
        for one in listed:
            if one.state is FollowUpStatus.WITHDRAWN:
                continue
            path = tuple(key for dimension in self._nesting for key in self._keys(dimension, one))
            named = Dimension.CLIENT in self._nesting
            above = path[:-1] if named else path
            for depth in range(1, len(above) + 1):
                self._sums.setdefault(above[:depth], _Sums()).add(one)
            if named:
                self._leaves.setdefault(path, []).append(self._waiting.tell())
                if self._sort is not NodeSort.NAME:
                    self._leaf_sums.setdefault(path, _Sums()).add(one)
                pickle.dump(one, self._waiting, pickle.HIGHEST_PROTOCOL)

    def add_shares(self, shares: Sequence[ShareOf]) -> None:
        """What of the target belongs to each row, as far down as no client is named; also where nobody is targeted."""
        above = list(takewhile(lambda dimension: dimension is not Dimension.CLIENT, self._nesting))
        for share in shares:
            path = tuple(key for dimension in above for key in self._keys(dimension, share))
            for depth in range(1, len(path) + 1):
                sums = self._sums.setdefault(path[:depth], _Sums())
                sums.share = (sums.share or Decimal(0)) + share.amount

    def rows(self) -> Iterator[Row]:
        """Every row, each below the one it belongs to, in the order of the screen."""
        below: dict[_Path, list[_Path]] = defaultdict(list)
        for path in dict.fromkeys([*self._sums, *self._leaves]):
            below[path[:-1]].append(path)
        yield from self._below((), below)

    def _below(self, above: _Path, below: Mapping[_Path, Sequence[_Path]]) -> Iterator[Row]:
        for path in self._in_order(below.get(above, ())):
            dimension, _ = path[-1]
            level, name, kind = len(path) - 1, self._names[path[-1]] or NONE, self._words[f"kind.{dimension}"]
            if path in self._sums:
                yield Row((name, kind, *self._sums[path].cells(), "", "", "", "", ""), level)
            for offset in self._leaves.get(path, ()):
                self._waiting.seek(offset)
                one: Listed = pickle.load(self._waiting)  # noqa: S301  our own, in a folder of our own
                yield Row((name, kind, *self._leaf(one)), level)
            yield from self._below(path, below)

    def _in_order(self, paths: Sequence[_Path]) -> Sequence[_Path]:
        """Units come before what sits in the unit itself, and what has no id comes last."""
        clients = {path for path in paths if path[-1][0] is Dimension.CLIENT}
        of_clients = NodeSort(self._sort.of_clients().value)
        ordered: list[_Path] = [
            *in_order(
                [self._placed(path) for path in paths if path not in clients], self._sort, descending=self._descending
            ),
            *in_order(map(self._placed, clients), of_clients, descending=self._descending, ids_too=True),
        ]
        return sorted(ordered, key=lambda path: (path[-1][0] is not Dimension.UNIT, not path[-1][1]))

    def _placed(self, path: _Path) -> Placed:
        sums = self._sums.get(path) or self._leaf_sums.get(path) or _Sums()
        return Placed(path, self._names[path[-1]], path[-1][1], sums.totals(), sums.share)

    def _keys(self, dimension: Dimension, one: Listed | ShareOf) -> list[_Key]:
        if dimension is Dimension.UNIT:
            place = self._structure.get(one.unit_id or "")
            within = [] if place is None else [self._structure[unit] for unit in place.path if unit in self._structure]
            return [self._key(dimension, unit.unit_id, unit.name) for unit in within] or [
                self._key(dimension, "", self._words["no_unit"])
            ]
        if dimension is Dimension.CAMPAIGN:
            return [self._key(dimension, one.campaign_id, one.campaign_name)]
        if dimension is Dimension.ADVISOR or isinstance(one, ShareOf):
            return [self._key(dimension, one.advisor_id, one.advisor_name)]
        return [self._key(dimension, one.client_id, one.client_name)]

    def _key(self, dimension: Dimension, identifier: str | None, name: str | None) -> _Key:
        key = (dimension, identifier or "")
        self._names.setdefault(key, name)
        return key

    def _leaf(self, one: Listed) -> tuple[Value, ...]:
        sums = _Sums()
        sums.add(one)
        at_end = one.step_id is None and one.step_number is not None
        return (
            *sums.cells()[:-1],
            "",  # take-up of one client says nothing
            self._words[f"state.{one.state}"],
            "" if one.conclusion is None else self._words[f"conclusion.{one.conclusion}"],
            one.step_number,
            self._words["end"] if at_end else one.step_title or "",
            one.entry_date,
        )
