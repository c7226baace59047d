"""What the notification service needs: the replicas it learns, and the notices it keeps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from shared.contracts.campaign import CampaignDefined, CampaignMoment
from shared.contracts.directory import ClientChanged, UserChanged
from shared.contracts.followup import FactRecorded
from shared.rulebook.access import Principal


class Pushed(StrEnum):
    """What a user's open pages are told about one of the user's notices."""

    RENEWED = "renewed"
    READ = "read"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class Membership:
    """An advisor of a campaign."""

    campaign_id: str
    advisor_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notice as its advisor sees it; `news` counts the clients who came since it was last read."""

    notice_id: str
    campaign_id: str
    campaign_name: str
    start_date: date
    end_date: date
    clients: int
    news: int
    unread: bool
    revision: int
    created_at: datetime
    renewed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientToContact:
    """One client of a notice's list; `name` and `phone` are None until the directory tells them, or after erasure."""

    follow_up_id: str
    client_id: str
    name: str | None
    phone: str | None
    potential: Decimal
    entry_date: date
    contacted: bool


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """Event `seq` of a user's stream."""

    seq: int
    kind: Pushed
    notice_id: str


@dataclass(frozen=True, slots=True)
class NoticeCursor:
    """Where a page of notices ended."""

    renewed_at: datetime
    notice_id: str


@dataclass(frozen=True, slots=True)
class ClientCursor:
    """Where a page of a notice's clients ended."""

    potential: Decimal
    follow_up_id: str


class Replicas(Protocol):
    """What other services told. Each method may be given the same, older or reordered messages: the highest stays."""

    async def keep_facts(self, facts: Sequence[FactRecorded]) -> None:
        """Follow-ups after these facts; their advisors are put before the announcer."""

    async def keep_definitions(self, definitions: Sequence[CampaignDefined]) -> None:
        """Campaigns; advisors with a share are put before the announcer."""

    async def keep_moments(self, moments: Sequence[CampaignMoment]) -> None:
        """Campaigns whose notice date has come."""

    async def keep_users(self, users: Sequence[UserChanged]) -> None:
        """Where people sit."""

    async def keep_clients(self, clients: Sequence[ClientChanged]) -> None:
        """Names and telephone numbers."""


class Announcements(Protocol):
    """One transaction of the announcer."""

    async def take_joiners(self, limit: int) -> Sequence[Membership]:
        """Advisors put before the announcer whose campaign's notice date has come, and who still belong to it."""

    async def take_newcomers(self, today: date, limit: int) -> Mapping[Membership, int]:
        """Clients who have entered by `today` and were not announced yet, counted; from now on they are announced."""

    async def renew(self, gains: Mapping[Membership, int], now: datetime) -> None:
        """Create the notices that are missing, add the gains to the others, and push; a gain of 0 changes no notice."""


class Notices(Protocol):
    """The notices of one reader; those of others do not exist for him."""

    async def page(self, reader: Principal, today: date, after: NoticeCursor | None, limit: int) -> Sequence[Notice]:
        """Newest first."""

    async def find(self, reader: Principal, notice_id: str, today: date) -> Notice | None:
        """The reader's notice, or None."""

    async def clients(
        self, reader: Principal, notice: Notice, today: date, after: ClientCursor | None, limit: int
    ) -> Sequence[ClientToContact]:
        """The clients to contact within reach, by potential, the highest first."""

    async def mark_read(self, reader: Principal, notice_id: str, revision: int | None, now: datetime) -> None:
        """Read as far as `revision` (None for all of it): a notice that has gained clients since stays unread."""

    async def mark_all_read(self, reader: Principal, until: datetime | None, now: datetime) -> None:
        """Read all that are shown; one that has gained clients after `until` stays unread."""

    async def mark_unread(self, reader: Principal, notice_id: str, now: datetime) -> None:
        """Unread again, without news."""

    async def unread_count(self, reader: Principal) -> int:
        """How many notices are unread."""


class Streams(Protocol):
    """What was pushed to each user, numbered from 1 without a gap."""

    async def ends(self, user_ids: Sequence[str]) -> Mapping[str, int]:
        """The number of the last event of each user that has any."""

    async def after(self, user_id: str, seq: int, limit: int) -> Sequence[StreamEvent]:
        """The events after number `seq` that are still kept, in order."""
