"""What reporting reads from the environment."""

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
