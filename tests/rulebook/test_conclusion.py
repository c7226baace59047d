from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from shared.rulebook.commands import AmendConclusion, Conclude, WithdrawConclusion
from shared.rulebook.decisions import decide
from shared.rulebook.errors import Invalid, Refused, RuleBroken
from shared.rulebook.facts import Fact, FactKind
from shared.rulebook.follow_up import Closing, Conclusion, ConclusionKind
from shared.rulebook.history import apply
from shared.rulebook.holdings import Linked, LinkHoldings, link_difference
from tests.rulebook.builders import START, TODAY, a_conclusion, a_follow_up, a_plan, a_sale, after, concluded, happening

PLAN = a_plan("call!", "meeting!", "signing!", version=2)
YESTERDAY = TODAY - timedelta(days=1)
TOMORROW = TODAY + timedelta(days=1)


def refusal(follow_up, command):
    with pytest.raises(RuleBroken) as broken:
        decide(follow_up, command, PLAN, happening())
    return type(broken.value), broken.value.code


def test_a_conclusion_keeps_its_amount_date_recorder_and_the_mandatory_steps_left_out():
    fact = decide(a_follow_up(completed=["call"]), a_sale(on=YESTERDAY), PLAN, happening(actor="bruno"))

    sale = Conclusion(ConclusionKind.SALE, YESTERDAY, Decimal("500.00"), ("meeting", "signing"), "bruno")
    assert fact == Fact(FactKind.CONCLUDED, YESTERDAY, version=2, conclusion=sale, position="meeting")


def test_a_follow_up_may_be_concluded_before_any_step():
    closed = after(a_follow_up(), Conclude(ConclusionKind.REFUSAL, TODAY), PLAN)

    assert closed.closing is Closing.CONCLUDED
    assert closed.closed_position == "call"
    assert closed.conclusion.missing == ("call", "meeting", "signing")


def test_a_follow_up_concluded_at_the_end_leaves_nothing_out():
    closed = after(a_follow_up(completed=["call", "meeting", "signing"]), a_sale(), PLAN)

    assert (closed.closed_position, closed.conclusion.missing) == (None, ())


@pytest.mark.parametrize("kind", [ConclusionKind.SALE, ConclusionKind.SIGNATURE])
def test_a_sale_and_a_signature_are_successes(kind):
    assert kind.is_success


@pytest.mark.parametrize("kind", [ConclusionKind.REFUSAL, ConclusionKind.NO_DECISION])
def test_without_success_nothing_is_collected(kind):
    assert not kind.is_success
    assert refusal(a_follow_up(), Conclude(kind, TODAY, Decimal("0.01"))) == (Invalid, "amount_without_success")


@pytest.mark.parametrize("day", [date(2026, 2, 28), TOMORROW])
def test_a_conclusion_lies_between_the_entry_date_and_today(day):
    assert refusal(a_follow_up(), a_sale(on=day)) == (Invalid, "conclusion_date_out_of_range")


@pytest.mark.parametrize("day", [START, TODAY])
def test_both_ends_are_included(day):
    assert decide(a_follow_up(), a_sale(on=day), PLAN, happening()).on == day


def test_a_success_may_bring_nothing():
    assert after(a_follow_up(), a_sale(collected="0"), PLAN).conclusion.collected == Decimal("0.00")


@pytest.mark.parametrize(("amount", "code"), [("-1", "amount_negative"), ("1.005", "amount_not_exact")])
def test_the_amount_is_exact_and_not_negative(amount, code):
    assert refusal(a_follow_up(), a_sale(collected=amount)) == (Invalid, code)


def test_a_waiting_follow_up_is_not_concluded():
    assert refusal(a_follow_up(entry_date=TOMORROW), a_sale()) == (Refused, "waiting")


@pytest.mark.parametrize(
    "closed",
    [
        concluded(a_follow_up(), at="call"),
        a_follow_up(closing=Closing.WITHDRAWN),
        a_follow_up(closing=Closing.ARCHIVED),
    ],
)
def test_a_closed_follow_up_is_not_concluded_again(closed):
    assert refusal(closed, a_sale()) == (Refused, "closed")


def test_an_amended_conclusion_keeps_who_recorded_it_and_what_was_left_out():
    closed = concluded(a_follow_up(completed=["call"]), at="meeting", missing=["meeting", "signing"])
    amendment = AmendConclusion(ConclusionKind.SIGNATURE, YESTERDAY, Decimal("750.00"))

    amended = after(closed, amendment, PLAN, happening(actor="manager"))

    assert amended.conclusion == Conclusion(
        ConclusionKind.SIGNATURE, YESTERDAY, Decimal("750.00"), ("meeting", "signing"), "anne"
    )
    assert (amended.closing, amended.closed_position, amended.number) == (Closing.CONCLUDED, "meeting", 2)


def test_an_amendment_is_dated_like_the_conclusion_it_corrects():
    amendment = AmendConclusion(ConclusionKind.REFUSAL, YESTERDAY)

    fact = decide(concluded(a_follow_up(), at="call"), amendment, PLAN, happening())

    assert (fact.kind, fact.on) == (FactKind.CONCLUSION_AMENDED, YESTERDAY)


def test_an_amendment_obeys_the_rules_of_a_conclusion():
    closed = concluded(a_follow_up(), at="call")

    assert refusal(closed, AmendConclusion(ConclusionKind.REFUSAL, TODAY, Decimal(1))) == (
        Invalid,
        "amount_without_success",
    )
    assert refusal(closed, AmendConclusion(ConclusionKind.SALE, TOMORROW)) == (Invalid, "conclusion_date_out_of_range")


def test_an_amendment_that_changes_nothing_is_refused():
    closed = concluded(a_follow_up(), at="call")

    assert refusal(closed, AmendConclusion(ConclusionKind.SALE, TODAY, Decimal(500))) == (Refused, "unchanged")


def test_a_withdrawn_conclusion_leaves_the_follow_up_open_again():
    follow_up = a_follow_up(completed=["call"])
    closed = concluded(follow_up, at="meeting")

    reopened = after(closed, WithdrawConclusion(), PLAN)

    assert reopened == replace(follow_up, number=2)


def test_a_reopened_follow_up_goes_to_the_present_advisor():
    reopened = after(concluded(a_follow_up(), at="call"), WithdrawConclusion(advisor_id="chloe"), PLAN)

    assert reopened.advisor_id == "chloe"


@pytest.mark.parametrize("command", [AmendConclusion(ConclusionKind.SALE, TODAY), WithdrawConclusion()])
@pytest.mark.parametrize("closing", [None, Closing.WITHDRAWN, Closing.ARCHIVED])
def test_where_there_is_no_conclusion_none_is_amended_or_withdrawn(command, closing):
    assert refusal(a_follow_up(closing=closing), command) == (Refused, "not_concluded")


def test_a_success_is_linked_to_accounts_and_transactions_each_once():
    sold = a_follow_up(closing=Closing.CONCLUDED, conclusion=a_conclusion())

    fact = decide(sold, LinkHoldings(("b", "a", "b"), ("t",)), a_plan("call"), happening())

    assert fact.kind is FactKind.HOLDINGS_LINKED
    assert apply(sold, fact).conclusion.linked == Linked(("a", "b"), ("t",))
    assert apply(sold, fact).conclusion.collected == Decimal("500.00")


def test_linking_to_the_same_again_changes_nothing_and_says_so():
    linked = replace(a_conclusion(), linked=Linked(("a",), ()))

    with pytest.raises(Refused, match="unchanged"):
        decide(
            a_follow_up(closing=Closing.CONCLUDED, conclusion=linked), LinkHoldings(("a",)), a_plan("call"), happening()
        )


def test_a_refusal_is_linked_to_nothing():
    refused = a_follow_up(closing=Closing.CONCLUDED, conclusion=a_conclusion(ConclusionKind.REFUSAL))

    with pytest.raises(Refused, match="links_without_success"):
        decide(refused, LinkHoldings(("a",)), a_plan("call"), happening())
    with pytest.raises(Refused, match="not_concluded"):
        decide(a_follow_up(), LinkHoldings(("a",)), a_plan("call"), happening())


def test_an_amendment_keeps_the_links_of_a_success_and_drops_them_with_it():
    linked = replace(a_conclusion(), linked=Linked(("a",), ("t",)))
    sold = a_follow_up(closing=Closing.CONCLUDED, conclusion=linked)

    more = decide(sold, AmendConclusion(ConclusionKind.SALE, TODAY, Decimal(700)), a_plan("call"), happening())
    refused = decide(sold, AmendConclusion(ConclusionKind.REFUSAL, TODAY), a_plan("call"), happening())

    assert more.conclusion.linked == Linked(("a",), ("t",))
    assert refused.conclusion.linked == Linked()


@pytest.mark.parametrize(
    ("collected", "transactions", "difference"),
    [
        ("500.00", ["300.00", "150.50"], "-49.50"),
        ("500.00", ["500.00"], "0.00"),
        ("500.00", ["700.00", "-100.00"], "100.00"),
    ],
)
def test_linked_transactions_are_compared_with_the_amount_collected(collected, transactions, difference):
    amounts = [Decimal(amount) for amount in transactions]

    assert link_difference(Decimal(collected), amounts) == Decimal(difference)


def test_accounts_alone_give_no_difference():
    assert link_difference(Decimal("500.00"), []) is None
