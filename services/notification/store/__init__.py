"""PostgreSQL behind the ports of the notification service."""

from services.notification.store.announcements import StoredAnnouncements, announcing
from services.notification.store.notices import StoredNotices
from services.notification.store.replicas import StoredReplicas, keeping
from services.notification.store.streams import StoredStreams

__all__ = ["StoredAnnouncements", "StoredNotices", "StoredReplicas", "StoredStreams", "announcing", "keeping"]
