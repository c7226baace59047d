"""The OIDC issuer as the portal meets it: authorization code with PKCE, and the identity that comes back."""

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.portal.settings import Settings

CALLBACK = "/auth/callback"
_ALGORITHMS = ["RS256"]


class IssuerAwayError(Exception):
    """The issuer does not answer."""


class NotSignedInError(Exception):
    """The issuer's answer is not one that signs anybody in."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sign-in under way: what must come back with it, and where the person wants to go."""

    state: str
    nonce: str
    verifier: str
    next: str


@dataclass(slots=True)
class Issuer:
    """The issuer; its metadata are read on first use."""

    settings: Settings
    client: httpx.AsyncClient
    _metadata: dict[str, Any] = field(default_factory=dict)

    @property
    def redirect_uri(self) -> str:
        """Where the issuer sends people back to."""
        return self.settings.public_url.rstrip("/") + CALLBACK

    async def authorization_url(self, attempt: Attempt) -> str:
        """Where the browser goes to sign in."""
        digest = hashlib.sha256(attempt.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self.settings.oidc_client_id,
            "redirect_uri": self.redirect_uri,
            "scope": "openid profile",
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        metadata = await self._known()
        return f"{metadata['authorization_endpoint']}?{urlencode(asked)}"

    async def redeem(self, code: str, attempt: Attempt) -> tuple[str, float]:
        """The access token and its lifetime in seconds, for a person whose identity token is ours and fresh."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "client_id": self.settings.oidc_client_id,
            "code_verifier": attempt.verifier,
        }
        if self.settings.oidc_client_secret is not None:
            form["client_secret"] = self.settings.oidc_client_secret.get_secret_value()
        metadata = await self._known()
        answer = await self._ask("POST", metadata["token_endpoint"], data=form)
        try:
            await self._check(answer["id_token"], attempt)
            return str(answer["access_token"]), float(answer["expires_in"])
        except (KeyError, TypeError, ValueError, JoseError) as error:
            raise NotSignedInError from error

    async def _check(self, id_token: str, attempt: Attempt) -> None:
        metadata = await self._known()
        keys = KeySet.import_key_set(await self._ask("GET", self.settings.oidc_jwks_url))
        token = jwt.decode(id_token, keys, algorithms=_ALGORITHMS)
        jwt.JWTClaimsRegistry(
            leeway=30,
            iss={"essential": True, "value": metadata["issuer"]},
            aud={"essential": True, "value": self.settings.oidc_client_id},
            exp={"essential": True},
            nonce={"essential": True, "value": attempt.nonce},
        ).validate(token.claims)

    async def _known(self) -> dict[str, Any]:
        if not self._metadata:
            base = self.settings.oidc_issuer.rstrip("/")
            self._metadata.update(await self._ask("GET", f"{base}/.well-known/openid-configuration"))
        return self._metadata

    async def _ask(self, method: str, url: str, **options: Any) -> Any:
        try:
            response = await self.client.request(method, url, **options)
        except httpx.HTTPError as error:
            raise IssuerAwayError from error
        if response.is_server_error:
            raise IssuerAwayError
        if response.is_error:
            raise NotSignedInError
        return response.json()
