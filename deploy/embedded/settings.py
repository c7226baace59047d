"""What the web process of the embedded layout reads from the environment beside the roles' own settings."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class HostSettings(BaseSettings):
    """Where the one web process, or the front of the split layout, listens."""

    model_config = SettingsConfigDict(frozen=True)

    host: str = "127.0.0.1"
    port: int = 8000
