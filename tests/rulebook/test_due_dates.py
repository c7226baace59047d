"""Due dates: working days after a step became the position, and lateness recorded once (docs/domain.md, Due dates)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from shared.rulebook.commands import BeginStep, CancelEntry, Circumstances, CompleteStep, TargetAgain, WithdrawClient
from shared.rulebook.decisions import decide
from shared.rulebook.due_dates import Place, due_on, first_place, next_place
from shared.rulebook.errors import Refused
from shared.rulebook.follow_up import Closing
from shared.rulebook.history import apply
from shared.rulebook.lateness import MarkOverdue
from tests.rulebook.builders import START, TODAY, a_follow_up, a_plan, a_step

FRIDAY = date(2026, 3, 20)


class Weekdays:
    """Monday to Friday but for one day on which the network is closed."""

    def __init__(self, *closed):
        self.closed = closed

    def is_working(self, day):
        return day.weekday() < 5 and day not in self.closed


OPEN_ALL_WEEK = Weekdays()
PLAN = a_plan(a_step("call!", due_within_days=2), a_step("meet!", due_within_days=5), "mail!")


def at(day):
    return Circumstances(today=day, occurred_on=day, actor="system")


def after(follow_up, command, *, day=TODAY, plan=PLAN):
    return apply(follow_up, decide(follow_up, command, plan, at(day)))


@pytest.mark.parametrize(
    ("within", "since", "due"),
    [
        (0, date(2026, 3, 20), date(2026, 3, 20)),
        (1, date(2026, 3, 20), date(2026, 3, 23)),
        (5, date(2026, 3, 20), date(2026, 3, 27)),
        (7, date(2026, 3, 19), date(2026, 3, 30)),
        (1, date(2026, 3, 21), date(2026, 3, 23)),
        (0, date(2026, 3, 21), date(2026, 3, 23)),
        (5, date(2026, 3, 22), date(2026, 3, 27)),
        (3, date(9999, 12, 30), date(9999, 12, 31)),
    ],
)
def test_a_step_is_due_within_working_days(within, since, due):
    assert due_on(a_step("call", due_within_days=within), since, OPEN_ALL_WEEK) == due


def test_a_closing_day_does_not_count():
    closed_on_monday = Weekdays(date(2026, 3, 23))

    assert due_on(a_step("call", due_within_days=1), FRIDAY, closed_on_monday) == date(2026, 3, 24)
    assert due_on(a_step("call", due_within_days=0), date(2026, 3, 23), closed_on_monday) == date(2026, 3, 24)


def test_a_step_without_delay_is_never_late():
    assert due_on(a_step("call"), TODAY, OPEN_ALL_WEEK) is None


def test_the_first_step_is_due_from_the_entry_date_on():
    follow_up = a_follow_up(entry_date=date(2026, 3, 23))

    assert first_place(follow_up, PLAN, OPEN_ALL_WEEK) == Place("call", date(2026, 3, 23), date(2026, 3, 25))


def test_where_the_past_is_not_known_the_last_completion_counts():
    follow_up = after(a_follow_up(), CompleteStep("call"), day=FRIDAY)

    assert first_place(follow_up, PLAN, OPEN_ALL_WEEK) == Place("meet", FRIDAY, date(2026, 3, 27))


def test_a_completed_step_hands_over_on_the_day_it_happened():
    place = Place("call", START, date(2026, 3, 3))
    follow_up = after(a_follow_up(), CompleteStep("call"), day=date(2026, 3, 18))

    moved = next_place(place, follow_up, PLAN, OPEN_ALL_WEEK, date(2026, 3, 18), TODAY)

    assert moved == Place("meet", date(2026, 3, 18), date(2026, 3, 25))


def test_what_does_not_move_the_position_leaves_its_day():
    place = Place("call", START, date(2026, 3, 3))
    follow_up = after(a_follow_up(), BeginStep("call"))

    assert next_place(place, follow_up, PLAN, OPEN_ALL_WEEK, TODAY, TODAY) == place


def test_another_delay_or_calendar_moves_the_due_date_and_not_the_day_it_counts_from():
    place = Place("call", FRIDAY, date(2026, 3, 24))
    longer = a_plan(a_step("call!", due_within_days=4), "meet!", version=2)

    assert next_place(place, a_follow_up(), longer, OPEN_ALL_WEEK, TODAY, TODAY).due_on == date(2026, 3, 26)
    assert next_place(place, a_follow_up(), PLAN, Weekdays(date(2026, 3, 24)), TODAY, TODAY).due_on == date(2026, 3, 25)


def test_a_step_put_before_a_client_counts_from_the_day_of_the_edit():
    place = Place("call", START, date(2026, 3, 3))
    edited = a_plan(a_step("letter!", due_within_days=1), "call!", version=2)

    assert next_place(place, a_follow_up(), edited, OPEN_ALL_WEEK, FRIDAY, FRIDAY) == Place(
        "letter", FRIDAY, date(2026, 3, 23)
    )


def test_an_entry_date_moved_either_way_takes_the_first_step_along():
    place = Place("call", date(2026, 4, 1), date(2026, 4, 3))

    def moved(entry_date):
        return next_place(place, a_follow_up(entry_date=entry_date), PLAN, OPEN_ALL_WEEK, TODAY, TODAY)

    assert moved(date(2026, 4, 2)) == Place("call", date(2026, 4, 2), date(2026, 4, 6))
    assert moved(TODAY) == Place("call", TODAY, date(2026, 3, 24))


def test_a_closed_follow_up_and_one_at_its_end_owe_nothing():
    place = Place("mail", TODAY, date(2026, 3, 24))
    finished = a_follow_up(completed=("call", "meet", "mail"))

    assert next_place(place, finished, PLAN, OPEN_ALL_WEEK, TODAY, TODAY).due_on is None
    withdrawn = a_follow_up(closing=Closing.WITHDRAWN)
    assert next_place(Place("call", START, None), withdrawn, PLAN, OPEN_ALL_WEEK, TODAY, TODAY).due_on is None


def test_a_late_step_is_recorded_once():
    late = after(a_follow_up(), MarkOverdue("call", date(2026, 3, 19)))

    assert (late.overdue_step, late.overdue_due_on) == ("call", date(2026, 3, 19))
    with pytest.raises(Refused, match="unchanged"):
        decide(late, MarkOverdue("call", date(2026, 3, 19)), PLAN, at(TODAY))


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (MarkOverdue("call", TODAY), "not_overdue"),
        (MarkOverdue("meet", date(2026, 3, 19)), "not_overdue"),
    ],
)
def test_what_is_in_time_or_not_at_the_position_is_not_late(command, code):
    with pytest.raises(Refused, match=code):
        decide(a_follow_up(), command, PLAN, at(TODAY))


def test_a_waiting_client_is_never_late():
    with pytest.raises(Refused, match="waiting"):
        decide(a_follow_up(entry_date=TODAY + timedelta(days=1)), MarkOverdue("call", START), PLAN, at(TODAY))


def test_what_was_recorded_as_late_stays_so_under_another_definition():
    late = after(a_follow_up(), MarkOverdue("call", date(2026, 3, 19)))
    longer = a_plan(a_step("call!", due_within_days=300), "meet!", version=2)

    place = next_place(Place("call", START, date(2026, 3, 19)), late, longer, OPEN_ALL_WEEK, TODAY, TODAY)

    assert place.due_on == date(2026, 3, 19)


def test_completing_the_late_step_ends_its_lateness_and_cancelling_its_entry_does_not():
    late = after(after(a_follow_up(), MarkOverdue("call", date(2026, 3, 19))), BeginStep("call"))

    assert after(late, CancelEntry("call")).overdue_step == "call"
    assert after(late, CompleteStep("call")).overdue_step is None


def test_a_client_targeted_again_begins_in_time():
    late = after(a_follow_up(), MarkOverdue("call", date(2026, 3, 19)))

    again = after(after(late, WithdrawClient()), TargetAgain(TODAY, Decimal(0), "anne"))

    assert (again.overdue_step, again.overdue_due_on) == (None, None)
