"""What an execution remembers of the commands that it took: rules 3, 5 and 8 of the write path, without an engine."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.contracts.workflow import (
    ALREADY_APPLIED,
    DEADLINE_PASSED,
    DEFINITION_NEEDED,
    STATE_NEEDED,
    command_id_of,
    update_id,
)
from shared.rulebook.commands import CompleteStep, RecordInteraction
from shared.rulebook.steps import StepKind
from tests.workflows.stage import PLAN, a_message, a_start
from workflows.followup.ledger import Ledger, NotTaken

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)
CALL = RecordInteraction(StepKind.REMINDER)


def test_a_command_makes_the_next_fact() -> None:
    ledger = _taken(_new(), "one", at=NOW)

    assert [(kept.number, kept.command_id, kept.until) for kept in ledger.kept] == [(2, "one", None)]
    assert ledger.state.number == 2


def test_a_deadline_that_passed_by_more_than_clocks_may_differ_refuses() -> None:
    message = a_message(CALL, deadline=NOW)

    assert _new().take("one", message, NOW + 5 * SECOND).state.number == 2
    with pytest.raises(NotTaken, match=DEADLINE_PASSED):
        _new().take("one", message, NOW + 5.001 * SECOND)


def test_an_unrecorded_fact_is_kept_for_ever() -> None:
    ledger = _taken(_new(), "one", at=NOW)

    ledger = _taken(ledger, "two", at=NOW + timedelta(days=1))

    assert [kept.command_id for kept in ledger.kept] == ["one", "two"]
    assert [fact.number for fact in ledger.facts_above(1)] == [2, 3]


def test_a_recorded_fact_is_kept_until_no_send_of_its_command_can_arrive_any_more() -> None:
    # Somebody may have sent it again the moment before it was recorded, and frozen: that send has the deadline of a
    # command sent now, whenever the fact was made.
    made = _taken(_new(), "one", at=NOW)

    told = _taken(made, "two", at=NOW + timedelta(days=1), recorded=2)
    with pytest.raises(NotTaken, match=ALREADY_APPLIED):
        told.take("one", a_message(CALL, deadline=NOW + timedelta(days=1) + 8 * SECOND), NOW + timedelta(days=1))
    later = _taken(told, "three", at=NOW + timedelta(days=1) + 13 * SECOND, recorded=3)
    forgotten = _taken(later, "four", at=NOW + timedelta(days=1) + 14 * SECOND, recorded=4)

    assert [kept.command_id for kept in later.kept] == ["one", "two", "three"]
    assert [kept.command_id for kept in forgotten.kept] == ["two", "three", "four"]


def test_a_command_known_says_which_fact_it_made() -> None:
    ledger = _taken(_taken(_new(), "one", at=NOW), "two", at=NOW)

    with pytest.raises(NotTaken, match=ALREADY_APPLIED) as known:
        ledger.take("one", a_message(CALL, deadline=NOW), NOW)

    assert [(fact.number, fact.command_id) for fact in known.value.facts] == [(2, "one")]


def test_a_database_ahead_makes_it_ask_for_the_state_and_go_on_from_there() -> None:
    ahead = _taken(_taken(_new(), "one", at=NOW), "two", at=NOW).state

    with pytest.raises(NotTaken, match=STATE_NEEDED):
        _new().take("three", a_message(CALL, deadline=NOW, recorded=3), NOW)
    ledger = _new().take("three", a_message(CALL, deadline=NOW, recorded=3, state=ahead), NOW)

    assert ledger.state.number == 4
    assert [kept.number for kept in ledger.kept] == [4]


def test_a_newer_version_makes_it_ask_for_the_definition_and_keep_it() -> None:
    newer = PLAN.__class__(version=2, steps=PLAN.steps, sales_step=PLAN.sales_step)

    with pytest.raises(NotTaken, match=DEFINITION_NEEDED):
        _new().take("one", a_message(CALL, deadline=NOW, version=2), NOW)
    ledger = _new().take("one", a_message(CALL, deadline=NOW, version=2, plan=newer), NOW)

    assert ledger.plan.version == 2
    assert ledger.kept[0].fact.version == 2


def test_a_refusal_changes_nothing_and_says_why() -> None:
    with pytest.raises(NotTaken) as refusal:
        _new().take("one", a_message(CompleteStep("meeting"), deadline=NOW), NOW)

    assert refusal.value.reason == "rule.mandatory_step_missing"
    assert refusal.value.data == {"step": "meeting", "missing": ["first-call"]}


@pytest.mark.parametrize(("attempt", "repetition", "made"), [(1, 0, "c"), (1, 1, "c~1.1"), (3, 0, "c~3.0")])
def test_every_send_has_an_id_of_its_own_that_names_its_command(attempt: int, repetition: int, made: str) -> None:
    assert update_id("c", attempt, repetition) == made
    assert command_id_of(made) == "c"


def _new() -> Ledger:
    start = a_start("7d2c1c7e-0000-4000-8000-000000000001")
    return Ledger(start.state, start.plan)


def _taken(ledger: Ledger, command_id: str, *, at: datetime, recorded: int = 1) -> Ledger:
    return ledger.take(command_id, a_message(CALL, deadline=at + 8 * SECOND, recorded=recorded), at)
