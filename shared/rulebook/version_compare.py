"""How two versions of a campaign differ (docs/domain.md, Edits)."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Fields = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that says something else now; None where there was, or is, nothing."""

    name: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class StepChange:
    """A step that stands in both versions and says something else now."""

    step_id: str
    changes: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What one version has that the other has not; steps by id, in the order in which they stand."""

    fields: tuple[FieldChange, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    moved: tuple[str, ...]
    edited: tuple[StepChange, ...]


def difference(
    old: Fields, new: Fields, old_steps: Mapping[str, Fields], new_steps: Mapping[str, Fields]
) -> Difference:
    """What changed from the old version to the new one; the mappings of steps are in their order.

    The fewest steps that explain the new order count as moved: those that stand in both versions beside the longest run
    that kept its order.
    """
    kept = [step for step in new_steps if step in old_steps]
    changes = [StepChange(step, changed_fields(old_steps[step], new_steps[step])) for step in kept]
    return Difference(
        fields=changed_fields(old, new),
        added=tuple(step for step in new_steps if step not in old_steps),
        removed=tuple(step for step in old_steps if step not in new_steps),
        moved=_moved(list(old_steps), kept),
        edited=tuple(one for one in changes if one.changes),
    )


def changed_fields(old: Fields, new: Fields) -> tuple[FieldChange, ...]:
    """The fields that differ, in the order of the new ones."""
    names = dict.fromkeys([*new, *old])
    pairs = [(name, old.get(name), new.get(name)) for name in names]
    return tuple(FieldChange(name, before, after) for name, before, after in pairs if before != after)


def _moved(old_order: Sequence[str], kept: Sequence[str]) -> tuple[str, ...]:
    place = {step: index for index, step in enumerate(old_order)}
    still = _longest_rising([place[step] for step in kept])
    return tuple(step for step in kept if place[step] not in still)


def _longest_rising(numbers: Sequence[int]) -> set[int]:
    """The numbers of a longest subsequence that rises (patience sorting)."""
    ends: list[int] = []
    before: dict[int, int | None] = {}
    for number in numbers:
        at = bisect_left(ends, number)
        before[number] = ends[at - 1] if at else None
        ends[at:] = [number, *ends[at + 1 :]]
    run: set[int] = set()
    last = ends[-1] if ends else None
    while last is not None:
        run.add(last)
        last = before[last]
    return run
