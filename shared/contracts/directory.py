"""What the directory tells: units, people and clients as the host CRM last said, and who may do what."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.contracts.wire import Answer, Euros, Event, Question
from shared.rulebook.access import AccessLevel

PRINCIPALS_BUCKET = "principals"
"""The key-value bucket of principals: key a user id, value a `PrincipalRecord`."""
HEARTBEAT_SUBJECT = "heartbeats.directory"
"""`{"revision": 7, "age": 0.02}`: up to this write the bucket holds all that was committed so many seconds ago."""
"""The directory publishes here every half second, so that a stale set of rights is noticed within a second."""

Id = Annotated[str, Field(pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
"""One of our own ids, as `shared.rulebook.ids` derives them."""
Ids = Annotated[tuple[Id, ...], Field(max_length=1_000)]
"""At most a thousand of them."""


class PrincipalRecord(BaseModel):
    """The rights of one user, profile and personal rights united; an inactive user has none and may not sign in."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    user_id: str
    external_id: str
    name: str
    language: str = "fr"
    active: bool = True
    unit_id: str
    unit_path: tuple[str, ...]
    """Unit ids from the root to the user's own unit."""
    manage_campaigns: bool
    access_level: AccessLevel
    administrator: bool = False
    operator: bool = False


class UnitChanged(Event):
    """A unit as it now is; `path` holds unit ids from the root to the unit itself."""

    type: ClassVar[str] = "campaigns.directory.unit_changed.v1"

    unit_id: str
    external_id: str
    name: str
    parent_id: str | None
    path: tuple[str, ...]
    active: bool = True
    revision: int
    """Grows with every change of this unit: a reader keeps the highest."""

    @property
    def key(self) -> str:
        """The unit."""
        return self.unit_id

    @property
    def event_id(self) -> str:
        """One per unit and revision."""
        return f"unit/{self.unit_id}/{self.revision}"


class UserChanged(Event):
    """A person of the network as now known; published again when the unit's path changes."""

    type: ClassVar[str] = "campaigns.directory.user_changed.v1"

    user_id: str
    external_id: str
    name: str
    email: str | None = None
    language: str = "fr"
    unit_id: str
    unit_path: tuple[str, ...]
    active: bool = True
    revision: int

    @property
    def key(self) -> str:
        """The user."""
        return self.user_id

    @property
    def event_id(self) -> str:
        """One per user and revision."""
        return f"user/{self.user_id}/{self.revision}"


class ClientChanged(Event):
    """A client as now known; `erased` replaces everything when a person is erased.

    One who is not `active` is no longer the bank's: nobody targets that client any more, and what was begun stays.
    """

    type: ClassVar[str] = "campaigns.directory.client_changed.v1"

    client_id: str
    external_id: str
    name: str
    phone: str | None = None
    email: str | None = None
    advisor_id: str
    changed_at: AwareDatetime
    active: bool = True
    erased: bool = False
    revision: int

    @property
    def key(self) -> str:
        """The client."""
        return self.client_id

    @property
    def event_id(self) -> str:
        """One per client and revision."""
        return f"client/{self.client_id}/{self.revision}"


class ClientHoldings(Question):
    """Which of these accounts and transactions are this client's? Asked before a follow-up is linked to them."""

    subject: ClassVar[str] = "questions.directory.client_holdings.v1"

    client_id: Id
    account_ids: Ids = ()
    transaction_ids: Ids = ()


class HeldAccount(BaseModel):
    """An account of the client; not `active` when it was closed."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    account_id: str
    external_id: str
    label: str
    active: bool


class HeldTransaction(BaseModel):
    """A movement on an account of the client, below zero for what went out; not `active` when it was cancelled."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    transaction_id: str
    external_id: str
    account_id: str
    label: str
    booked_on: date
    amount: Euros
    active: bool


class HoldingsFound(Answer):
    """Those that exist and are the client's, by id; whatever else was named is unknown, or another client's."""

    accounts: tuple[HeldAccount, ...]
    transactions: tuple[HeldTransaction, ...]


class PersonAddress(Question):
    """Asked when somebody is written to: where, and in which language?"""

    subject: ClassVar[str] = "questions.directory.person_address.v1"

    user_id: Id


class AddressFound(Answer):
    """The address as the CRM last said; `email` is None where none is known, and of who is not active."""

    name: str
    email: str | None
    language: str


class PresentCalendar(Question):
    """Asked where days are counted that need no replica: which days does the deployment work on?"""

    subject: ClassVar[str] = "questions.directory.present_calendar.v1"


class CalendarFound(Answer):
    """The calendar as last said, as `CalendarChanged` tells it."""

    country: str | None
    subdivision: str | None = None
    closing_days: tuple[date, ...] = ()
    revision: int


class CalendarChanged(Event):
    """The deployment's working days: the public holidays of a country, and closing days of its own."""

    type: ClassVar[str] = "campaigns.directory.calendar_changed.v1"

    country: str | None
    """ISO 3166 code; None where no public holiday counts."""
    subdivision: str | None = None
    closing_days: tuple[date, ...] = ()
    revision: int
    """Grows with every change: a reader keeps the highest. 0, never told, is France without closing days."""

    @property
    def key(self) -> str:
        """There is one."""
        return "calendar"

    @property
    def event_id(self) -> str:
        """One per revision."""
        return f"calendar/{self.revision}"
