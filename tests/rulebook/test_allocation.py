from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.rulebook.allocation import Share, allocate, as_percentages, check_target, without
from shared.rulebook.errors import Invalid, Refused, RuleBroken


def euros_for(advisor, amount):
    return Share(advisor_id=advisor, amount=Decimal(amount))


def percent_for(advisor, percent):
    return Share(advisor_id=advisor, percent=Decimal(percent))


def refusal(target, shares):
    with pytest.raises(RuleBroken) as broken:
        allocate(target, shares)
    return type(broken.value), broken.value.code


def test_euros_and_per_cent_mix_and_the_rest_is_unallocated():
    amounts, unallocated = allocate(Decimal(400000), [euros_for("anne", 100000), percent_for("bruno", "12.5")])

    assert [str(amount) for amount in amounts] == ["100000.00", "50000.00"]
    assert str(unallocated) == "250000.00"


def test_cents_go_by_largest_remainder():
    shares = [percent_for("anne", "33.3"), percent_for("bruno", "33.3"), percent_for("chloe", "33.4")]

    allocation = allocate(Decimal("0.10"), shares)

    assert [str(amount) for amount in allocation.amounts] == ["0.03", "0.03", "0.04"]
    assert str(allocation.unallocated) == "0.00"


def test_ties_go_in_row_order_and_unallocated_comes_last():
    shares = [percent_for("anne", 25), percent_for("bruno", 25)]

    allocation = allocate(Decimal("0.02"), shares)

    assert [str(amount) for amount in allocation.amounts] == ["0.01", "0.00"]
    assert str(allocation.unallocated) == "0.01"


def test_unallocated_takes_a_cent_when_its_remainder_is_the_largest():
    amounts, unallocated = allocate(Decimal("0.01"), [percent_for("anne", 49)])

    assert (str(amounts[0]), str(unallocated)) == ("0.00", "0.01")


def test_percentages_stay_percentages_when_the_target_changes():
    shares = [euros_for("anne", 100), percent_for("bruno", 10)]

    assert [str(amount) for amount in allocate(Decimal(1000), shares).amounts] == ["100.00", "100.00"]
    assert [str(amount) for amount in allocate(Decimal(2000), shares).amounts] == ["100.00", "200.00"]


def test_the_whole_target_may_be_given_away():
    assert str(allocate(Decimal(100), [euros_for("anne", 60), percent_for("bruno", 40)]).unallocated) == "0.00"


@pytest.mark.parametrize(
    ("shares", "kind", "code"),
    [
        ([Share(advisor_id="anne")], Invalid, "share_unclear"),
        ([Share(advisor_id="anne", amount=Decimal(1), percent=Decimal(1))], Invalid, "share_unclear"),
        ([euros_for("anne", -1)], Invalid, "share_negative"),
        ([percent_for("anne", -1)], Invalid, "share_negative"),
        ([euros_for("anne", "1.005")], Invalid, "amount_not_exact"),
        ([percent_for("anne", "1.00000000001")], Invalid, "percent_not_exact"),
        ([percent_for("anne", 101)], Invalid, "percent_over_100"),
        ([percent_for("anne", 60), percent_for("bruno", "40.01")], Invalid, "percent_over_100"),
        ([euros_for("anne", 1), percent_for("anne", 1)], Invalid, "advisor_twice"),
        ([euros_for("anne", "100.01")], Refused, "over_target"),
        ([euros_for("anne", 60), percent_for("bruno", 41)], Refused, "over_target"),
    ],
)
def test_each_wrong_allocation_is_named(shares, kind, code):
    assert refusal(Decimal(100), shares) == (kind, code)


def test_more_than_the_target_is_refused_with_both_amounts():
    with pytest.raises(Refused) as broken:
        allocate(Decimal(100), [euros_for("anne", 60), percent_for("bruno", "41.001")])

    assert broken.value.data == {"target": "100.00", "allocated": "101.01"}


def test_zeros_after_the_last_decimal_of_a_percentage_do_not_matter():
    assert allocate(Decimal(100), [percent_for("anne", "12.500000000000")]).amounts == (Decimal("12.50"),)


def test_without_a_target_there_is_no_allocation():
    assert allocate(None, []) == ((), Decimal("0.00"))
    assert refusal(None, [percent_for("anne", 0)]) == (Refused, "allocation_without_target")


def test_the_target_is_not_lowered_below_the_sum():
    shares = [euros_for("anne", 60), percent_for("bruno", 40)]

    assert check_target(Decimal(100), shares) is None
    for target, code in [(Decimal("99.99"), "target_below_allocated"), (None, "allocation_without_target")]:
        with pytest.raises(Refused) as broken:
            check_target(target, shares)
        assert broken.value.code == code


def test_the_share_of_a_removed_advisor_is_unallocated_again():
    shares = [euros_for("anne", 60), percent_for("bruno", 40)]

    assert without(shares, "anne") == (percent_for("bruno", 40),)
    assert str(allocate(Decimal(100), without(shares, "anne")).unallocated) == "60.00"


def test_a_duplicate_has_all_its_shares_in_per_cent():
    shares = [euros_for("anne", 100000), percent_for("bruno", "12.5")]

    assert as_percentages(Decimal(300000), shares) == (
        percent_for("anne", "33.3333333333"),
        percent_for("bruno", "12.5"),
    )


def test_of_a_target_of_nothing_every_euro_share_is_nothing():
    assert as_percentages(Decimal(0), [euros_for("anne", 0)]) == (percent_for("anne", 0),)
    assert as_percentages(None, []) == ()


CENTS = st.integers(0, 10**10)


@given(target=CENTS, weights=st.lists(st.integers(0, 10**6), min_size=1, max_size=12), as_percent=st.randoms())
def test_amounts_and_unallocated_always_sum_to_the_target(target, weights, as_percent):
    whole = sum(weights) or 1
    shares = [
        percent_for(f"a{row}", Decimal(100 * weight // whole))
        if as_percent.random() < 0.5
        else euros_for(f"a{row}", Decimal(target * weight // whole).scaleb(-2))
        for row, weight in enumerate(weights)
    ]

    allocation = allocate(Decimal(target).scaleb(-2), shares)

    assert sum(allocation.amounts) + allocation.unallocated == Decimal(target).scaleb(-2)
    assert min(*allocation.amounts, allocation.unallocated) >= 0


@given(target=CENTS, amounts=st.lists(CENTS, max_size=8))
def test_a_duplicate_with_the_same_target_gives_the_same_amounts(target, amounts):
    assume(sum(amounts) <= target)
    euros = Decimal(target).scaleb(-2)
    shares = [euros_for(f"a{row}", Decimal(amount).scaleb(-2)) for row, amount in enumerate(amounts)]

    assert allocate(euros, as_percentages(euros, shares)) == allocate(euros, shares)
