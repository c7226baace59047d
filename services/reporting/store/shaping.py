"""The shape of a follow-up (`ports.standing.Shape`) from its state as a fact carries it."""

from collections.abc import Sequence

from pydantic import TypeAdapter

from services.reporting.ports.standing import EntryShape, Shape

ENTRIES = """(
    select jsonb_agg(one order by one)
    from jsonb_array_elements({after} -> 'entries') as entry (told),
        lateral jsonb_build_array(told -> 'step_id', told -> 'state', told -> 'first_version') as one
)"""
"""Step, state and first version of each entry after a fact, in one order; null without any."""
AS_THEY_COME = """jsonb_build_array(
    jsonb_path_query_array({after}, '$.entries[*].step_id'),
    jsonb_path_query_array({after}, '$.entries[*].state'),
    jsonb_path_query_array({after}, '$.entries[*].first_version')
)"""
"""The same as three arrays in the order of the state: at half the cost, and equal ones may differ."""
SHAPE = f"""jsonb_build_array({{after}} -> 'closing', {{after}} #> '{{{{conclusion,kind}}}}',
    {{after}} -> 'closed_position', {{after}} -> 'overdue_step', {ENTRIES})"""
"""All of it, for one who is not waiting."""
_ENTRIES = TypeAdapter(tuple[EntryShape, ...])


def shape_entries(stored: object) -> tuple[EntryShape, ...]:
    """The entries from their column."""
    return _ENTRIES.validate_python(stored or ())


def entries_as_they_come(stored: Sequence[Sequence[object]]) -> tuple[EntryShape, ...]:
    """The entries from the three arrays, in one order."""
    return tuple(sorted(_ENTRIES.validate_python(tuple(zip(*stored, strict=True)))))


def shape_of_column(stored: list[object]) -> Shape:
    """The shape from its column."""
    closing, kind, closed_position, late, entries = stored
    return Shape(
        closing=_text(closing),
        kind=_text(kind),
        closed_position=_text(closed_position),
        waiting=False,
        entries=shape_entries(entries),
        overdue_step=_text(late),
    )


def column_of_shape(shape: Shape) -> list[object]:
    """The same as the database tells it."""
    entries = [list(entry) for entry in shape.entries] or None
    return [shape.closing, shape.kind, shape.closed_position, shape.overdue_step, entries]


def _text(stored: object) -> str | None:
    return None if stored is None else str(stored)
