"""The management list and its cursor."""

import base64
import json
from datetime import date, datetime
from uuid import UUID

from services.reporting.ports.listing import Listed, Place
from services.reporting.schemas.parts import Euros, Out
from services.reporting.use_cases.listing import ListPage
from shared.rulebook.errors import Invalid
from shared.rulebook.follow_up import ConclusionKind, FollowUpStatus


class ListedOut(Out):
    """One follow-up. Client, link and present advisor are null without present reach over the client."""

    follow_up_id: str | None
    client_id: str | None
    client_name: str | None
    client_external_id: str | None
    campaign_id: str
    campaign_name: str
    advisor_id: str
    advisor_name: str | None
    unit_id: str | None
    unit_name: str | None
    present_advisor_id: str | None
    present_advisor_name: str | None
    state: FollowUpStatus
    conclusion: ConclusionKind | None
    concluded_on: date | None
    step_id: str | None
    """Null at the end."""
    step_title: str | None
    step_number: int | None
    """Of the step at the position, from 1; one more than `steps` at the end."""
    steps: int | None
    overdue: bool
    entry_date: date
    initial_potential: Euros
    potential: Euros
    collected: Euros
    last_activity: datetime | None

    @classmethod
    def of(cls, row: Listed) -> "ListedOut":
        """The row as it is told."""
        return cls(**{name: getattr(row, name) for name in Listed.__dataclass_fields__})


class ListOut(Out):
    """A page; `next` is null at the end. `total` counts no further than 10,000: there may be more than that."""

    as_of: date
    total: int
    more_than_total: bool
    selection: dict[str, str] | None
    """The OPEN ones of the whole list as `chosen.filter` of a job of the follow-up service; null where only ids can."""
    rows: list[ListedOut]
    next: str | None

    @classmethod
    def of(cls, page: ListPage, as_of: date) -> "ListOut":
        """The answer for this page."""
        return cls(
            as_of=as_of,
            total=page.total,
            more_than_total=page.more_than_total,
            selection=page.selection,
            rows=[ListedOut.of(row) for row in page.rows],
            next=cursor_of(page.next),
        )


class ConcludableOut(Out):
    """Ids of OPEN follow-ups for `chosen.ids` of a job; `more` when there are more than one job takes."""

    ids: list[str]
    more: bool


def cursor_of(place: Place | None) -> str | None:
    """The place as one word."""
    if place is None:
        return None
    told = json.dumps([place.phase, place.key, place.follow_up_id])
    return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def place_of(cursor: str | None) -> Place | None:
    """The place that a page ended at. Raises Invalid `cursor_invalid` for anything that no page ended with."""
    if cursor is None:
        return None
    try:
        told = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        phase, key, follow_up_id = told
        place = Place(phase, key, str(UUID(follow_up_id)))
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise Invalid("cursor_invalid") from error
    if not (isinstance(phase, int) and isinstance(key, str | None)) or "\0" in (key or ""):
        raise Invalid("cursor_invalid")
    return place
