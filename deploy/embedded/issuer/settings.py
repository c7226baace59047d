"""What the embedded issuer reads from the environment beside what all roles read."""

from pathlib import Path

from pydantic import SecretStr

from shared.runtime import settings


class Settings(settings.Settings):
    """The issuer has its key and the list of demo people in the data folder."""

    jalon_data: Path
    """The data folder of the launcher."""
    oidc_client_id: str = "portal"
    crm_client_secret: SecretStr
    """What the CRM proves itself with."""
