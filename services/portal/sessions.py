"""Who is signed in: an encrypted cookie that the browser keeps and cannot read, and the token that forms carry."""

import hashlib
import hmac
import json
import secrets
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

_PROTECTED = {"alg": "dir", "enc": "A256GCM", "zip": "DEF"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A person signed in until `expires_at`, in seconds since the epoch; `key` is random and names the session."""

    access_token: str = field(repr=False)
    user_id: str
    name: str
    unit_name: str
    language: str
    key: str = field(repr=False)
    expires_at: float


class Sealer:
    """Encrypts and authenticates small values with the portal's key."""

    def __init__(self, secret: str | None) -> None:
        """Without a secret, one that nobody knows is made up."""
        digest = hashlib.sha256((secret or secrets.token_urlsafe(32)).encode()).digest()
        self._key = OctKey.import_key(digest)
        self._forms = hashlib.sha256(b"forms" + digest).digest()

    def seal(self, value: dict[str, Any], *, seconds: float) -> str:
        """The value as text that only this key opens, for so many seconds."""
        body = json.dumps({"value": value, "until": time.time() + seconds}).encode()
        return jwe.encrypt_compact(_PROTECTED, body, self._key, algorithms=list(_PROTECTED.values()))

    def open(self, text: str | None) -> dict[str, Any] | None:
        """The value, or None when it is none of ours or too old."""
        if not text:
            return None
        try:
            opened = jwe.decrypt_compact(text, self._key, algorithms=list(_PROTECTED.values()))
            body = json.loads(opened.plaintext or b"null")
        except (JoseError, ValueError, KeyError, TypeError):
            return None
        value: dict[str, Any] | None = body["value"] if body and body["until"] > time.time() else None
        return value

    def seal_session(self, session: Session) -> str:
        """The session's cookie."""
        return self.seal(asdict(session), seconds=session.expires_at - time.time())

    def open_session(self, text: str | None) -> Session | None:
        """The session in the cookie."""
        value = self.open(text)
        return None if value is None else Session(**value)

    def form_token(self, session: Session) -> str:
        """What every form of this session carries, so that no other site can send one."""
        return hmac.new(self._forms, session.key.encode(), hashlib.sha256).hexdigest()

    def is_form_token(self, session: Session, token: str) -> bool:
        """Whether a form was ours."""
        return hmac.compare_digest(self.form_token(session).encode(), token.encode(errors="surrogatepass"))
