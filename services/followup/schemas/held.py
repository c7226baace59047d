"""Held commands as operators see and handle them: ids, states and reasons, no names and no texts."""

from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from services.followup.ports.held import Held, HeldCount, HeldFilter
from shared.contracts.wire import Incoming

Code = Annotated[str, StringConstraints(pattern=r"^[a-z_0-9]{1,60}$")]
UuidText = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=r"^[^\x00]*[^\x00\s][^\x00]*$")]
DoorText = Literal["screen", "crm", "direct", "job", "system"]
Place = Annotated[int, Field(ge=0, lt=2**63)]


class HeldOut(BaseModel):
    """One held command."""

    model_config = ConfigDict(from_attributes=True)

    command_id: str
    source: str
    source_id: str
    """The sender's own id."""
    kind: str
    step_id: str | None
    follow_up_id: str | None
    campaign_id: str | None
    door: str
    state: Literal["refused", "parked", "waiting", "applied"]
    code: str | None
    data: dict[str, Any] | None
    occurred_at: AwareDatetime
    received_at: AwareDatetime
    park_until: AwareDatetime | None
    """Until when it may be parked before it is refused."""
    attempts: int
    dismissed: bool

    @classmethod
    def of(cls, held: Held) -> Self:
        """As answered."""
        return cls.model_validate(held)


class HeldPage(BaseModel):
    """A page, the latest first; `next` is what `after` has to be for the one that follows."""

    items: list[HeldOut]
    next: int | None


class HeldCountOut(BaseModel):
    """How many are held in one state for one reason, and when the oldest of them was received."""

    model_config = ConfigDict(from_attributes=True)

    state: str
    code: str | None
    number: int
    oldest: AwareDatetime


class HeldCounts(BaseModel):
    """All that is held and not dismissed."""

    counts: list[HeldCountOut]

    @classmethod
    def of(cls, counts: list[HeldCount]) -> Self:
        """As answered."""
        return cls(counts=[HeldCountOut.model_validate(one) for one in counts])


class _Filters(Incoming):
    code: Code | None = None
    door: DoorText | None = None
    campaign_id: UuidText | None = None
    follow_up_id: UuidText | None = None
    received_before: AwareDatetime | None = None
    after: Place | None = None
    """`next` of the page, or of the call, before."""

    def filter(self) -> HeldFilter:
        """As the log knows it."""
        return HeldFilter(**self.model_dump())


class HeldQuery(_Filters):
    """Which to list: all that is held and not dismissed, unless it says otherwise."""

    state: Literal["refused", "parked", "waiting"] | None = None
    dismissed: bool = False
    """The dismissed ones instead."""
    limit: int = Field(default=50, ge=1, le=200)


class RetryFilter(_Filters):
    """Which to try again: the filters of the list."""

    state: Literal["refused", "parked"] | None = None


class RetriedOut(BaseModel):
    """How many are judged anew; `next` when more are left than one call takes."""

    retried: int
    next: int | None


class Dismissal(Incoming):
    """Why it is set aside; shown on the client's timeline."""

    reason: Reason
