"""What the embedded mailbox reads from the environment beside what all roles read."""

from pathlib import Path

from shared.runtime import settings


class Settings(settings.Settings):
    """Where it keeps what it is sent, and where it listens for it."""

    jalon_data: Path
    """The data folder of the launcher."""
    mailbox_port: int = 0
    """Where it takes mail on this machine; 0 where mail goes to a server elsewhere."""
