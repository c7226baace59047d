"""What every role reads from the environment, once, at its start; a variable is named as its field, in upper case."""

from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The settings that all roles share; each service adds its own in a subclass."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_file=None)

    database_url: str = "postgresql+psycopg://postgres@127.0.0.1:5432/jalon"
    """A login that is a member of the service's roles; `shared.runtime.migrate` needs an administrator's."""
    nats_url: str = "nats://127.0.0.1:4222"
    """One address, or several separated by commas."""
    nats_replicas: int = Field(default=1, ge=1, le=5)
    """Copies of each stream: 1 on a single server, 3 in a cluster."""
    temporal_address: str = "127.0.0.1:7233"
    temporal_namespace: str = "default"
    temporal_tls: bool = False
    temporal_api_key: SecretStr | None = None

    public_url: str = "http://127.0.0.1:8000"
    """Where browsers and the CRM reach the product."""
    oidc_issuer: str = Field(default_factory=lambda data: f"{data['public_url'].rstrip('/')}/oidc")
    oidc_jwks_url: str = Field(default_factory=lambda data: f"{data['oidc_issuer'].rstrip('/')}/jwks")
    oidc_audience: str = "jalon"

    jalon_env: Literal["embedded", "production"] = "embedded"
    jalon_timezone: str = "Europe/Paris"
    """The deployment's zone: it says which day it is."""

    db_pool_size: int = Field(default=10, ge=1)
    """Connections to PostgreSQL that one role holds at most."""
    http_host: str = "127.0.0.1"
    http_port: int = 8000
    max_body_bytes: int = Field(default=1_048_576, ge=0)
    """The largest request body that is read; a route may allow more."""
    max_document_bytes: int = Field(default=20_971_520, ge=1)
    """The largest file that is kept as a document."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["json", "text"] = "json"
    metrics_enabled: bool = True
    """Whether `/metrics` is served."""

    @property
    def zone(self) -> ZoneInfo:
        """The deployment's zone."""
        return ZoneInfo(self.jalon_timezone)
