"""How two versions of a campaign differ."""

from hypothesis import given
from hypothesis import strategies as st

from shared.rulebook.version_compare import FieldChange, StepChange, difference


def steps(*ids: str, **fields: object) -> dict[str, dict[str, object]]:
    return {one: {"title": fields.get(one, one)} for one in ids}


def test_nothing_differs_from_itself():
    same = difference({"name": "A"}, {"name": "A"}, steps("a", "b"), steps("a", "b"))

    assert (same.fields, same.added, same.removed, same.moved, same.edited) == ((), (), (), (), ())


def test_fields_say_what_they_said_before_and_what_they_say_now():
    changed = difference({"name": "A", "note": "n"}, {"name": "B", "target": "1.00"}, {}, {})

    assert changed.fields == (
        FieldChange("name", "A", "B"),
        FieldChange("target", None, "1.00"),
        FieldChange("note", "n", None),
    )


def test_steps_are_added_removed_and_edited():
    changed = difference({}, {}, steps("a", "b", "c"), steps("a", "x", "c", c="Closing"))

    assert (changed.added, changed.removed, changed.moved) == (("x",), ("b",), ())
    assert changed.edited == (StepChange("c", (FieldChange("title", "c", "Closing"),)),)


def test_a_step_that_changed_its_place_is_the_one_that_moved():
    last_first = difference({}, {}, steps("a", "b", "c", "d"), steps("d", "a", "b", "c"))
    swapped = difference({}, {}, steps("a", "b", "c", "d"), steps("a", "c", "b", "d"))

    assert last_first.moved == ("d",)
    assert len(swapped.moved) == 1


def test_what_is_added_or_removed_before_a_step_does_not_move_it():
    assert difference({}, {}, steps("a", "b", "c"), steps("x", "b", "c")).moved == ()


@given(st.permutations("abcdef"))
def test_the_steps_that_did_not_move_kept_their_order(order):
    moved = difference({}, {}, steps(*"abcdef"), steps(*order)).moved

    stayed = [step for step in order if step not in moved]
    assert stayed == sorted(stayed)
    assert list(order) == list("abcdef") or moved
