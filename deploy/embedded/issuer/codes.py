"""Authorization requests and the one-time codes they end in (RFC 6749 4.1, RFC 7636 with S256 only)."""

import base64
import hashlib
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

_LIFETIME = 60.0
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


class RequestRefusedError(Exception):
    """The request cannot be trusted even to be redirected; nothing is sent to its address."""


class ProtocolError(Exception):
    """An error that the protocol names; `code` is its word."""

    def __init__(self, code: str) -> None:
        """`code` as in RFC 6749."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRequest:
    """A request whose client and return address are known."""

    client: str
    redirect_uri: str
    response_type: str
    scope: str
    state: str
    nonce: str
    challenge: str
    method: str

    @classmethod
    def read(cls, values: Mapping[str, str], *, client: str, redirect_uri: str) -> "AuthorizationRequest":
        """The request in `values`; raise `RequestRefusedError` for a stranger or an address that is not listed."""
        if values.get("client_id") != client:
            raise RequestRefusedError("client_id")
        if values.get("redirect_uri") != redirect_uri:
            raise RequestRefusedError("redirect_uri")
        return cls(
            client=client,
            redirect_uri=redirect_uri,
            response_type=values.get("response_type", ""),
            scope=values.get("scope", ""),
            state=values.get("state", ""),
            nonce=values.get("nonce", ""),
            challenge=values.get("code_challenge", ""),
            method=values.get("code_challenge_method", ""),
        )

    def error(self) -> str | None:
        """The protocol's word for what is wrong with the request, if anything is."""
        if self.response_type != "code":
            return "unsupported_response_type"
        if "openid" not in self.scope.split():
            return "invalid_scope"
        if self.method != "S256" or not _CHALLENGE.fullmatch(self.challenge):
            return "invalid_request"
        return None

    def parameters(self) -> dict[str, str]:
        """The request as query or form fields."""
        return {
            "client_id": self.client,
            "redirect_uri": self.redirect_uri,
            "response_type": self.response_type,
            "scope": self.scope,
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": self.challenge,
            "code_challenge_method": self.method,
        }


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code stands for."""

    request: AuthorizationRequest
    sub: str
    name: str
    expires: float


@dataclass(slots=True)
class Codes:
    """Codes given out and not yet redeemed; lost at a restart, which costs a second click."""

    _grants: dict[str, Grant] = field(default_factory=dict)

    def give(self, request: AuthorizationRequest, *, sub: str, name: str) -> str:
        """A new code, good once and for a minute."""
        now = time.monotonic()
        self._grants = {code: grant for code, grant in self._grants.items() if grant.expires > now}
        code = secrets.token_urlsafe(32)
        self._grants[code] = Grant(request, sub, name, now + _LIFETIME)
        return code

    def redeem(self, values: Mapping[str, str]) -> Grant:
        """The grant behind the form's code; raise `ProtocolError` unless all of it fits."""
        grant = self._grants.pop(values.get("code", ""), None)
        if grant is None or grant.expires < time.monotonic():
            raise ProtocolError("invalid_grant")
        asked = grant.request
        if (values.get("client_id"), values.get("redirect_uri")) != (asked.client, asked.redirect_uri):
            raise ProtocolError("invalid_grant")
        if not secrets.compare_digest(_challenge_of(values.get("code_verifier", "")), asked.challenge):
            raise ProtocolError("invalid_grant")
        return grant


def _challenge_of(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode("utf-8")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
