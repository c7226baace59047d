"""The HTTP shapes of /api/notifications."""

from services.notification.schemas.notices import (
    CampaignShown,
    ClientShown,
    NoticePage,
    NoticeShown,
    NoticeWithClients,
    ReadAsFarAs,
    ReadUntil,
    Shown,
    UnreadCount,
    after_client,
    after_notice,
    client_cursor,
    notice_cursor,
)

__all__ = [
    "CampaignShown",
    "ClientShown",
    "NoticePage",
    "NoticeShown",
    "NoticeWithClients",
    "ReadAsFarAs",
    "ReadUntil",
    "Shown",
    "UnreadCount",
    "after_client",
    "after_notice",
    "client_cursor",
    "notice_cursor",
]
