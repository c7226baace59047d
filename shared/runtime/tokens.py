"""Tokens of the OIDC issuer: signature, algorithm, issuer, audience and expiry, with the issuer's keys kept."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256
from time import monotonic, time

import httpx
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from shared.runtime.problems import Unavailable
from shared.runtime.settings import Settings

_ALGORITHMS = ("RS256",)
_LEEWAY = 30
_LONGEST_TOKEN = 8192
_KEPT_TOKENS = 10_000
_KEYS_FOR = 3600.0
_ASK_AGAIN_AFTER = 5.0
"""Unknown keys are asked for at most this often, or a flood of forged tokens would become one of requests."""


class InvalidToken(Exception):  # noqa: N818  the name is the message
    """The token is not one that our issuer gave for us, or no longer valid."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a valid token speaks for."""

    sub: str
    scopes: frozenset[str]
    expires_at: float


class TokenVerifier:
    """Verifies access tokens; a token once verified costs a hash until it expires."""

    def __init__(self, settings: Settings, *, client: httpx.AsyncClient | None = None) -> None:
        self._jwks_url = settings.oidc_jwks_url
        self._client = client or httpx.AsyncClient(timeout=3)
        self._claims = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY,
            iss={"essential": True, "value": settings.oidc_issuer},
            aud={"essential": True, "value": settings.oidc_audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        self._keys = KeySet([])
        self._keys_read = float("-inf")
        self._reading = asyncio.Lock()
        self._verified: OrderedDict[bytes, Identity] = OrderedDict()

    async def verify(self, token: str) -> Identity:
        """Whom the token speaks for; InvalidToken when it is none of ours, Unavailable when its key cannot be had."""
        if len(token) > _LONGEST_TOKEN:
            raise InvalidToken("too long")
        digest = sha256(token.encode(errors="surrogatepass")).digest()
        identity = self._verified.get(digest)
        if identity is None:
            identity = await self._verify_new(token)
            self._verified[digest] = identity
            if len(self._verified) > _KEPT_TOKENS:
                self._verified.popitem(last=False)
        if identity.expires_at + _LEEWAY < time():
            self._verified.pop(digest, None)
            raise InvalidToken("expired")
        return identity

    async def close(self) -> None:
        """Close the connections to the issuer."""
        await self._client.aclose()

    async def _verify_new(self, token: str) -> Identity:
        if monotonic() - self._keys_read > _KEYS_FOR:
            await self._read_keys()
        try:
            return self._decode(token)
        except InvalidKeyIdError:
            await self._read_keys()
        try:
            return self._decode(token)
        except InvalidKeyIdError as error:
            raise InvalidToken("unknown key") from error

    def _decode(self, token: str) -> Identity:
        try:
            claims = jwt.decode(token, self._keys, algorithms=_ALGORITHMS).claims
            self._claims.validate(claims)
            scope = claims.get("scope", "")
            return Identity(str(claims["sub"]), frozenset(str(scope).split()), float(claims["exp"]))
        except InvalidKeyIdError:
            raise
        except (JoseError, ValueError, TypeError, KeyError, UnicodeError) as error:
            raise InvalidToken(type(error).__name__) from error

    async def _read_keys(self) -> None:
        async with self._reading:
            if monotonic() - self._keys_read < _ASK_AGAIN_AFTER:
                return
            try:
                answer = await self._client.get(self._jwks_url)
                answer.raise_for_status()
                self._keys = KeySet.import_key_set(answer.json())
            except (httpx.HTTPError, JoseError, ValueError, KeyError) as error:
                raise Unavailable("issuer_unavailable") from error
            self._keys_read = monotonic()
