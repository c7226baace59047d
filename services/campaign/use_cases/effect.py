"""What a chunk of a job comes to, whichever its kind."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.campaign.ports import Skipped, SkipReason, TargetItem
from shared.contracts.wire import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """How many items were accepted, those skipped, those left for later, and what is to be told."""

    accepted: int
    skipped: Sequence[Skipped]
    left: Sequence[TargetItem] = ()
    events: Sequence[Event] = ()


def skip(item: TargetItem, reason: SkipReason) -> Skipped:
    """The item skipped for that reason."""
    return Skipped(item.position, item.name, reason.value)
