from datetime import date
from decimal import Decimal

import pytest

from shared.rulebook.errors import Invalid, Refused
from shared.rulebook.facts import Fact, FactKind
from shared.rulebook.follow_up import FollowUp
from shared.rulebook.history import apply, replay, targeted
from tests.rulebook.builders import START, TODAY, a_follow_up, a_plan

PLAN = a_plan("call!", "signing!", version=2)


def test_a_follow_up_begins_with_the_fact_that_its_client_was_targeted():
    fact, follow_up = targeted(
        entry_date=date(2026, 4, 1), potential=Decimal(800), advisor_id="anne", plan=PLAN, today=TODAY
    )

    assert follow_up == FollowUp(1, date(2026, 4, 1), Decimal("800.00"), Decimal("800.00"), "anne")
    assert (fact.kind, fact.on, fact.version) == (FactKind.CLIENT_TARGETED, TODAY, 2)
    assert replay([fact]) == follow_up


def test_an_archived_campaign_targets_nobody():
    with pytest.raises(Refused) as broken:
        targeted(
            entry_date=START,
            potential=Decimal(0),
            advisor_id="anne",
            plan=a_plan("call", archived=True),
            today=TODAY,
        )

    assert broken.value.code == "archived"


def test_the_potential_of_a_new_client_is_not_negative():
    with pytest.raises(Invalid) as broken:
        targeted(entry_date=START, potential=Decimal(-1), advisor_id="anne", plan=PLAN, today=TODAY)

    assert broken.value.code == "amount_negative"


def test_being_targeted_wipes_nothing_but_starts_anew():
    first = Fact(FactKind.CLIENT_TARGETED, TODAY, 1, entry_date=START, potential=Decimal("5.00"), advisor_id="chloe")

    assert apply(a_follow_up(number=4, completed=["call"]), first) == FollowUp(
        5, START, Decimal("5.00"), Decimal("5.00"), "chloe"
    )


def test_no_facts_make_no_follow_up():
    with pytest.raises(Invalid) as broken:
        replay([])

    assert broken.value.code == "no_facts"


@pytest.mark.parametrize(
    "kind",
    [
        FactKind.CLIENT_TARGETED,
        FactKind.STEP_BEGUN,
        FactKind.STEP_COMPLETED,
        FactKind.CONCLUDED,
        FactKind.CONCLUSION_AMENDED,
        FactKind.POTENTIAL_CHANGED,
        FactKind.ENTRY_DATE_MOVED,
        FactKind.REASSIGNED,
        FactKind.TARGETED_AGAIN,
    ],
)
def test_a_fact_that_lacks_a_field_of_its_kind_is_invalid(kind):
    with pytest.raises(Invalid) as broken:
        apply(a_follow_up(), Fact(kind, TODAY, version=1))

    assert (broken.value.code, broken.value.data) == ("fact_incomplete", {"kind": kind.value})
