"""What the notification service reads from the environment beside what all roles read."""

from datetime import timedelta

from pydantic import Field

from shared.runtime.mail import MailSettings


class Settings(MailSettings):
    """The settings of the notification service."""

    notice_announce_seconds: float = Field(default=1.0, gt=0)
    """How long the announcer rests when it finds nothing to announce."""
    notice_push_seconds: float = Field(default=0.5, gt=0)
    """How often live pages are looked up for something new."""
    notice_heartbeat_seconds: float = Field(default=15.0, gt=0)
    """How often a silent live page is sent a comment, so that a broken connection shows."""
    notice_stream_days: int = Field(default=7, ge=1)
    """How long what was pushed is kept for a page that comes back."""

    digest_hour: int = Field(default=7, ge=0, le=23)
    """From which hour of the deployment's day digests are sent, on working days."""
    digest_poll_seconds: float = Field(default=20.0, gt=0)
    """How long the sender of digests rests when none is due."""

    webhook_allow_private: bool = False
    """Whether webhooks may go to private addresses and without TLS: for demonstrations and tests."""
    webhook_seconds: float = Field(default=10.0, gt=0, le=60)
    """How long one attempt may take."""
    webhook_poll_seconds: float = Field(default=0.5, gt=0)
    """How long the sender of webhooks rests when nothing is due."""
    webhook_disable_hours: float = Field(default=120.0, gt=0)
    """After how long without a single success a subscription is disabled."""
    webhook_log_days: int = Field(default=30, ge=1)
    """How long deliveries are kept, for the log and for replay."""

    @property
    def stream_retention(self) -> timedelta:
        """How long what was pushed is kept."""
        return timedelta(days=self.notice_stream_days)
