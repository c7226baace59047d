"""Which new parents hold."""

import pytest

from services.directory.ports import Unit
from services.directory.use_cases.bulk import Given, Outcome
from services.directory.use_cases.tree import DEEPEST, planted


def a_unit(name: str, parent: str | None = None) -> Unit:
    return Unit(id=name, external_id=name, name=name, parent_id=parent)


def plant(*given: Unit, present: tuple[Unit, ...] = ()) -> tuple[dict[str, Unit], dict[str, str]]:
    outcome = Outcome()
    tree = planted([Given(row, unit) for row, unit in enumerate(given)], {unit.id: unit for unit in present}, outcome)
    return tree, {error.external_id: error.code for error in outcome.errors}


def test_children_may_come_before_their_parents():
    tree, errors = plant(a_unit("branch", "region"), a_unit("region", "network"), a_unit("network"))

    assert tree["branch"].path == ("network", "region", "branch")
    assert errors == {}


def test_a_unit_that_moves_takes_all_below_it_along():
    present = (a_unit("north"), a_unit("south"), a_unit("branch", "north"), a_unit("team", "branch"))

    tree, errors = plant(a_unit("branch", "south"), present=present)

    assert tree["team"].path == ("south", "branch", "team")
    assert errors == {}


def test_units_that_would_lie_below_each_other_are_refused_and_the_rest_is_kept():
    tree, errors = plant(a_unit("network"), a_unit("a", "c"), a_unit("b", "a"), a_unit("c", "b"))

    assert errors == {"a": "unit_cycle", "b": "unit_cycle", "c": "unit_cycle"}
    assert set(tree) == {"network"}


def test_a_unit_cannot_be_its_own_parent():
    tree, errors = plant(a_unit("a", "a"))

    assert (set(tree), errors) == (set(), {"a": "unit_cycle"})


def test_an_old_unit_refused_for_a_cycle_stays_where_it_was():
    present = (a_unit("network"), a_unit("region", "network"), a_unit("branch", "region"))

    tree, errors = plant(a_unit("region", "branch"), present=present)

    assert tree["region"].path == ("network", "region")
    assert tree["branch"].path == ("network", "region", "branch")
    assert errors == {"region": "unit_cycle"}


def test_what_hangs_below_a_refused_unit_has_an_unknown_parent():
    _, errors = plant(a_unit("a", "nowhere"), a_unit("b", "a"), a_unit("c", "b"))

    assert errors == {"a": "unknown_parent", "b": "unknown_parent", "c": "unknown_parent"}


def test_what_hangs_below_a_cycle_has_an_unknown_parent():
    _, errors = plant(a_unit("a", "b"), a_unit("b", "a"), a_unit("below", "a"))

    assert errors == {"a": "unit_cycle", "b": "unit_cycle", "below": "unknown_parent"}


def test_two_units_may_exchange_places():
    present = (a_unit("top"), a_unit("a", "top"), a_unit("b", "a"))

    tree, errors = plant(a_unit("a", "b"), a_unit("b", "top"), present=present)

    assert tree["a"].path == ("top", "b", "a")
    assert errors == {}


def test_a_chain_is_cut_where_it_gets_too_deep():
    chain = [a_unit("0"), *(a_unit(str(number), str(number - 1)) for number in range(1, DEEPEST + 3))]

    tree, errors = plant(*chain)

    assert len(tree) == 32
    assert errors == {"32": "too_deep", "33": "too_deep", "34": "too_deep"}


def test_a_move_that_pushes_other_units_too_deep_is_refused():
    chain = (a_unit("0"), *(a_unit(str(number), str(number - 1)) for number in range(1, DEEPEST)))

    tree, errors = plant(a_unit("0", "above"), present=(*chain, a_unit("above")))

    assert tree["31"].path[0] == "0"
    assert errors == {"0": "too_deep"}


@pytest.mark.timeout(10)
def test_ten_thousand_units_in_one_circle_are_refused_at_once():
    circle = [a_unit(str(number), str((number + 1) % 10_000)) for number in range(10_000)]

    tree, errors = plant(*circle)

    assert tree == {}
    assert set(errors.values()) == {"unit_cycle"}
