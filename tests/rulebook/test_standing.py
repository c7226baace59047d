from dataclasses import replace
from datetime import date

import pytest

from shared.rulebook.errors import Refused
from shared.rulebook.follow_up import Closing, EntryState, FollowUpStatus, StepEntry
from shared.rulebook.progression import (
    blocking_steps,
    enterable_steps,
    is_due,
    missing_mandatory,
    position,
    status,
)
from shared.rulebook.standing import position_after_late_entry
from tests.rulebook.builders import START, TODAY, a_follow_up, a_plan, a_step, concluded, exempt

FOUR = a_plan("call!", "mail", "meeting!", "signing!")


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 2, 28), FollowUpStatus.WAITING),
        (START, FollowUpStatus.OPEN),
        (TODAY, FollowUpStatus.OPEN),
    ],
)
def test_waiting_or_open_follows_from_the_entry_date_alone(today, expected):
    assert status(a_follow_up(), today) is expected


@pytest.mark.parametrize("closing", list(Closing))
def test_a_closed_follow_up_has_the_status_of_its_closing(closing):
    assert status(a_follow_up(closing=closing), date(2026, 2, 1)).value == closing.value


def test_a_mandatory_step_is_due_and_an_optional_one_is_not():
    assert is_due(a_step("call!"), a_follow_up())
    assert not is_due(a_step("call"), a_follow_up())


def test_whoever_was_past_a_step_when_it_came_is_not_asked_for_it():
    added_in_2 = a_step("check!", exemptions=exempt(2, "signing"))

    assert not is_due(added_in_2, a_follow_up(completed=["signing"], version=1))
    assert not is_due(added_in_2, a_follow_up(begun=["signing"], version=1))


def test_a_client_stays_past_a_step_even_when_what_put_them_past_was_undone():
    assert not is_due(a_step("check!", exemptions=exempt(2, "signing")), a_follow_up(idle=["signing"], version=1))


def test_whoever_began_under_the_old_version_is_past_though_they_completed_under_the_new_one():
    begun_in_1 = StepEntry("signing", EntryState.COMPLETED, version=3, first_version=1, completed_on=TODAY)

    assert not is_due(a_step("check!", exemptions=exempt(2, "signing")), a_follow_up(entries=(begun_in_1,)))


def test_whoever_got_past_under_the_new_version_is_asked_for_it():
    assert is_due(a_step("check!", exemptions=exempt(2, "signing")), a_follow_up(idle=["signing"], version=2))


def test_whoever_only_did_a_step_before_it_is_asked_for_it():
    assert is_due(a_step("check!", exemptions=exempt(2, "signing")), a_follow_up(completed=["call"], version=1))


def test_a_step_is_blocked_by_every_mandatory_step_missing_before_it():
    assert blocking_steps("signing", a_follow_up(), FOUR) == ("call", "meeting")
    assert blocking_steps("signing", a_follow_up(completed=["call"]), FOUR) == ("meeting",)
    assert blocking_steps("call", a_follow_up(), FOUR) == ()


def test_an_optional_step_left_out_does_not_block_the_next():
    assert blocking_steps("meeting", a_follow_up(completed=["call"]), FOUR) == ()


def test_a_begun_mandatory_step_still_blocks():
    assert blocking_steps("mail", a_follow_up(begun=["call"]), FOUR) == ("call",)


def test_a_step_from_which_the_client_is_exempt_does_not_block():
    plan = a_plan("call!", a_step("check!", exemptions=exempt(2, "meeting")), "meeting!", "signing!", version=2)

    assert blocking_steps("signing", a_follow_up(completed=["call", "meeting"]), plan) == ()


def test_an_unknown_step_has_no_answer():
    with pytest.raises(Refused) as broken:
        blocking_steps("gone", a_follow_up(), FOUR)

    assert (broken.value.code, broken.value.data) == ("step_unknown", {"step": "gone"})


@pytest.mark.parametrize(
    ("completed", "expected"),
    [
        ([], ("call",)),
        (["call"], ("mail", "meeting")),
        (["call", "meeting"], ("mail", "signing")),
        (["call", "mail", "meeting", "signing"], ()),
        (["mail"], ("call",)),
    ],
)
def test_the_list_of_choices_holds_just_the_steps_that_may_be_entered(completed, expected):
    assert enterable_steps(a_follow_up(completed=completed), FOUR) == expected


def test_nothing_may_be_entered_once_closed():
    assert enterable_steps(a_follow_up(closing=Closing.WITHDRAWN), FOUR) == ()


def test_missing_mandatory_steps_are_found_wherever_they_stand():
    assert missing_mandatory(a_follow_up(completed=["meeting"], begun=["signing"]), FOUR) == ("call", "signing")


@pytest.mark.parametrize(
    ("follow_up", "expected"),
    [
        (a_follow_up(), "call"),
        (a_follow_up(completed=["call"]), "mail"),
        (a_follow_up(completed=["call"], begun=["mail"]), "mail"),
        (a_follow_up(completed=["call"], begun=["meeting"]), "meeting"),
        (a_follow_up(completed=["call", "meeting"], begun=["mail"]), "signing"),
        (a_follow_up(completed=["call", "meeting"]), "signing"),
        (a_follow_up(completed=["meeting"], idle=["call"]), "call"),
        (a_follow_up(completed=["call", "meeting", "signing"]), None),
        (a_follow_up(completed=["call", "meeting", "signing"], begun=["mail"]), None),
        (a_follow_up(completed=["call"], begun=["gone"]), "mail"),
        (a_follow_up(completed=["call"], idle=["mail"]), "mail"),
    ],
)
def test_the_position_is_the_furthest_reached_but_never_beyond_a_mandatory_step_still_due(follow_up, expected):
    assert position(follow_up, FOUR) == expected


def test_the_position_passes_a_step_from_which_the_client_is_exempt():
    plan = a_plan("call!", a_step("check!", exemptions=exempt(2, "meeting")), "meeting!", "signing!", version=2)

    assert position(a_follow_up(completed=["call", "meeting"]), plan) == "signing"


@pytest.mark.parametrize("closing", [Closing.CONCLUDED, Closing.ARCHIVED])
def test_a_closed_follow_up_keeps_its_position(closing):
    kept = a_follow_up(completed=["call"], closing=closing, closed_position="mail")
    edited = a_plan("new!", "call!", "extra!", "meeting!", "mail", "signing!", version=2)

    assert position(kept, FOUR) == "mail"
    assert position(kept, edited) == "mail"


def test_a_follow_up_closed_at_the_end_stays_there_when_a_step_is_added_last():
    ended = concluded(a_follow_up(completed=["call", "meeting", "signing"]), at=None)

    assert position(ended, a_plan("call!", "meeting!", "signing!", "thanks!", version=2)) is None


def test_when_the_step_at_which_it_closed_is_removed_the_entries_say_where_it_stands():
    closed = concluded(a_follow_up(completed=["call"]), at="mail")

    assert position(closed, a_plan("call!", "meeting!", "signing!", version=2)) == "meeting"


def test_a_withdrawn_follow_up_stands_where_its_entries_say():
    assert position(a_follow_up(completed=["call"], closing=Closing.WITHDRAWN), FOUR) == "mail"


def test_a_late_completion_moves_a_closed_follow_up_on_and_never_back():
    further = concluded(a_follow_up(completed=["call", "meeting"]), at="mail")
    behind = concluded(a_follow_up(completed=["call"]), at="signing")

    assert position_after_late_entry(further, FOUR) == "signing"
    assert position_after_late_entry(behind, FOUR) == "signing"
    assert position_after_late_entry(replace(behind, closed_position=None), FOUR) is None
