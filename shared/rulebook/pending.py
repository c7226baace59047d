"""The unplanned interactions of a follow-up that are still to be done (docs/domain.md, Interactions)."""

from dataclasses import replace

from shared.rulebook.follow_up import FollowUp
from shared.rulebook.interaction_commands import PendingInteraction
from shared.rulebook.steps import StepKind

MOST_PENDING = 50
"""At once in one follow-up: they are part of its state."""


def pending_kind(number: int, follow_up: FollowUp) -> StepKind | None:
    """The kind of the pending interaction; None when none of this number is pending."""
    return next((one.kind for one in follow_up.pending if one.number == number), None)


def with_pending(follow_up: FollowUp, number: int, kind: StepKind) -> FollowUp:
    """The follow-up with one more to be done, in the order of numbers."""
    pending = {one.number: one for one in (*follow_up.pending, PendingInteraction(number, kind))}
    return replace(follow_up, pending=tuple(pending[number] for number in sorted(pending)))


def without_pending(follow_up: FollowUp, number: int) -> FollowUp:
    """The follow-up with one less to be done."""
    return replace(follow_up, pending=tuple(one for one in follow_up.pending if one.number != number))


def with_cancelled(follow_up: FollowUp, number: int) -> FollowUp:
    """The follow-up with one less to be done, which will not be done."""
    cancelled = tuple(sorted({*follow_up.cancelled, number}))
    return replace(without_pending(follow_up, number), cancelled=cancelled)
