"""The issuer's key and the tokens signed with it."""

import json
import secrets
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

from deploy.embedded.folder import write_private

_WORKING_DAY = timedelta(hours=10)


def load_key(path: Path) -> RSAKey:
    """The private key kept at `path`, made on first use."""
    if not path.exists():
        key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
        write_private(path, json.dumps(key.as_dict(private=True)))
    return RSAKey.import_key(json.loads(path.read_text(encoding="utf-8")))


def key_set(key: RSAKey) -> dict[str, Any]:
    """What anybody needs to check a token: the public half."""
    return {"keys": [key.as_dict(private=False)]}


def issue_token(key: RSAKey, sub: str, *, issuer: str, audience: str, **claims: Any) -> str:
    """A token about `sub`, good for a working day, as the real endpoint would sign it."""
    now = int(time.time())
    body = {
        "iss": issuer,
        "sub": sub,
        "aud": audience,
        "iat": now,
        "exp": now + int(_WORKING_DAY.total_seconds()),
        "jti": secrets.token_urlsafe(12),
        **claims,
    }
    return jwt.encode({"alg": "RS256", "kid": key.kid, "typ": "JWT"}, body, key)


@dataclass(frozen=True, slots=True)
class Issuer:
    """The issuer's identity: the key, its name in tokens, and who the tokens are for."""

    key: RSAKey
    name: str
    audience: str

    def access_token(self, sub: str, *, scope: str, client: str) -> dict[str, Any]:
        """The answer of the token endpoint, less an identity token."""
        token = issue_token(self.key, sub, issuer=self.name, audience=self.audience, scope=scope, client_id=client)
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": int(_WORKING_DAY.total_seconds()),
            "scope": scope,
        }

    def identity_token(self, sub: str, *, client: str, **claims: Any) -> str:
        """Who signed in, for the client alone."""
        return issue_token(self.key, sub, issuer=self.name, audience=client, **claims)
