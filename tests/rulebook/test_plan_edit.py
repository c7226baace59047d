from dataclasses import replace

import pytest

from shared.rulebook.campaign import check_edit, plan_after_edit, plan_of_duplicate, steps_put_behind
from shared.rulebook.errors import Refused
from shared.rulebook.steps import Exemption
from tests.rulebook.builders import a_plan, a_step, exempt


def steps(*names):
    return [a_step(name) for name in names]


def exemptions_of(plan, step_id):
    return next(step.exemptions for step in plan.steps if step.id == step_id)


def test_a_step_that_somebody_completed_is_not_removed():
    old, new = a_plan("call", "meeting", "signing"), a_plan("signing")

    with pytest.raises(Refused) as broken:
        check_edit(old, new, completed_anywhere={"meeting", "signing"})

    assert (broken.value.code, broken.value.data) == ("step_completed_somewhere", {"steps": ["meeting"]})


def test_a_step_that_nobody_completed_may_be_removed():
    assert check_edit(a_plan("call", "signing"), a_plan("signing"), completed_anywhere={"signing"}) is None


def test_the_sales_step_cannot_go_before_another_is_chosen():
    old = a_plan("call", "meeting", "signing")
    new = plan_after_edit(old, steps("call", "meeting"), old.sales_step)

    with pytest.raises(Refused) as broken:
        check_edit(old, new, completed_anywhere=set())

    assert (broken.value.code, broken.value.data) == ("sales_step_removed", {"step": "signing"})


def test_the_sales_step_may_go_once_another_is_chosen():
    old = a_plan("call", "meeting", "signing")

    assert check_edit(old, plan_after_edit(old, steps("call", "meeting"), "meeting"), set()) is None


def test_where_one_step_is_left_it_becomes_the_sales_step():
    old = a_plan("call", "signing")

    new = plan_after_edit(old, steps("call"), old.sales_step)

    assert new.sales_step == "call"
    assert check_edit(old, new, set()) is None


def test_an_archived_campaign_is_not_edited():
    with pytest.raises(Refused) as broken:
        check_edit(a_plan("call", archived=True), a_plan("call"), set())

    assert broken.value.code == "archived"


@pytest.mark.parametrize(
    ("before", "now", "behind"),
    [
        (["call", "signing"], ["call", "check!", "signing"], {"check"}),
        (["call", "signing"], ["call", "signing", "check!"], set()),
        (["call", "signing"], ["check", "call", "signing"], set()),
        (["call", "signing!"], ["signing!", "call"], {"signing"}),
        (["call!", "signing"], ["signing", "call!"], set()),
        (["call", "signing"], ["call!", "signing"], {"call"}),
        (["call", "signing"], ["call", "signing!"], set()),
        (["call!", "signing"], ["call", "signing"], set()),
        (["call!", "meeting", "signing"], ["call!", "signing"], set()),
        (["call!", "signing"], ["call!", "new", "signing"], set()),
        (["call", "meeting!", "signing!"], ["meeting!", "signing!", "call"], {"meeting", "signing"}),
    ],
)
def test_an_edit_puts_behind_what_it_adds_moves_forward_or_makes_mandatory(before, now, behind):
    assert steps_put_behind(a_plan(*before), steps(*now)) == behind


def test_the_first_version_has_no_exemption():
    plan = plan_after_edit(None, [a_step("call!", exemptions=exempt(9, "x")), a_step("signing")], "signing")

    assert plan == a_plan("call!", "signing", version=1)


def test_a_step_put_behind_is_due_from_all_unless_said_otherwise():
    plan = plan_after_edit(a_plan("call", "signing"), steps("call", "check!", "signing"), "signing")

    assert plan == a_plan("call", "check!", "signing", version=2)


def test_due_from_those_not_yet_past_exempts_whoever_began_a_step_standing_after_it():
    old = a_plan("call", "meeting", "signing", version=4)

    plan = plan_after_edit(old, steps("call", "check!", "meeting", "signing"), "signing", {"check": False})

    assert plan.version == 5
    assert exemptions_of(plan, "check") == (Exemption(5, frozenset({"meeting", "signing"})),)


def test_an_edit_that_puts_nothing_behind_keeps_earlier_exemptions():
    old = a_plan(a_step("check!", exemptions=exempt(2, "signing")), "signing", version=2)

    plan = plan_after_edit(old, steps("check!", "extra", "signing"), "signing", {"check": True})

    assert exemptions_of(plan, "check") == exempt(2, "signing")


def test_a_step_made_optional_keeps_its_exemptions_for_later():
    old = a_plan(a_step("check!", exemptions=exempt(2, "signing")), "signing", version=2)

    plan = plan_after_edit(old, steps("check", "signing"), "signing")

    assert exemptions_of(plan, "check") == exempt(2, "signing")


def test_due_from_all_at_a_later_edit_clears_earlier_exemptions():
    old = a_plan(a_step("check", exemptions=exempt(2, "signing")), "signing", version=3)

    plan = plan_after_edit(old, steps("check!", "signing"), "signing", {"check": True})

    assert exemptions_of(plan, "check") == ()


def test_a_second_choice_of_not_yet_past_adds_to_the_first():
    old = a_plan("call", a_step("check!", exemptions=exempt(2, "signing")), "signing", version=3)

    plan = plan_after_edit(old, steps("check!", "call", "signing"), "signing", {"check": False})

    assert exemptions_of(plan, "check") == (*exempt(2, "signing"), *exempt(4, "call", "signing"))


def test_archived_stays_as_it_was_through_an_edit():
    assert plan_after_edit(a_plan("call", archived=True), steps("call"), None).archived


def test_a_duplicate_starts_at_version_one_without_exemptions():
    plan = replace(a_plan(a_step("check!", exemptions=exempt(2, "signing")), "signing", version=3), archived=True)

    assert plan_of_duplicate(plan) == a_plan("check!", "signing", version=1)


def test_the_id_of_a_removed_step_names_no_other_step():
    old = a_plan("call", "signing")
    new = plan_after_edit(old, steps("call", "meeting", "signing"), "signing")

    with pytest.raises(Refused, match="step_id_used_before") as refused:
        check_edit(old, new, completed_anywhere=set(), used_before={"meeting", "call"})
    assert refused.value.data == {"steps": ["meeting"]}
