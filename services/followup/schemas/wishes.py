"""What every command of a person may carry, and what is said of an interaction."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints, field_validator

from services.followup.schemas.fields import Note
from shared.contracts.wire import Incoming
from shared.rulebook.interaction_words import Channel, Progress

_FIRST, _LAST = 1900, 2200


def _in_our_time(moment: datetime) -> datetime:
    if not _FIRST < moment.year < _LAST:
        raise ValueError(f"the year must lie between {_FIRST} and {_LAST}")
    return moment


def _day_in_our_time(day: date) -> date:
    if not _FIRST < day.year < _LAST:
        raise ValueError(f"the year must lie between {_FIRST} and {_LAST}")
    return day


Moment = Annotated[AwareDatetime, AfterValidator(_in_our_time)]
"""With its zone, and far from the ends of the calendar, so that every zone has it."""
Line = Annotated[str, StringConstraints(max_length=300, pattern=r"^[^\x00-\x1f\x7f]*$")]


Uuid = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
MOST_ATTACHMENTS = 20
"""Files of one interaction."""


class DetailsIn(Incoming):
    """What is said of an interaction; only what is given is changed, and null takes back. See docs/domain.md."""

    progress: Progress | None = None
    due_on: Annotated[date, AfterValidator(_day_in_our_time)] | None = None
    starts_at: Moment | None = None
    duration_minutes: Annotated[int, Field(ge=1, le=10_080)] | None = None
    place: Line | None = None
    channel: Channel | None = None
    said: Note | None = None
    subject: Line | None = None
    body: Note | None = None
    attachments: Annotated[tuple[Uuid, ...], Field(max_length=MOST_ATTACHMENTS)] | None = None
    """All the files that the interaction then has, by the ids that sending them gave; those left out go."""

    @field_validator("attachments")
    @classmethod
    def _each_once(cls, ids: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if ids is not None and len(set(ids)) < len(ids):
            raise ValueError("a file is attached once")
        return ids

    def kept(self) -> dict[str, Any]:
        """As it is kept: what was given, moments in UTC."""
        given = self.model_dump(mode="json", exclude_unset=True)
        if self.starts_at is not None:
            given["starts_at"] = self.starts_at.astimezone(UTC).isoformat()
        if not given.get("attachments", True):
            given["attachments"] = None
        return given


class WishIn(Incoming):
    """What every command may carry."""

    note: Note | None = None
    occurred_at: Moment | None = None
    """When it happened; now when absent."""


class DescribedIn(WishIn):
    """A command that may say something of its interaction."""

    details: DetailsIn | None = None
