"""How a follow-up stands, amounts apart, and what each one that stands so adds to the counters."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

EntryShape = tuple[str, str, int]
"""Step, state, and the version of the first thing done to it."""


@dataclass(frozen=True, slots=True)
class Shape:
    """All that the formulas ask of a follow-up, amounts apart: those of one shape count alike."""

    closing: str | None
    kind: str | None
    closed_position: str | None
    waiting: bool
    entries: tuple[EntryShape, ...]
    overdue_step: str | None = None


class Amounts(NamedTuple):
    """What follow-ups add to the counters of clients and euros; the fields are the columns."""

    clients: int = 0
    accepted: int = 0
    refused: int = 0
    in_progress: int = 0
    archived: int = 0
    contacts: int = 0
    converting: int = 0
    converting_while_waiting: int = 0
    overdue: int = 0
    potential: Decimal = Decimal(0)
    remaining_potential: Decimal = Decimal(0)
    collected: Decimal = Decimal(0)


class StepAmounts(NamedTuple):
    """What follow-ups add to the counters of one group of one step."""

    clients: int = 0
    passed: int = 0
    passed_while_waiting: int = 0


class StepPart(NamedTuple):
    """One follow-up in a group of one step; the group while waiting is the one before its entry date."""

    step_id: str
    step_group: str
    group_while_waiting: str
    amounts: StepAmounts


@dataclass(frozen=True, slots=True)
class Contribution:
    """Where each follow-up of a shape stands by a plan, and what it adds to the counters: whole numbers, no euros.

    One that is withdrawn stands somewhere and adds nothing.
    """

    position: str | None
    step_number: int
    counts: Amounts
    steps: Sequence[StepPart]
