"""The HTTP interface of the notification service, under /api/notifications."""

from services.notification.api.notices import Doors, router
from services.notification.api.preferences import preference_routes
from services.notification.api.webhooks import webhook_routes

__all__ = ["Doors", "preference_routes", "router", "webhook_routes"]
