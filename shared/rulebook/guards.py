"""The conditions that several commands share, each refusing by its code (docs/domain.md, Refusals)."""

from shared.rulebook.commands import Circumstances
from shared.rulebook.errors import Refused
from shared.rulebook.follow_up import Closing, FollowUp, FollowUpStatus
from shared.rulebook.standing import status


def require_not_closed(follow_up: FollowUp) -> None:
    """Refused `closed` unless the follow-up is WAITING or OPEN."""
    if follow_up.closing is not None:
        raise Refused("closed", {"closing": follow_up.closing.value})


def require_open(follow_up: FollowUp, circumstances: Circumstances) -> None:
    """Refused `closed` or `waiting` unless the follow-up is OPEN today."""
    require_not_closed(follow_up)
    if status(follow_up, circumstances.today) is FollowUpStatus.WAITING:
        raise Refused("waiting", {"entry_date": follow_up.entry_date.isoformat()})


def require_waiting(follow_up: FollowUp, circumstances: Circumstances) -> None:
    """Refused `closed` or `not_waiting` unless the follow-up is WAITING today."""
    require_not_closed(follow_up)
    if status(follow_up, circumstances.today) is not FollowUpStatus.WAITING:
        raise Refused("not_waiting", {"entry_date": follow_up.entry_date.isoformat()})


def require_since_entry(follow_up: FollowUp, circumstances: Circumstances) -> None:
    """Refused `before_entry_date` when it happened before the client entered the campaign."""
    if circumstances.occurred_on < follow_up.entry_date:
        raise Refused("before_entry_date", {"entry_date": follow_up.entry_date.isoformat()})


def require_change(old: object, new: object) -> None:
    """Refused `unchanged` when the command would change nothing."""
    if old == new:
        raise Refused("unchanged")


def require_recordable(follow_up: FollowUp, circumstances: Circumstances) -> bool:
    """Whether it is recorded late: it happened by the conclusion and comes after it (spec 6.2).

    Refused `waiting`, `closed`, `before_entry_date`, `happened_after_conclusion`.
    """
    standing = follow_up.conclusion
    if standing is None:
        require_open(follow_up, circumstances)
    elif circumstances.occurred_on > standing.on:
        raise Refused("happened_after_conclusion", {"concluded_on": standing.on.isoformat()})
    require_since_entry(follow_up, circumstances)
    return standing is not None


def require_amendable(follow_up: FollowUp, circumstances: Circumstances) -> None:
    """Refused `waiting` or `closed` unless OPEN or CONCLUDED: a conclusion ends no correction (ADR 0051)."""
    if follow_up.closing is not Closing.CONCLUDED:
        require_open(follow_up, circumstances)


def require_untouched(follow_up: FollowUp, if_last: int | None) -> None:
    """Refused `touched_since` when a fact came after number `if_last`; None asks for nothing (spec 5.10)."""
    if if_last is not None and follow_up.number != if_last:
        raise Refused("touched_since", {"number": follow_up.number})
