from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from shared.rulebook.commands import (
    ChangePotential,
    CloseArchived,
    MoveEntryDate,
    Reassign,
    ReopenUnarchived,
    TargetAgain,
    WithdrawClient,
)
from shared.rulebook.decisions import decide
from shared.rulebook.errors import Invalid, Refused
from shared.rulebook.facts import Fact, FactKind
from shared.rulebook.follow_up import Closing
from tests.rulebook.builders import END, TODAY, a_follow_up, a_plan, after, concluded, happening

PLAN = a_plan("call!", "signing!", version=2)
TOMORROW = TODAY + timedelta(days=1)
WAITING = a_follow_up(entry_date=TOMORROW)
CLOSED = [
    concluded(a_follow_up(), at="call"),
    *(a_follow_up(closing=why) for why in (Closing.WITHDRAWN, Closing.ARCHIVED)),
]


def refusal(follow_up, command):
    with pytest.raises(Refused) as broken:
        decide(follow_up, command, PLAN, happening())
    return broken.value.code


@pytest.mark.parametrize("follow_up", [WAITING, a_follow_up()])
def test_a_potential_changes_and_the_initial_one_is_kept(follow_up):
    changed = after(follow_up, ChangePotential(Decimal(2500)), PLAN)

    assert (changed.potential, changed.initial_potential) == (Decimal("2500.00"), Decimal("1000.00"))


def test_a_potential_is_not_negative():
    with pytest.raises(Invalid) as broken:
        decide(a_follow_up(), ChangePotential(Decimal(-1)), PLAN, happening())

    assert broken.value.code == "amount_negative"


def test_the_entry_date_moves_while_waiting_to_today_too():
    moved = after(WAITING, MoveEntryDate(TODAY), PLAN)

    assert moved == replace(WAITING, number=2, entry_date=TODAY)


def test_the_entry_date_of_an_open_follow_up_does_not_move():
    assert refusal(a_follow_up(), MoveEntryDate(END)) == "not_waiting"


def test_an_open_follow_up_moves_to_another_advisor_from_today_whenever_it_was_decided():
    fact = decide(a_follow_up(), Reassign("chloe"), PLAN, happening(on=date(2026, 3, 2)))

    assert fact == Fact(FactKind.REASSIGNED, TODAY, version=2, advisor_id="chloe")
    assert after(WAITING, Reassign("chloe"), PLAN).advisor_id == "chloe"


@pytest.mark.parametrize(
    ("follow_up", "command"),
    [
        (a_follow_up(), ChangePotential(Decimal(1000))),
        (WAITING, MoveEntryDate(TOMORROW)),
        (a_follow_up(), Reassign("anne")),
    ],
)
def test_a_command_that_changes_nothing_is_refused(follow_up, command):
    assert refusal(follow_up, command) == "unchanged"


@pytest.mark.parametrize("follow_up", [WAITING, a_follow_up(completed=["call"])])
def test_a_client_is_withdrawn_while_waiting_or_open_and_keeps_the_history(follow_up):
    withdrawn = after(follow_up, WithdrawClient(), PLAN)

    assert withdrawn == replace(follow_up, number=2, closing=Closing.WITHDRAWN)


def test_targeting_a_withdrawn_client_again_reopens_the_same_follow_up():
    withdrawn = a_follow_up(completed=["call"], closing=Closing.WITHDRAWN)

    again = after(withdrawn, TargetAgain(TOMORROW, Decimal(300), "chloe"), PLAN)

    assert again == replace(
        withdrawn, number=2, closing=None, entry_date=TOMORROW, potential=Decimal("300.00"), advisor_id="chloe"
    )
    assert again.initial_potential == Decimal("1000.00")


@pytest.mark.parametrize("follow_up", [WAITING, a_follow_up(), CLOSED[0], CLOSED[2]])
def test_targeting_a_client_who_is_in_the_campaign_changes_nothing_and_says_so(follow_up):
    assert refusal(follow_up, TargetAgain(TOMORROW, Decimal(300), "chloe")) == "already_targeted"


@pytest.mark.parametrize("follow_up", CLOSED)
@pytest.mark.parametrize(
    "command",
    [ChangePotential(Decimal(1)), MoveEntryDate(TODAY), Reassign("chloe"), WithdrawClient(), CloseArchived()],
)
def test_a_closed_follow_up_is_left_as_it_is(follow_up, command):
    assert refusal(follow_up, command) == "closed"


def test_archiving_closes_an_open_follow_up_at_its_position():
    follow_up = a_follow_up(completed=["call"])

    archived = after(follow_up, CloseArchived(), replace(PLAN, archived=True))

    assert archived == replace(follow_up, number=2, closing=Closing.ARCHIVED, closed_position="signing")
    assert archived.conclusion is None


def test_un_archiving_puts_it_back_under_the_present_advisor():
    archived = a_follow_up(completed=["call"], begun=["signing"], closing=Closing.ARCHIVED, closed_position="signing")

    reopened = after(archived, ReopenUnarchived("chloe"), PLAN)

    assert reopened == replace(archived, number=2, closing=None, closed_position=None, advisor_id="chloe")


@pytest.mark.parametrize("follow_up", [a_follow_up(), *CLOSED[:2]])
def test_un_archiving_leaves_concluded_and_withdrawn_ones_alone(follow_up):
    assert refusal(follow_up, ReopenUnarchived("chloe")) == "not_archived"
