"""What the directory reads from the environment."""

from shared.runtime import settings


class Settings(settings.Settings):
    """The settings that every role shares, and no others."""
