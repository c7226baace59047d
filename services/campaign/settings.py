"""What the campaign service reads from the environment beside what all roles share."""

from pydantic import Field

from shared.runtime.settings import Settings as SharedSettings


class Settings(SharedSettings):
    """The campaign service's settings."""

    unknown_client_seconds: float = Field(default=60.0, ge=0)
    """How long a client that is to be targeted may be unknown here before it is skipped: news travel."""
