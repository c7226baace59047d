"""The tree of units: which new parents hold, and the path of each unit (spec 1.1)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from services.directory.ports import Unit
from services.directory.use_cases.bulk import Given, Outcome

DEEPEST = 32
"""Levels of a tree; a path of this length still fits in a message beside the rest."""


def planted(
    given: Sequence[Given[Unit]], present: Mapping[str, Unit], outcome: Outcome, *, in_use: Collection[str] = ()
) -> dict[str, Unit]:
    """The whole tree after the rows that keep it one, every unit with its path; the other rows go to the outcome.

    Active users sit in the units `in_use`. Row errors: `unknown_parent`, `unit_cycle`, `too_deep`, `inactive_parent`,
    `unit_in_use`. Rows may come in any order.
    """
    rows = {one.item.id: one for one in given}
    while True:
        tree = dict(present) | {unit_id: one.item for unit_id, one in rows.items()}
        paths = _paths(tree)
        cyclic = _cycles(tree, paths)
        carrying = {unit.parent_id for unit in tree.values() if unit.active}.union(in_use)
        wrong = {
            unit_id: _what_is_wrong(one.item, tree, paths, cyclic) or _what_is_left(one.item, tree, carrying)
            for unit_id, one in rows.items()
        }
        refused = {unit_id: problem for unit_id, problem in wrong.items() if problem is not None}
        if not refused:
            # A row that is fine itself can push units that are not in the call below the deepest level.
            refused = {unit_id: _TOO_DEEP for unit_id in rows if _pushes_too_deep(unit_id, paths)}
        if not refused:
            return {unit_id: replace(unit, path=paths[unit_id]) for unit_id, unit in tree.items()}
        for unit_id, (code, detail) in refused.items():
            outcome.errors.append(rows.pop(unit_id).refused(code, detail))


_TOO_DEEP = ("too_deep", f"A unit lies at most {DEEPEST} levels deep.")


def _what_is_wrong(
    unit: Unit, tree: Mapping[str, Unit], paths: Mapping[str, tuple[str, ...]], cyclic: Collection[str]
) -> tuple[str, str] | None:
    if unit.parent_id is not None and unit.parent_id not in tree:
        return "unknown_parent", "No unit has the external_id given as parent, or its own row was refused."
    if unit.id in cyclic:
        return "unit_cycle", "Through its parents the unit would lie below itself."
    # Without a path and on no cycle, it hangs below a row that is refused now; the next round says so.
    return _TOO_DEEP if len(paths.get(unit.id, ())) > DEEPEST else None


def _what_is_left(unit: Unit, tree: Mapping[str, Unit], carrying: Collection[str | None]) -> tuple[str, str] | None:
    """What is wrong with what is active and what no longer is: nothing active hangs below an inactive unit."""
    if unit.active and unit.parent_id is not None and not tree[unit.parent_id].active:
        return "inactive_parent", "The unit above is no longer active: an active unit needs another one."
    if not unit.active and unit.id in carrying:
        return "unit_in_use", "Active users or units are left in the unit; move or deactivate them first."
    return None


def _paths(tree: Mapping[str, Unit]) -> dict[str, tuple[str, ...]]:
    """The path of every unit that a root can be reached from."""
    children: dict[str | None, list[str]] = {}
    for unit in tree.values():
        children.setdefault(unit.parent_id, []).append(unit.id)
    paths: dict[str, tuple[str, ...]] = {unit_id: (unit_id,) for unit_id in children.get(None, [])}
    level = list(paths)
    while level:
        below = [(child, paths[unit_id]) for unit_id in level for child in children.get(unit_id, [])]
        # One level beyond the deepest is enough to know that it is too deep, and keeps a long chain cheap.
        paths.update({child: (*path[:DEEPEST], child) for child, path in below})
        level = [child for child, _ in below]
    return paths


def _cycles(tree: Mapping[str, Unit], paths: Mapping[str, tuple[str, ...]]) -> set[str]:
    """The units that lie below themselves; each unit is walked over once."""
    done: set[str] = set()
    cyclic: set[str] = set()
    for start in tree.keys() - paths.keys():
        walked: list[str] = []
        at: str | None = start
        while at is not None and at in tree and at not in done:
            done.add(at)
            walked.append(at)
            at = tree[at].parent_id
        if at in walked:
            cyclic.update(walked[walked.index(at) :])
    return cyclic


def _pushes_too_deep(unit_id: str, paths: Mapping[str, tuple[str, ...]]) -> bool:
    deep = [path for path in paths.values() if len(path) > DEEPEST]
    return any(unit_id in path for path in deep)
