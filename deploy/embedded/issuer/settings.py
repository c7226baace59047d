"""What the embedded issuer reads from the environment."""

from pathlib import Path
from typing import Literal

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """`jalon_data` is the data folder, with the issuer's key and the demo people."""

    model_config = SettingsConfigDict(frozen=True)

    jalon_env: Literal["embedded", "production"]
    jalon_data: Path
    public_url: str
    oidc_issuer: str
    oidc_audience: str = "jalon"
    oidc_client_id: str = "portal"
    crm_client_secret: str
    host: str = "127.0.0.1"
    port: int = 8000
