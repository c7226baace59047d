"""What holds for any plan, any edit and any order of legal and illegal commands."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.rulebook.commands import BeginStep, CompleteStep, RecordInteraction, UndoCompletion
from shared.rulebook.decisions import decide
from shared.rulebook.errors import Refused, RuleBroken
from shared.rulebook.follow_up import Closing, EntryState
from shared.rulebook.history import apply, replay, targeted
from shared.rulebook.indicators import counts_for_conversion, passing_steps
from shared.rulebook.interaction_commands import AmendInteraction, PlanInteraction
from shared.rulebook.progression import (
    EditEffect,
    StepGroup,
    blocking_steps,
    edit_effect,
    enterable_steps,
    groups,
    is_due,
    next_offer,
    position,
    proposed_step,
    status,
)
from tests.rulebook import strategies
from tests.rulebook.builders import START, a_follow_up, happening

LATER = happening(on=START + timedelta(days=6), today=START + timedelta(days=6))


def lived(plan, moves):
    """A follow-up after a list of commands, refused ones left out, with all its facts."""
    fact, follow_up = targeted(entry_date=START, potential=100, advisor_id="anne", plan=plan, today=START)
    facts = [fact]
    for command, circumstances in moves:
        try:
            fact = decide(follow_up, command, plan, circumstances)
        except RuleBroken:
            continue
        facts.append(fact)
        follow_up = apply(follow_up, fact)
    return follow_up, facts


def edited_lives(data, edits=3):
    """A follow-up lived through several versions of its plan: the plans and the follow-up before each edit."""
    plan = data.draw(strategies.edits())
    follow_up, _ = lived(plan, data.draw(strategies.moves))
    for _ in range(data.draw(st.integers(1, edits))):
        edited = data.draw(strategies.edits(plan))
        yield follow_up, plan, edited
        plan = edited
        for command, circumstances in data.draw(strategies.moves):
            try:
                follow_up = apply(follow_up, decide(follow_up, command, plan, circumstances))
            except RuleBroken:
                continue


@given(st.data())
def test_at_each_step_every_targeted_client_is_in_exactly_one_group_after_any_edit(data):
    for follow_up, _, plan in edited_lives(data):
        for waiting in (True, False):
            found = groups(follow_up, plan, waiting=waiting)
            if follow_up.closing is Closing.WITHDRAWN:
                assert found == {}
            else:
                assert list(found) == [step.id for step in plan.steps]
                assert sum(group in {StepGroup.OPEN, StepGroup.LEFT} for group in found.values()) <= 1


@given(st.data())
def test_whoever_is_skipped_was_not_asked_or_is_closed(data):
    for follow_up, _, plan in edited_lives(data):
        found = groups(follow_up, plan, waiting=False)
        skipped = [step for step in plan.steps if found.get(step.id) is StepGroup.SKIPPED]

        assert follow_up.closing is not None or not any(is_due(step, follow_up) for step in skipped)


@given(plan=strategies.edits(), moves=strategies.moves)
def test_no_order_of_commands_completes_a_step_past_a_missing_mandatory_one(plan, moves):
    fact, follow_up = targeted(entry_date=START, potential=100, advisor_id="anne", plan=plan, today=START)
    for command, circumstances in moves:
        try:
            fact = decide(follow_up, command, plan, circumstances)
        except RuleBroken:
            continue
        if isinstance(command, BeginStep | CompleteStep):
            completed = {e.step_id for e in follow_up.entries if e.state is EntryState.COMPLETED}
            ahead = plan.steps[: [step.id for step in plan.steps].index(command.step_id)]
            assert all(step.id in completed for step in ahead if step.mandatory)
        follow_up = apply(follow_up, fact)


@given(plan=strategies.edits(), moves=strategies.moves)
def test_facts_folded_again_give_the_same_state_and_every_fact_counts_one(plan, moves):
    follow_up, facts = lived(plan, moves)

    assert replay(facts) == follow_up
    assert follow_up.number == len(facts)


@given(plan=strategies.edits(), moves=strategies.moves, command=strategies.commands)
def test_the_same_command_twice_changes_nothing(plan, moves, command):
    follow_up, _ = lived(plan, moves)
    try:
        once = apply(follow_up, decide(follow_up, command, plan, LATER))
        twice = apply(once, decide(once, command, plan, LATER))
    except RuleBroken:
        return

    assert isinstance(command, RecordInteraction | PlanInteraction | AmendInteraction)
    assert replace(twice, number=once.number, pending=once.pending) == once


@given(st.data())
def test_what_happens_after_an_edit_is_what_the_preview_said(data):
    for follow_up, old, new in edited_lives(data):
        if follow_up.closing is not None:
            continue
        effect, here = edit_effect(follow_up, old, new), position(follow_up, old)
        if here is not None:
            assert (effect is EditEffect.BLOCKED) == (not accepts(follow_up, here, new))
        if effect is EditEffect.UNBLOCKED:
            assert any(accepts(follow_up, s.id, new) and not accepts(follow_up, s.id, old) for s in old.steps)
        if effect in {EditEffect.ANOTHER_STEP, EditEffect.LEFT_ALONE}:
            assert (position(follow_up, new) == here) == (effect is EditEffect.LEFT_ALONE)
            assert not any(accepts(follow_up, s.id, new) and not accepts(follow_up, s.id, old) for s in old.steps)


def accepts(follow_up, step_id, plan):
    today = happening(on=follow_up.entry_date, today=max(follow_up.entry_date, LATER.today))
    completed = any(e.step_id == step_id and e.state is EntryState.COMPLETED for e in follow_up.entries)
    try:
        return completed or bool(decide(follow_up, CompleteStep(step_id), plan, today))
    except Refused:
        return False


@given(st.data())
def test_the_position_of_an_open_follow_up_may_be_entered_and_lies_before_nothing_due(data):
    for follow_up, _, plan in edited_lives(data):
        here = position(follow_up, plan)
        if follow_up.closing is None and here is not None:
            assert here in enterable_steps(follow_up, plan)
            assert proposed_step(follow_up, plan).step_id == here
            assert blocking_steps(here, follow_up, plan) == ()


@given(st.data())
def test_the_choices_are_just_the_steps_that_would_be_accepted(data):
    for follow_up, _, plan in edited_lives(data):
        if follow_up.closing is None:
            done = {e.step_id for e in follow_up.entries if e.state is EntryState.COMPLETED}
            accepted = [s.id for s in plan.steps if s.id not in done and accepts(follow_up, s.id, plan)]
            assert list(enterable_steps(follow_up, plan)) == accepted


@given(st.data())
def test_whatever_is_offered_may_be_entered(data):
    for follow_up, _, plan in edited_lives(data):
        offering = replace(plan, steps=tuple(replace(step, offers_next=True) for step in plan.steps))
        for step in offering.steps:
            assert next_offer(step.id, follow_up, offering) in (None, *enterable_steps(follow_up, offering))


@given(st.data())
def test_whoever_was_past_a_step_stays_past_it_whatever_is_undone(data):
    for follow_up, _, plan in edited_lives(data):
        exempt = {step.id for step in plan.steps if step.mandatory and not is_due(step, follow_up)}
        undone = [UndoCompletion(entry.step_id) for entry in follow_up.entries]
        now = follow_up
        for command in undone:
            try:
                now = apply(now, decide(now, command, plan, LATER))
            except RuleBroken:
                continue
        assert exempt == {step.id for step in plan.steps if step.mandatory and not is_due(step, now)}


@given(plan=strategies.edits(), moves=strategies.moves, today=strategies.days)
def test_a_step_in_the_pass_through_was_done_and_a_success_always_converts(plan, moves, today):
    follow_up, _ = lived(plan, moves)
    success = follow_up.conclusion is not None and follow_up.conclusion.kind.is_success
    waiting = status(follow_up, today).value == "WAITING"

    found = groups(follow_up, plan, waiting=waiting)

    assert all(found[step] is StepGroup.DONE for step in passing_steps(found, plan, success=success))
    assert not success or counts_for_conversion(follow_up, plan, today)


@given(st.permutations(["a", "b", "c"]), st.integers(0, 3))
def test_a_late_completion_leaves_what_an_early_one_would_have(order, before):
    plan = strategies.plan_after_edit(None, [strategies.a_step(name) for name in "abcd"], "d")
    sale = strategies.Conclude(strategies.ConclusionKind.SALE, date(2026, 3, 5))
    on_time = happening(on=date(2026, 3, 4), today=date(2026, 3, 6))
    completions = [CompleteStep(step) for step in order]

    early, late = a_follow_up(), a_follow_up()
    for command in (*completions, sale):
        early = apply(early, decide(early, command, plan, on_time))
    for command in (*completions[:before], sale, *completions[before:]):
        late = apply(late, decide(late, command, plan, on_time))

    assert late == early
