from shared.rulebook.commands import UndoCompletion
from shared.rulebook.undoing import undo_effect, with_completed
from tests.rulebook.builders import a_follow_up, a_plan, after

PLAN = a_plan("call!", "mail", "meeting!", "signing", sales="meeting")


def test_undoing_a_mandatory_step_blocks_what_comes_after_it_and_leaves_later_completions():
    before = a_follow_up(completed=["call", "meeting"], begun=["signing"])
    after_it = after(before, UndoCompletion("call"), PLAN)

    effect = undo_effect(before, after_it, "call", PLAN)

    assert (effect.position_before, effect.position_after) == ("signing", "call")
    assert effect.blocked == ("mail", "signing")
    assert effect.begun_and_blocked == ("signing",)
    assert effect.kept == ("meeting",)
    assert effect.conclusion_offered


def test_undoing_an_optional_step_blocks_nothing():
    before = a_follow_up(completed=["call", "mail"])

    effect = undo_effect(before, after(before, UndoCompletion("mail"), PLAN), "mail", PLAN)

    assert (effect.position_before, effect.position_after, effect.blocked) == ("meeting", "mail", ())


def test_undoing_the_sales_step_takes_the_offer_of_a_conclusion_back():
    before = a_follow_up(completed=["call", "meeting"])

    effect = undo_effect(before, after(before, UndoCompletion("meeting"), PLAN), "meeting", PLAN)

    assert not effect.conclusion_offered
    assert effect.kept == ()


def test_what_was_before_the_undoing_is_found_again_from_what_is_after_it():
    before = a_follow_up(completed=["call", "meeting"])
    after_it = after(before, UndoCompletion("call"), PLAN)

    assert undo_effect(with_completed(after_it, "call"), after_it, "call", PLAN) == undo_effect(
        before, after_it, "call", PLAN
    )
