"""Signatures after the Standard Webhooks convention: HMAC-SHA256 over id, time and body (standardwebhooks.com)."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

_PREFIX = "whsec_"
_BYTES = 32


def new_secret() -> str:
    """A secret of 256 bits, as receivers' libraries take it."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def signed_headers(event_id: str, body: str, keys: Sequence[str], now: datetime) -> dict[str, str]:
    """The three headers; one signature per key, so that both sides can change it while events go on.

    The id is the same for every attempt and replay of an event, so that a receiver knows what it has had.
    """
    message_id, timestamp = f"msg_{uuid5(NAMESPACE_URL, event_id).hex}", str(int(now.timestamp()))
    content = f"{message_id}.{timestamp}.{body}".encode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{_signature(key, content)}" for key in keys),
    }


def _signature(key: str, content: bytes) -> str:
    raw = base64.b64decode(key.removeprefix(_PREFIX))
    return base64.b64encode(hmac.new(raw, content, hashlib.sha256).digest()).decode()
