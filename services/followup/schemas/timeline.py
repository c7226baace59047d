"""Timelines as they are shown."""

from typing import Any

from pydantic import AwareDatetime, BaseModel

from shared.contracts.wire import Euros
from shared.rulebook.steps import StepKind


class TimelineItem(BaseModel):
    """One thing on the timeline: what, when, by whom, from where, and if it was refused, why."""

    follow_up_id: str
    number: int | None
    kind: str
    step_id: str | None
    interaction: StepKind | None = None
    of: int | None = None
    """The unplanned interaction that it is about: the number of the fact which made it."""
    ticked: list[str] = []
    unticked: list[str] = []
    occurred_at: AwareDatetime
    received_at: AwareDatetime
    door: str
    actor: str
    actor_name: str | None
    verdict: str
    version: int | None
    late: bool
    code: str | None
    data: dict[str, Any] | None
    note: str | None
    details: dict[str, Any] | None = None
    """What was said with it; null in a field is what it took back."""
    collected: Euros | None


class Timeline(BaseModel):
    """A page of all that was tried, in the order in which it was received; `next` is `after` for the next page."""

    items: list[TimelineItem]
    next: str | None = None
