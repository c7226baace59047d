"""The HTTP shapes of /api/notifications."""

from datetime import UTC, date, datetime
from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.notification.ports import ClientCursor, ClientToContact, Notice, NoticeCursor
from shared.contracts.wire import Euros, Incoming
from shared.rulebook.errors import Invalid
from shared.rulebook.money import not_negative


class Shown(BaseModel):
    """What is answered."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class CampaignShown(Shown):
    """The campaign that a notice is about."""

    id: str
    name: str
    start_date: date
    end_date: date


class NoticeShown(Shown):
    """A notice; `clients` counts those to contact now, `news` those who came since it was last read."""

    notice_id: str
    campaign: CampaignShown
    clients: int
    news: int
    unread: bool
    revision: int
    """Grows whenever the notice gains clients; send it back when marking as read."""
    created_at: datetime
    renewed_at: datetime

    @classmethod
    def of(cls, notice: Notice) -> Self:
        """The notice as answered."""
        return cls(
            notice_id=notice.notice_id,
            campaign=CampaignShown(
                id=notice.campaign_id,
                name=notice.campaign_name,
                start_date=notice.start_date,
                end_date=notice.end_date,
            ),
            clients=notice.clients,
            news=notice.news,
            unread=notice.unread,
            revision=notice.revision,
            created_at=notice.created_at,
            renewed_at=notice.renewed_at,
        )


class NoticePage(Shown):
    """One page of notices; `next` goes back in as `after`, None at the end."""

    items: list[NoticeShown]
    next: str | None


class ClientShown(Shown):
    """A client to contact; `contacted` once some step or interaction was recorded in this campaign."""

    follow_up_id: str
    client_id: str
    name: str | None
    phone: str | None
    potential: Euros
    entry_date: date
    contacted: bool

    @classmethod
    def of(cls, client: ClientToContact) -> Self:
        """The client as answered."""
        return cls.model_validate(client)


class NoticeWithClients(Shown):
    """A notice with one page of its clients, the highest potential first."""

    notice: NoticeShown
    clients: list[ClientShown]
    next: str | None


class ReadAsFarAs(Incoming):
    """What was on screen when it was marked as read; without `revision`, all of it."""

    revision: int | None = Field(default=None, ge=1, lt=2**31)


class ReadUntil(Incoming):
    """The latest `renewed_at` that was on screen when all were marked as read; without it, all of them."""

    renewed_at: AwareDatetime | None = None


class UnreadCount(Shown):
    """How many of my notices are unread."""

    unread: int


def notice_cursor(after: str | None) -> NoticeCursor | None:
    """Where a page of notices ended, as `next` said it; Invalid `cursor_invalid` for anything else."""
    if after is None:
        return None
    renewed_at, _, notice_id = after.partition("~")
    try:
        return NoticeCursor(datetime.fromisoformat(renewed_at).astimezone(UTC), str(UUID(notice_id)))
    except (ValueError, OverflowError):
        raise Invalid("cursor_invalid", {"after": after}) from None


def client_cursor(after: str | None) -> ClientCursor | None:
    """Where a page of clients ended, as `next` said it; Invalid `cursor_invalid` for anything else."""
    if after is None:
        return None
    potential, _, follow_up_id = after.partition("~")
    try:
        return ClientCursor(not_negative(potential), str(UUID(follow_up_id)))
    except (ValueError, Invalid):
        raise Invalid("cursor_invalid", {"after": after}) from None


def after_notice(notice: Notice) -> str:
    """The cursor of what follows this notice."""
    return f"{notice.renewed_at.astimezone(UTC).replace(tzinfo=None).isoformat()}Z~{notice.notice_id}"


def after_client(client: ClientToContact) -> str:
    """The cursor of what follows this client."""
    return f"{client.potential}~{client.follow_up_id}"
