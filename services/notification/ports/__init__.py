"""What the notification service needs, and the values that pass between its parts."""

from services.notification.ports.notices import (
    Announcements,
    ClientCursor,
    ClientToContact,
    Membership,
    Notice,
    NoticeCursor,
    Notices,
    Pushed,
    Replicas,
    StreamEvent,
    Streams,
)

__all__ = [
    "Announcements",
    "ClientCursor",
    "ClientToContact",
    "Membership",
    "Notice",
    "NoticeCursor",
    "Notices",
    "Pushed",
    "Replicas",
    "StreamEvent",
    "Streams",
]
