"""What the portal reads from the environment beside what all roles read."""

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator

from shared.runtime.settings import Settings as RoleSettings


class Settings(RoleSettings):
    """The settings of the portal."""

    api_url: str = Field(default_factory=lambda data: data["public_url"])
    """Where the portal itself reaches the five APIs."""
    oidc_client_id: str = "portal"
    oidc_client_secret: SecretStr | None = None
    """Only where the issuer asks its clients for one; PKCE is always used."""
    session_key: SecretStr | None = None
    """Encrypts the session cookies; every replica needs the same. Without it, a restart signs everybody out."""
    temporal_ui_url: str | None = None
    """The Temporal UI, for operators' links; None leaves them out."""
    jalon_data: Path | None = None
    """The data folder of the embedded layout, whose demo people the sign-in page names."""

    @model_validator(mode="after")
    def _needs_a_key(self) -> Self:
        if self.jalon_env == "production" and self.session_key is None:
            raise ValueError("SESSION_KEY must be set in production")
        return self

    @property
    def secure_cookies(self) -> bool:
        """Whether browsers reach the product by HTTPS."""
        return self.public_url.startswith("https:")
