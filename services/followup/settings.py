"""What the follow-up service can be told from the environment."""

from pydantic import Field

from shared.runtime.mail import MailSettings


class Settings(MailSettings):
    """The follow-up service's own variables, beside the shared ones."""

    engine_in_flight: int = 32
    """Updates and starts sent to the engine at once by one process."""
    send_deadline_seconds: float = 8.0
    """How long an execution may still take a command after it was sent."""
    lease_margin_seconds: float = 12.0
    """How much longer than the deadline the sender keeps its command to itself: more than the clock skew."""
    answer_within_seconds: float = 5.0
    """How long a caller waits for a verdict before the answer is *pending*."""
    park_hours: float = 24.0
    """How long a signal that is merely early is kept before it is refused."""
    followup_compare_per_second: float = Field(default=50.0, gt=0, le=1000)
    """How many executions one process looks up in a second when rows and executions are compared."""
