"""What reporting reads from the environment."""

from datetime import time

from pydantic import Field

from shared.runtime.settings import Settings as Shared


class Settings(Shared):
    """The shared settings and reporting's own."""

    reporting_batch_size: int = Field(default=200, ge=1, le=1000)
    """Facts applied in one transaction at most."""
    reporting_pause_seconds: float = Field(default=0.2, ge=0)
    """Rest after a batch that was not full, so that a steady stream comes in few transactions."""
    reporting_regroup_size: int = Field(default=500, ge=1, le=5000)
    """Follow-ups regrouped in one transaction at most."""
    reporting_export_seconds: float = Field(default=900, gt=0)
    """How long the making of one file may take."""
    reporting_export_megabytes: int = Field(default=2048, ge=256)
    """What the process that makes a file may hold in memory."""
    reporting_export_hours: float = Field(default=24, gt=0)
    """How long a file is kept for its asker."""
    reporting_reconcile_at: str = Field(default="03:00", pattern=r"^(([01]\d|2[0-3]):[0-5]\d|off)$")
    """The time of day at which everything is compared, in the deployment's zone; `off` for never by itself."""
    reporting_reconcile_pause_seconds: float = Field(default=0.1, ge=0)
    """Rest between two pages of a comparison."""
    reporting_reconcile_settle_seconds: float = Field(default=10.0, ge=0)
    """How long what differs at a first look is given to arrive before the second."""
    reporting_live_poll_seconds: float = Field(default=0.2, gt=0)
    """How often one process looks whether figures changed, while somebody follows them live."""
    reporting_live_seconds: float = Field(default=1.0, ge=0)
    """The shortest time between two sendings to one live stream."""
    reporting_live_heartbeat_seconds: float = Field(default=15.0, gt=0)
    """How often a silent live stream is sent a comment, so that a broken connection shows."""
    reporting_live_streams_per_person: int = Field(default=10, ge=1)
    """Live streams that one person may have open at one process."""

    @property
    def reconcile_at(self) -> time | None:
        """That time; None for never."""
        return None if self.reporting_reconcile_at == "off" else time.fromisoformat(self.reporting_reconcile_at)
