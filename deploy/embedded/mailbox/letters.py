"""The messages that were taken in: one file each, read with the standard library's parser."""

import email
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from uuid import UUID

from aiosmtpd.smtp import SMTP, Envelope, Session

from shared.runtime.identifiers import uuid7

_MOST = 200
_NOWHERE = ".invalid"


@dataclass(frozen=True, slots=True)
class Kept:
    """One message as the page shows it."""

    name: str
    sender: str
    to: str
    subject: str
    date: str
    text: str


class Letters:
    """The folder of messages; file names grow with time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def latest(self) -> Sequence[Kept]:
        """The last ones, newest first."""
        names = sorted((path.stem for path in self._folder.glob("*.eml")), reverse=True)
        return [kept for name in names[:_MOST] if (kept := self.one(name)) is not None]

    def one(self, name: str) -> Kept | None:
        """The message of this name, or None."""
        path = self._folder / f"{UUID(name)}.eml"
        return _read(name, path.read_bytes()) if path.exists() else None

    async def handle_RCPT(  # noqa: N802  aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Refuse mail to addresses that cannot exist (RFC 2606), so that a failure can be looked at too."""
        if address.lower().endswith(_NOWHERE):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's
        """Keep what was sent, whole, before it is acknowledged."""
        draft = self._folder / f"{uuid7()}.part"
        draft.write_bytes(envelope.original_content or b"")
        draft.rename(draft.with_suffix(".eml"))
        return "250 kept"


def _read(name: str, raw: bytes) -> Kept:
    message = email.message_from_bytes(raw, policy=default)
    body = message.get_body(("plain", "html")) if isinstance(message, EmailMessage) else None
    head = {field: str(message.get(field, "")) for field in ("From", "To", "Subject", "Date")}
    return Kept(name, head["From"], head["To"], head["Subject"], head["Date"], body.get_content() if body else "")
