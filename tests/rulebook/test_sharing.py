from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.rulebook.errors import Invalid
from shared.rulebook.follow_up import ConclusionKind
from shared.rulebook.sharing import Sharer, check_amounts, deal_out, settle_total, share_total

cents = st.integers(0, 10**9).map(lambda number: Decimal(number).scaleb(-2))


def sharers(*potentials):
    return [Sharer(f"f{place}", f"c{place}", Decimal(potential)) for place, potential in enumerate(potentials, start=1)]


def test_a_total_is_shared_by_current_potential():
    assert share_total(Decimal(100), sharers(1, 3)) == {"f1": Decimal("25.00"), "f2": Decimal("75.00")}


def test_it_is_shared_equally_where_all_potentials_are_zero():
    assert share_total(Decimal(1), sharers(0, 0, 0)) == {
        "f1": Decimal("0.34"),
        "f2": Decimal("0.33"),
        "f3": Decimal("0.33"),
    }


def test_one_cent_among_three_goes_to_the_first_client_id_in_whatever_order_they_come():
    mixed = [Sharer("f1", "c9", Decimal(5)), Sharer("f2", "c1", Decimal(5)), Sharer("f3", "c5", Decimal(5))]

    assert share_total(Decimal("0.01"), mixed) == {"f1": Decimal(0), "f2": Decimal("0.01"), "f3": Decimal(0)}


def test_two_follow_ups_of_one_client_tie_by_their_own_ids():
    same = [Sharer("f2", "c1", Decimal(5)), Sharer("f1", "c1", Decimal(5))]

    assert share_total(Decimal("0.01"), same) == {"f1": Decimal("0.01"), "f2": Decimal(0)}


def test_where_nobody_may_be_concluded_nothing_is_shared_and_all_of_it_is_not_recorded():
    assert share_total(Decimal(10), []) == {}
    assert settle_total(Decimal(10), []).not_recorded == Decimal(10)


@given(cents, st.lists(cents, max_size=30), st.data())
def test_recorded_and_not_recorded_are_the_total_whoever_is_refused_later(total, potentials, data):
    parts = share_total(total, sharers(*potentials))
    done = data.draw(st.lists(st.sampled_from(sorted(parts)), unique=True)) if parts else []

    shared = settle_total(total, [parts[one] for one in done])

    assert shared.recorded + shared.not_recorded == total
    assert shared.recorded == sum((parts[one] for one in done), Decimal(0))
    assert shared.not_recorded >= 0
    assert not parts or sum(parts.values()) == total


@given(st.integers(0, 10**6), st.lists(st.integers(0, 1000), min_size=1, max_size=20))
def test_each_part_is_less_than_a_cent_from_the_exact_share(total, potentials):
    parts = share_total(Decimal(total).scaleb(-2), sharers(*potentials))
    weights = potentials if any(potentials) else [1] * len(potentials)

    for place, weight in enumerate(weights, start=1):
        assert abs(int(parts[f"f{place}"] * 100) * sum(weights) - total * weight) < sum(weights)


@pytest.mark.parametrize(
    ("kind", "each", "total", "code"),
    [
        (ConclusionKind.SALE, Decimal(1), Decimal(1), "amount_unclear"),
        (ConclusionKind.REFUSAL, Decimal(1), None, "amount_without_success"),
        (ConclusionKind.NO_DECISION, None, Decimal("0.01"), "amount_without_success"),
        (ConclusionKind.SALE, Decimal(-1), None, "amount_negative"),
        (ConclusionKind.SALE, Decimal("0.001"), None, "amount_not_exact"),
        (ConclusionKind.SALE, None, Decimal("NaN"), "amount_invalid"),
    ],
)
def test_amounts_that_one_conclusion_for_many_may_not_carry(kind, each, total, code):
    with pytest.raises(Invalid) as broken:
        check_amounts(kind, each, total)

    assert broken.value.code == code


def test_a_refusal_for_many_may_say_zero_or_nothing():
    check_amounts(ConclusionKind.REFUSAL, Decimal(0), None)
    check_amounts(ConclusionKind.REFUSAL, None, None)


def test_clients_are_dealt_out_in_turn_and_each_goes_to_one_advisor():
    assert deal_out(["c3", "c1", "c2", "c1"], ["boris", "chloe"]) == {"c1": "boris", "c2": "chloe", "c3": "boris"}


@pytest.mark.parametrize(("advisors", "code"), [([], "advisor_missing"), (["boris", "boris"], "advisor_twice")])
def test_clients_go_to_some_advisor_each_named_once(advisors, code):
    with pytest.raises(Invalid) as broken:
        deal_out(["c1"], advisors)

    assert broken.value.code == code
