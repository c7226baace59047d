from datetime import date
from decimal import Decimal

import pytest

from shared.rulebook.errors import Invalid
from shared.rulebook.indicators import (
    ClientCounts,
    ClientResult,
    Days,
    PaceRow,
    Rate,
    StepCounts,
    achievement,
    conversion_rate,
    coverage,
    days_of,
    linked_difference,
    pace,
    pace_over,
    pass_through_rate,
    prorated_target,
    recorded_and_not,
    remaining_to_target,
    share_by_potential,
    shortfall,
    step_completion_rate,
    surplus,
    take_up_rate,
    target_read,
    two_decimals,
)
from tests.rulebook.builders import END, START

DAY_51 = days_of(START, END, date(2026, 4, 20))


def test_the_advisor_of_the_notice_still_has_3_730_000_to_collect():
    target, potential, collected, remaining_potential = (
        Decimal("4100000.00"),
        Decimal("2027000.00"),
        Decimal("370000.00"),
        Decimal("757000.00"),
    )

    assert remaining_to_target(target, collected) == Decimal("3730000.00")
    assert surplus(target, collected) == Decimal("0.00")
    assert achievement(collected, target).percent == "9.02"
    assert coverage(potential, target).percent == "49.44"
    assert shortfall(target, collected, remaining_potential) == Decimal("2973000.00")


def test_the_campaign_of_the_notice_should_have_collected_334_426_on_its_day_51():
    assert (DAY_51.elapsed, DAY_51.total) == (51, 61)
    assert two_decimals(prorated_target(Decimal(400000), DAY_51)) == Decimal("334426.23")


def test_the_pace_of_the_notice_is_59_80_and_its_50_per_cent_is_the_achievement():
    assert pace(Decimal(200000), Decimal(400000), DAY_51).percent == "59.80"
    assert achievement(Decimal(200000), Decimal(400000)).percent == "50.00"


def test_beyond_the_target_there_is_a_surplus_and_nothing_remains():
    assert remaining_to_target(Decimal(100), Decimal(130)) == Decimal("0.00")
    assert surplus(Decimal(100), Decimal(130)) == Decimal("30.00")
    assert shortfall(Decimal(100), Decimal(130), Decimal(0)) == Decimal("0.00")


def test_enough_remaining_potential_leaves_no_shortfall():
    assert shortfall(Decimal(100), Decimal(30), Decimal(80)) == Decimal("0.00")


def test_without_a_target_there_is_nothing_to_compare_with():
    assert remaining_to_target(None, Decimal(5)) is None
    assert surplus(None, Decimal(5)) is None
    assert shortfall(None, Decimal(5), Decimal(5)) is None
    assert achievement(Decimal(5), None).percent is None
    assert coverage(Decimal(5), None).percent is None
    assert pace(Decimal(5), None, DAY_51).percent is None


def test_before_the_start_there_is_no_pace():
    assert pace(Decimal(0), Decimal(400000), Days(0, 61)).percent is None


def test_the_pace_of_several_campaigns_is_sum_over_sum_of_those_that_have_a_target():
    rows = [
        PaceRow(Decimal(200), Decimal(400), Days(1, 2)),
        PaceRow(Decimal(50), Decimal(600), Days(1, 3)),
        PaceRow(Decimal(999), None, Days(1, 3)),
    ]

    assert pace_over(rows) == Rate(Decimal("250.00"), 400)
    assert pace_over(rows).percent == "62.50"


def test_with_all_the_whole_target_is_read():
    assert target_read(Decimal(1000), [Decimal(300)], reads_all=True) == Decimal(1000)


def test_with_less_the_shares_read_are_the_target_and_unallocated_belongs_to_nobody():
    assert target_read(Decimal(1000), [Decimal(300), Decimal(200)], reads_all=False) == Decimal("500.00")


def test_without_a_share_there_is_no_target():
    assert target_read(Decimal(1000), [], reads_all=False) is None
    assert target_read(None, [], reads_all=True) is None


def test_clients_are_counted_by_result_of_all():
    counts = ClientCounts(accepted=2, refused=1, in_progress=4, closed_without_conclusion=1)

    assert counts.total == 8
    assert [counts.rate(result).percent for result in ClientResult] == ["25.00", "12.50", "50.00", "12.50"]


def test_two_signed_and_one_refused_after_the_sales_step_convert_at_66_67():
    assert conversion_rate(successes=2, counted=3).percent == "66.67"


def test_two_of_ten_are_a_take_up_of_20_per_cent():
    assert take_up_rate(successes=2, targeted=10).percent == "20.00"


def test_seven_of_eight_have_completed_the_step():
    counts = StepCounts(done=7, open=1, left=3, skipped=2, not_reached=4)

    assert step_completion_rate(counts) == Rate(7, 8)
    assert step_completion_rate(counts).percent == "87.50"
    assert (counts.concerned, counts.no_longer_concerned) == (8, 3)


def test_three_of_five_pass_on_to_the_following_step():
    assert pass_through_rate(passed=3, done=5).percent == "60.00"


def test_the_last_step_has_no_pass_through_rate():
    assert pass_through_rate(passed=0, done=5, last=True).percent is None


def test_a_total_is_shared_by_current_potential():
    shares = share_by_potential(Decimal("100.00"), {"b": Decimal(100), "a": Decimal(200)})

    assert shares == {"a": Decimal("66.67"), "b": Decimal("33.33")}


def test_a_total_is_shared_equally_where_nobody_has_a_potential_ties_by_client_id():
    shares = share_by_potential(Decimal("0.02"), {"c": Decimal(0), "a": Decimal(0), "b": Decimal(0)})

    assert shares == {"a": Decimal("0.01"), "b": Decimal("0.01"), "c": Decimal("0.00")}


def test_among_nobody_nothing_is_shared():
    with pytest.raises(Invalid) as broken:
        share_by_potential(Decimal(1), {})

    assert broken.value.code == "nothing_to_share_among"


def test_what_was_recorded_and_what_was_not_are_the_total():
    shares = {"a": Decimal("66.67"), "b": Decimal("33.33")}

    assert recorded_and_not(shares, {"a"}) == (Decimal("66.67"), Decimal("33.33"))


def test_linked_transactions_that_differ_from_the_amount_show_by_how_much():
    assert linked_difference(Decimal("500.00"), [Decimal("300.00"), Decimal("150.00")]) == Decimal("-50.00")
    assert linked_difference(Decimal("500.00"), [Decimal("500.00")]) == Decimal("0.00")


def test_accounts_alone_give_no_difference():
    assert linked_difference(Decimal("500.00"), []) is None
