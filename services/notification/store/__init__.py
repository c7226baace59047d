"""PostgreSQL behind the ports of the notification service."""

from services.notification.store.announcements import StoredAnnouncements, announcing
from services.notification.store.deliveries import StoredDeliveries
from services.notification.store.digests import StoredDigests, StoredPreferences
from services.notification.store.neighbours import AskedNeighbours
from services.notification.store.notices import StoredNotices
from services.notification.store.replicas import StoredReplicas, keeping
from services.notification.store.streams import StoredStreams
from services.notification.store.webhooks import StoredWebhooks

__all__ = [
    "AskedNeighbours",
    "StoredAnnouncements",
    "StoredDeliveries",
    "StoredDigests",
    "StoredNotices",
    "StoredPreferences",
    "StoredReplicas",
    "StoredStreams",
    "StoredWebhooks",
    "announcing",
    "keeping",
]
