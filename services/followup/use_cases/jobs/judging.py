"""What a job does to one follow-up, what its undo does, and what speaks against either: pure, rulebook in hand."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.followup.ports import Candidate, Item, JobKind, JobOrder
from shared.rulebook.access import Action, Principal, Target, may
from shared.rulebook.campaign import pulled_in
from shared.rulebook.commands import (
    Circumstances,
    CloseArchived,
    Command,
    Conclude,
    MoveEntryDate,
    Reassign,
    ReopenUnarchived,
    TargetAgain,
    WithdrawClient,
    WithdrawConclusion,
)
from shared.rulebook.decisions import decide
from shared.rulebook.errors import NotVisible, Refused, RuleBroken
from shared.rulebook.follow_up import ConclusionKind

ACTIONS = {
    JobKind.CONCLUDE: Action.CONCLUDE,
    JobKind.REASSIGN: Action.REASSIGN_CLIENT,
    JobKind.WITHDRAW: Action.WITHDRAW_CLIENT,
}
UNDO_ACTIONS = {**ACTIONS, JobKind.CONCLUDE: Action.WITHDRAW_CONCLUSION}
_NOBODY = ""
"""The new advisor while it is not dealt out yet: nobody's, so that it is a change for everybody."""
UNKNOWN = "follow_up_unknown"


@dataclass(frozen=True, slots=True)
class Judge:
    """Who asks (None: the house itself), on which day, and the present advisors that clients may go to."""

    asker_id: str
    principal: Principal | None
    today: date
    advisors: dict[str, Principal]

    def objection(
        self, order: JobOrder, candidate: Candidate, wish: Command, *, undo: bool = False
    ) -> RuleBroken | None:
        """Why this is not to be done to this follow-up, or None."""
        try:
            self._check_right(order, candidate, wish, undo=undo)
            _check_archived(order, candidate)
            surroundings = Circumstances(today=self.today, occurred_on=self.today, actor=self.asker_id)
            decide(candidate.known.state, wish, candidate.known.plan, surroundings)
        except NotVisible:
            return NotVisible(UNKNOWN)
        except RuleBroken as broken:
            return broken
        return None

    def _check_right(self, order: JobOrder, candidate: Candidate, wish: Command, *, undo: bool) -> None:
        if self.principal is None:
            return
        conclusion = candidate.known.state.conclusion
        new = self.advisors.get(wish.advisor_id) if isinstance(wish, Reassign) else None
        target = Target(
            advisor_id=candidate.advisor_id,
            advisor_unit_path=candidate.unit_path,
            recorded_by=None if conclusion is None else conclusion.recorded_by,
            new_advisor_id=wish.advisor_id if isinstance(wish, Reassign) and wish.advisor_id != _NOBODY else None,
            new_advisor_unit_path=() if new is None else new.unit_path,
        )
        may(self.principal, (UNDO_ACTIONS if undo else ACTIONS)[order.kind], target)


def wish_of(order: JobOrder, candidate: Candidate, item: Item | None, today: date) -> Command:
    """What the job asks of this follow-up; without an item, as long as it is not fixed what each is given."""
    match order.kind:
        case JobKind.CONCLUDE:
            amount = Decimal(0) if item is None or item.amount is None else item.amount
            return Conclude(order.terms.conclusion or ConclusionKind.NO_DECISION, order.terms.on or today, amount)
        case JobKind.REASSIGN:
            return Reassign((item and item.to_advisor) or _NOBODY)
        case JobKind.WITHDRAW:
            return WithdrawClient()
        case JobKind.CLOSE_ARCHIVED:
            return CloseArchived()
        case JobKind.REOPEN_UNARCHIVED:
            return ReopenUnarchived(candidate.advisor_id)
        case JobKind.PULL_IN:
            entry_date = candidate.known.state.entry_date
            return MoveEntryDate(pulled_in(entry_date, *(order.choice.entry_outside or (entry_date, entry_date))))


def undo_of(order: JobOrder, candidate: Candidate, item: Item) -> Command:
    """What takes the job's fact back, only while it is the follow-up's last."""
    state = candidate.known.state
    match order.kind:
        case JobKind.CONCLUDE:
            return WithdrawConclusion(candidate.advisor_id, if_last=item.number)
        case JobKind.REASSIGN:
            return Reassign(item.advisor_id or candidate.advisor_id, if_last=item.number)
        case _:
            return TargetAgain(state.entry_date, state.potential, candidate.advisor_id, if_last=item.number)


def _check_archived(order: JobOrder, candidate: Candidate) -> None:
    """A campaign that was un-archived since is not closed, one that was archived again is not opened."""
    if order.kind is JobKind.CLOSE_ARCHIVED and not candidate.known.plan.archived:
        raise Refused("not_archived")
    if order.kind in {JobKind.REOPEN_UNARCHIVED, JobKind.PULL_IN} and candidate.known.plan.archived:
        raise Refused("archived")
