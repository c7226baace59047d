"""A client's place in the campaign: potential, entry date, advisor, leaving, coming back (docs/domain.md, Clients)."""

from shared.rulebook.commands import (
    ChangePotential,
    Circumstances,
    MoveEntryDate,
    Reassign,
    ReopenUnarchived,
    TargetAgain,
)
from shared.rulebook.errors import Refused
from shared.rulebook.facts import Fact, FactKind
from shared.rulebook.follow_up import Closing, FollowUp
from shared.rulebook.guards import require_change, require_not_closed, require_waiting
from shared.rulebook.money import not_negative
from shared.rulebook.standing import position
from shared.rulebook.steps import Plan


def potential_changed(follow_up: FollowUp, command: ChangePotential, plan: Plan, circumstances: Circumstances) -> Fact:
    """The current potential set while WAITING or OPEN; the initial one stays (spec 3.2). Invalid `amount_*`."""
    require_not_closed(follow_up)
    potential = not_negative(command.potential)
    require_change(follow_up.potential, potential)
    return Fact(FactKind.POTENTIAL_CHANGED, circumstances.today, plan.version, potential=potential)


def entry_date_moved(follow_up: FollowUp, command: MoveEntryDate, plan: Plan, circumstances: Circumstances) -> Fact:
    """The entry date moved while WAITING; the campaign's dates were checked by the caller (spec 3.2)."""
    require_waiting(follow_up, circumstances)
    require_change(follow_up.entry_date, command.entry_date)
    return Fact(FactKind.ENTRY_DATE_MOVED, circumstances.today, plan.version, entry_date=command.entry_date)


def reassigned(follow_up: FollowUp, command: Reassign, plan: Plan, circumstances: Circumstances) -> Fact:
    """Another advisor while WAITING or OPEN, from today: moves are not back-dated (spec 5.11)."""
    require_not_closed(follow_up)
    require_change(follow_up.advisor_id, command.advisor_id)
    return Fact(FactKind.REASSIGNED, circumstances.today, plan.version, advisor_id=command.advisor_id)


def client_withdrawn(follow_up: FollowUp, plan: Plan, circumstances: Circumstances) -> Fact:
    """The client taken out while WAITING or OPEN (spec 3.3)."""
    require_not_closed(follow_up)
    return Fact(FactKind.CLIENT_WITHDRAWN, circumstances.today, plan.version)


def targeted_again(follow_up: FollowUp, command: TargetAgain, plan: Plan, circumstances: Circumstances) -> Fact:
    """A withdrawn client back in the same follow-up; Refused `already_targeted` in any other state (spec 3.3)."""
    if follow_up.closing is not Closing.WITHDRAWN:
        raise Refused("already_targeted")
    return Fact(
        FactKind.TARGETED_AGAIN,
        circumstances.today,
        plan.version,
        entry_date=command.entry_date,
        potential=not_negative(command.potential),
        advisor_id=command.advisor_id,
    )


def closed_archived(follow_up: FollowUp, plan: Plan, circumstances: Circumstances) -> Fact:
    """A WAITING or OPEN follow-up closed with its campaign, at its position (spec 2.7)."""
    require_not_closed(follow_up)
    at = position(follow_up, plan)
    return Fact(FactKind.CLOSED_ARCHIVED, circumstances.today, plan.version, position=at)


def reopened(follow_up: FollowUp, command: ReopenUnarchived, plan: Plan, circumstances: Circumstances) -> Fact:
    """A follow-up that the archiving closed is back under the present advisor; Refused `not_archived` (spec 2.7)."""
    if follow_up.closing is not Closing.ARCHIVED:
        raise Refused("not_archived")
    return Fact(FactKind.REOPENED_UNARCHIVED, circumstances.today, plan.version, advisor_id=command.advisor_id)
