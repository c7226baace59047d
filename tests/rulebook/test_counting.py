from datetime import date

import pytest

from shared.rulebook.follow_up import Closing, ConclusionKind
from shared.rulebook.indicators import (
    ClientResult,
    conversion_rate,
    counts_for_conversion,
    pass_through_rate,
    passing_steps,
    result_of,
)
from shared.rulebook.progression import groups
from tests.rulebook.builders import TODAY, a_follow_up, a_plan, a_step, concluded, exempt

PLAN = a_plan("call!", "meeting!", "signing!", "thanks", sales="signing")
REFUSAL = ConclusionKind.REFUSAL


@pytest.mark.parametrize(
    ("follow_up", "result"),
    [
        (a_follow_up(), ClientResult.IN_PROGRESS),
        (a_follow_up(entry_date=date(2027, 1, 1)), ClientResult.IN_PROGRESS),
        (concluded(a_follow_up(), at="call", kind=ConclusionKind.SIGNATURE), ClientResult.ACCEPTED),
        (concluded(a_follow_up(), at="call", kind=ConclusionKind.NO_DECISION), ClientResult.REFUSED),
        (a_follow_up(closing=Closing.ARCHIVED), ClientResult.CLOSED_WITHOUT_CONCLUSION),
        (a_follow_up(closing=Closing.WITHDRAWN), None),
    ],
)
def test_each_client_has_one_result_and_a_withdrawn_one_none(follow_up, result):
    assert result_of(follow_up) is result


def test_the_conversion_of_the_notice_is_two_of_three():
    all_steps = ["call", "meeting", "signing"]
    follow_ups = [
        concluded(a_follow_up(completed=["call"]), at="meeting"),
        concluded(a_follow_up(completed=all_steps), at="thanks"),
        concluded(a_follow_up(completed=all_steps), at="thanks", kind=REFUSAL),
        concluded(a_follow_up(completed=["call"]), at="meeting", kind=REFUSAL),
        a_follow_up(completed=["call", "meeting"]),
    ]

    counted = sum(counts_for_conversion(follow_up, PLAN, TODAY) for follow_up in follow_ups)

    assert conversion_rate(2, counted).percent == "66.67"


def test_an_open_follow_up_whose_sales_step_is_completed_counts_for_conversion():
    assert counts_for_conversion(a_follow_up(completed=["call", "meeting", "signing"]), PLAN, TODAY)


def test_an_optional_sales_step_counts_once_the_position_is_past_it():
    plan = a_plan("call", "signing", "thanks", "last", sales="signing")

    assert counts_for_conversion(a_follow_up(completed=["call", "thanks"]), plan, TODAY)
    assert not counts_for_conversion(a_follow_up(completed=["call"]), plan, TODAY)


def test_a_sales_step_that_is_not_due_counts_once_the_position_is_past_it():
    plan = a_plan("call!", a_step("signing!", exemptions=exempt(2, "thanks")), "thanks", sales="signing", version=2)

    assert counts_for_conversion(a_follow_up(completed=["call", "thanks"], version=1), plan, TODAY)


def test_a_sales_step_due_but_added_behind_a_refusal_does_not_count():
    plan = a_plan("call!", "signing!", "thanks", sales="signing", version=2)
    refused = concluded(a_follow_up(completed=["call"]), at="thanks", kind=REFUSAL)

    assert not counts_for_conversion(refused, plan, TODAY)


def test_a_client_who_waits_again_has_not_reached_the_sales_step():
    plan = a_plan("call", "signing", "thanks", "last", sales="signing")
    waiting = a_follow_up(completed=["call", "thanks"], entry_date=date(2026, 4, 1))

    assert not counts_for_conversion(waiting, plan, TODAY)


def test_a_withdrawn_follow_up_counts_nowhere():
    withdrawn = a_follow_up(completed=["call", "meeting", "signing"], closing=Closing.WITHDRAWN)

    assert not counts_for_conversion(withdrawn, PLAN, TODAY)
    assert passing_steps(groups(withdrawn, PLAN, waiting=False), PLAN, success=False) == ()


def passed(follow_up, *, success=False, plan=PLAN):
    return passing_steps(groups(follow_up, plan, waiting=False), plan, success=success)


def test_the_pass_through_of_the_notice_is_three_of_five():
    follow_ups = [
        *[a_follow_up(completed=["call", "meeting"])] * 3,
        *[concluded(a_follow_up(completed=["call", "meeting"]), at="signing", kind=REFUSAL)] * 2,
    ]

    passing = sum("meeting" in passed(follow_up) for follow_up in follow_ups)

    assert pass_through_rate(passing, 5).percent == "60.00"


def test_a_client_passes_a_step_when_the_following_one_is_open_done_or_skipped():
    assert passed(a_follow_up(completed=["call"])) == ("call",)
    assert passed(a_follow_up(completed=["call", "meeting", "signing"])) == ("call", "meeting", "signing")
    assert passed(a_follow_up(completed=["call", "last"]), plan=a_plan("call", "mail", "last")) == ("call",)


def test_a_client_who_has_not_done_a_step_does_not_pass_it():
    assert passed(a_follow_up(begun=["call"])) == ()


def test_from_the_sales_step_on_a_success_passes_though_it_left():
    sold = concluded(a_follow_up(completed=["call", "meeting", "signing"]), at="thanks")

    assert passed(sold, success=True) == ("call", "meeting", "signing")
    assert passed(sold, success=False) == ("call", "meeting")


def test_a_success_before_the_sales_step_does_not_pass_the_step_it_left_after():
    sold = concluded(a_follow_up(completed=["call"]), at="meeting")

    assert passed(sold, success=True) == ()


def test_nobody_passes_the_last_step():
    assert "thanks" not in passed(a_follow_up(completed=["call", "meeting", "signing", "thanks"]))
