"""The moves of a random program: commands, repetitions, edits, days that pass, processes that end (issue 4).

A process is the service's own, or the engine's.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Act:
    """One command, as a program says it: `ago` in days, `step` a number among all that there ever were."""

    what: str
    client: int = 0
    door: str = "screen"
    step: int = 0
    ago: int = 0
    ticked: tuple[str, ...] = ()
    kind: str = "SALE"
    amount: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """Signals in one call."""

    acts: tuple[Act, ...]


@dataclass(frozen=True, slots=True)
class Crowd:
    """Commands sent at once, each by its own door and perhaps by a second one too; `away`: without an engine."""

    acts: tuple[Act, ...]
    twice: bool
    away: bool


@dataclass(frozen=True, slots=True)
class Again:
    """An earlier command under its id, with the same content or another."""

    which: int
    door: str
    other: bool


@dataclass(frozen=True, slots=True)
class Edit:
    """Another definition."""

    what: str
    at: int = 0
    to: int = 0
    from_all: bool = True


@dataclass(frozen=True, slots=True)
class Target:
    """A client targeted, for the first time or again, to enter in so many days."""

    client: int
    days: int


@dataclass(frozen=True, slots=True)
class Pass:
    """Days pass."""

    days: int


@dataclass(frozen=True, slots=True)
class House:
    """`archive` (or un-archive), `restart` of the service, or `engine`: that one killed and started again."""

    what: str


Move = Act | Batch | Crowd | Again | Edit | Target | Pass | House
