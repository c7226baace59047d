from datetime import date

import pytest

from shared.rulebook.errors import Refused
from shared.rulebook.follow_up import Closing
from shared.rulebook.progression import (
    EditEffect,
    ProposedStep,
    StepGroup,
    checklist_missing,
    conclusion_offered,
    edit_effect,
    group_of,
    groups,
    next_offer,
    offers_conclusion,
    proposed_step,
    unplanned_by_removal,
)
from shared.rulebook.steps import ChecklistItem
from tests.rulebook.builders import START, TODAY, a_follow_up, a_plan, a_step, concluded, exempt

DONE, NOT_REACHED, OPEN, LEFT, SKIPPED = (
    StepGroup.DONE,
    StepGroup.NOT_REACHED,
    StepGroup.OPEN,
    StepGroup.LEFT,
    StepGroup.SKIPPED,
)
FOUR = a_plan("call!", "mail", "meeting!", "signing!", sales="meeting")


def groups_of(follow_up, plan=FOUR, *, waiting=False):
    return list(groups(follow_up, plan, waiting=waiting).values())


def test_add_proposes_the_step_at_the_position():
    assert proposed_step(a_follow_up(completed=["call"]), FOUR) == ProposedStep("mail", begun=False)


def test_add_opens_the_step_at_the_position_when_it_is_begun():
    assert proposed_step(a_follow_up(begun=["call"]), FOUR) == ProposedStep("call", begun=True)


def test_nothing_is_proposed_at_the_end_or_once_closed():
    assert proposed_step(a_follow_up(completed=["call", "meeting", "signing"]), FOUR) is None
    assert proposed_step(concluded(a_follow_up(), at="call"), FOUR) is None


OFFERING = a_plan(a_step("call!", offers_next=True), "mail", "meeting!", a_step("signing!", offers_next=True))


def test_a_completed_step_offers_the_next_when_it_says_so():
    assert next_offer("call", a_follow_up(completed=["call"]), OFFERING) == "mail"


def test_what_is_completed_already_is_not_offered_again():
    assert next_offer("call", a_follow_up(completed=["call", "mail"]), OFFERING) == "meeting"


@pytest.mark.parametrize(
    ("completed_step", "follow_up"),
    [
        ("mail", a_follow_up(completed=["call", "mail"])),
        ("signing", a_follow_up(completed=["call", "meeting", "signing"])),
        ("call", a_follow_up(idle=["call"])),
        ("gone", a_follow_up(completed=["gone"])),
        ("call", concluded(a_follow_up(completed=["call"]), at="mail")),
    ],
    ids=["says nothing", "is the last", "was undone", "was removed", "is closed"],
)
def test_otherwise_nothing_is_offered(completed_step, follow_up):
    assert next_offer(completed_step, follow_up, OFFERING) is None


def test_the_sales_step_and_the_last_one_offer_the_conclusion():
    assert [step.id for step in FOUR.steps if offers_conclusion(step.id, FOUR)] == ["meeting", "signing"]


def test_a_follow_up_waits_for_a_conclusion_once_the_sales_step_or_the_last_one_is_completed():
    assert not conclusion_offered(a_follow_up(completed=["call"]), FOUR)
    assert conclusion_offered(a_follow_up(completed=["call", "meeting"]), FOUR)
    assert conclusion_offered(a_follow_up(completed=["signing"]), FOUR)
    assert not conclusion_offered(concluded(a_follow_up(completed=["signing"]), at=None), FOUR)


def test_a_task_lacks_its_mandatory_items_that_are_not_ticked():
    items = (
        ChecklistItem("a", mandatory=True),
        ChecklistItem("b", mandatory=False),
        ChecklistItem("c", mandatory=True),
    )

    assert checklist_missing(a_step("call", checklist=items), {"a", "unknown"}) == ("c",)
    assert checklist_missing(a_step("call", checklist=items), {"a", "c"}) == ()


def test_a_begun_entry_whose_step_was_removed_is_an_unplanned_interaction():
    assert unplanned_by_removal(a_follow_up(begun=["gone", "call"], idle=["undone"]), FOUR) == ("gone",)


def test_an_open_follow_up_counts_once_at_each_step():
    assert groups_of(a_follow_up(completed=["call", "meeting"])) == [DONE, SKIPPED, DONE, OPEN]


def test_a_waiting_follow_up_has_reached_nothing():
    assert groups_of(a_follow_up(), waiting=True) == [NOT_REACHED] * 4


def test_what_was_done_stays_done_wherever_it_stands():
    assert groups_of(a_follow_up(completed=["signing"])) == [OPEN, NOT_REACHED, NOT_REACHED, DONE]
    assert groups_of(a_follow_up(completed=["call"]), waiting=True) == [DONE, NOT_REACHED, NOT_REACHED, NOT_REACHED]


@pytest.mark.parametrize("closing", [Closing.CONCLUDED, Closing.ARCHIVED])
def test_a_closed_follow_up_has_left_the_step_at_its_position(closing):
    closed = a_follow_up(completed=["call"], closing=closing, closed_position="mail")

    assert groups_of(closed) == [DONE, LEFT, NOT_REACHED, NOT_REACHED]


def test_steps_added_before_the_position_of_a_closed_follow_up_are_skipped():
    closed = concluded(a_follow_up(completed=["call"]), at="meeting")
    plan = a_plan("call!", "new!", "meeting!", "other!", "signing!", version=2)

    assert groups_of(closed, plan) == [DONE, SKIPPED, LEFT, NOT_REACHED, NOT_REACHED]


def test_at_the_end_all_that_was_not_done_is_skipped():
    assert groups_of(a_follow_up(completed=["call", "meeting", "signing"])) == [DONE, SKIPPED, DONE, DONE]


def test_a_step_from_which_the_client_is_exempt_is_skipped():
    plan = a_plan("call!", a_step("check!", exemptions=exempt(2, "meeting")), "meeting!", "signing!", version=2)

    assert groups_of(a_follow_up(completed=["call", "meeting"]), plan) == [DONE, SKIPPED, DONE, OPEN]


def test_a_withdrawn_follow_up_is_in_no_group():
    withdrawn = a_follow_up(closing=Closing.WITHDRAWN)

    assert groups(withdrawn, FOUR, waiting=False) == {}
    with pytest.raises(Refused) as broken:
        group_of("call", withdrawn, FOUR, TODAY)
    assert broken.value.code == "closed"


def test_the_group_at_one_step_looks_at_the_day():
    follow_up = a_follow_up()

    assert group_of("call", follow_up, FOUR, START) is OPEN
    assert group_of("call", follow_up, FOUR, date(2026, 2, 28)) is NOT_REACHED


def test_a_step_that_is_not_planned_has_no_group():
    with pytest.raises(Refused) as broken:
        group_of("gone", a_follow_up(), FOUR, TODAY)

    assert broken.value.code == "step_unknown"


@pytest.mark.parametrize(
    ("follow_up", "edited", "effect"),
    [
        (a_follow_up(completed=["call"]), ["call!", "check!", "mail", "meeting!"], EditEffect.BLOCKED),
        (a_follow_up(completed=["call"]), ["call!", "meeting!", "signing!"], EditEffect.BLOCKED),
        (a_follow_up(), ["call", "mail", "meeting!", "signing!"], EditEffect.UNBLOCKED),
        (a_follow_up(completed=["call"]), ["call!", "new", "mail", "meeting!", "signing!"], EditEffect.ANOTHER_STEP),
        (a_follow_up(completed=["call"]), ["call!", "mail", "meeting!", "signing!", "last!"], EditEffect.LEFT_ALONE),
        (
            a_follow_up(completed=["call", "meeting", "signing"]),
            ["call!", "meeting!", "signing!", "last!"],
            EditEffect.ANOTHER_STEP,
        ),
        (a_follow_up(), ["first!", "call!", "mail", "meeting!", "signing!"], EditEffect.BLOCKED),
        (concluded(a_follow_up(), at="call"), ["first!"], EditEffect.LEFT_ALONE),
    ],
    ids=["step before", "step removed", "made optional", "put at", "added last", "end", "first", "closed"],
)
def test_the_preview_says_what_the_edit_does(follow_up, edited, effect):
    assert edit_effect(follow_up, FOUR, a_plan(*edited, version=2)) is effect
