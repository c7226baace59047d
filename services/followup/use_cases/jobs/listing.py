"""Fixing the list of a job: which follow-ups, which of them may be treated, and what each is given."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from services.followup.ports import END, Candidate, Choice, Item, ItemOutcome, JobKind, JobOrder, Jobs
from services.followup.use_cases.jobs.judging import UNKNOWN, Judge, wish_of
from shared.rulebook.errors import RuleBroken
from shared.rulebook.sharing import Sharer, deal_out, share_total
from shared.rulebook.standing import position

PIECE = 500
"""Follow-ups looked at at once: their judging keeps a process busy for a tenth of a second."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Items of one stretch of the list, up to follow-up `to`; None when nothing lies beyond it."""

    items: tuple[Item, ...]
    to: str | None


async def piece_of_ids(jobs: Jobs, judge: Judge, order: JobOrder, ids: Sequence[str]) -> Piece:
    """The items of these ids, a whole piece or the last one; out of reach is as unknown as unknown."""
    found = await jobs.candidates(judge.principal, Choice(ids=tuple(ids)), judge.today, after=None, limit=len(ids))
    known = {candidate.known.follow_up_id: candidate for candidate in found}
    items = tuple(_item(judge, order, known[one]) if one in known else _unknown(one) for one in ids)
    return Piece(items, ids[-1] if len(ids) == PIECE else None)


async def piece_of_filter(jobs: Jobs, judge: Judge, order: JobOrder, after: str | None) -> Piece:
    """The items of the next follow-ups that the filter finds."""
    choice = order.choice
    found = await jobs.candidates(judge.principal, choice, judge.today, after=after, limit=PIECE)
    at = [candidate for candidate in found if choice.position is None or _position(candidate) == choice.position]
    items = tuple(_item(judge, order, candidate) for candidate in at)
    return Piece(items, found[-1].known.follow_up_id if len(found) == PIECE else None)


async def pieces(jobs: Jobs, judge: Judge, order: JobOrder) -> AsyncIterator[Piece]:
    """The whole list at once, as a dry run looks at it."""
    ids = None if order.choice.ids is None else sorted(set(order.choice.ids))
    if ids is not None:
        for start in range(0, len(ids), PIECE):
            yield await piece_of_ids(jobs, judge, order, ids[start : start + PIECE])
        return
    after: str | None = None
    while True:
        piece = await piece_of_filter(jobs, judge, order, after)
        yield piece
        if piece.to is None:
            return
        after = piece.to


def given(order: JobOrder, items: Sequence[Item]) -> Sequence[Item]:
    """The items to be done with what each is given, and refused where that would change nothing (spec 5.10, 5.11)."""
    match order.kind:
        case JobKind.CONCLUDE:
            return _with_amounts(order, items)
        case JobKind.REASSIGN:
            dealt = deal_out((item.client_id or "" for item in items), order.terms.advisors)
            return [_with_advisor(item, dealt[item.client_id or ""]) for item in items]
        case _:
            return ()


def refused(item: Item, broken: RuleBroken) -> Item:
    """The item, not to be done."""
    return replace(item, outcome=ItemOutcome.REFUSED, code=broken.code, data=broken.data)


def _with_amounts(order: JobOrder, items: Sequence[Item]) -> Sequence[Item]:
    total, each = order.terms.total, order.terms.each
    if total is None:
        return [] if each is None else [replace(item, amount=each) for item in items]
    sharers = (Sharer(item.follow_up_id, item.client_id or "", item.potential or Decimal(0)) for item in items)
    parts = share_total(total, sharers)
    return [replace(item, amount=parts[item.follow_up_id]) for item in items]


def _with_advisor(item: Item, advisor: str) -> Item:
    dealt = replace(item, to_advisor=advisor)
    if advisor != item.advisor_id:
        return dealt
    return replace(dealt, outcome=ItemOutcome.REFUSED, code="unchanged")


def _item(judge: Judge, order: JobOrder, candidate: Candidate) -> Item:
    known = candidate.known
    item = Item(
        follow_up_id=known.follow_up_id,
        campaign_id=known.campaign_id,
        client_id=known.client_id,
        advisor_id=candidate.advisor_id,
        potential=known.state.potential,
    )
    objection = judge.objection(order, candidate, wish_of(order, candidate, None, judge.today))
    return item if objection is None else refused(item, objection)


def _unknown(follow_up_id: str) -> Item:
    return Item(follow_up_id=follow_up_id, outcome=ItemOutcome.REFUSED, code=UNKNOWN)


def _position(candidate: Candidate) -> str:
    return position(candidate.known.state, candidate.known.plan) or END
