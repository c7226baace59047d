"""The engine as the follow-up service uses it, the only service that does."""

from services.followup.engine.executions import TemporalExecutions
from services.followup.engine.updates import TemporalEngine

__all__ = ["TemporalEngine", "TemporalExecutions"]
