"""A real mail server on this machine that keeps what it gets, and may refuse or fail first."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.smtp import SMTP, Envelope, Session

from shared.runtime.mail import Carrier, Mail, Mailer, MailSettings


@dataclass(slots=True)
class MailServer:
    """What it took in; `answers` are given first, one per message, before it accepts."""

    port: int = 0
    taken: list[EmailMessage] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's
        if self.answers:
            return self.answers.pop(0)
        message = message_from_bytes(envelope.original_content or b"", policy=default)
        assert isinstance(message, EmailMessage)
        self.taken.append(message)
        return "250 OK"


@asynccontextmanager
async def a_mail_server() -> AsyncIterator[MailServer]:
    """Listening until the end."""
    kept, loop = MailServer(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(kept, loop=loop), "127.0.0.1", 0)
    kept.port = server.sockets[0].getsockname()[1]
    async with server:
        yield kept


@dataclass(slots=True)
class SwitchedCarrier:
    """Carries by whatever a test puts into it, and is not ready before."""

    by: Carrier | None = None

    @property
    def ready(self) -> bool:
        return self.by is not None

    async def send(self, mail: Mail) -> None:
        assert self.by is not None
        await self.by.send(mail)


def a_mailer(server: MailServer) -> Mailer:
    """A mailer that sends to this server."""
    settings = MailSettings(
        smtp_host="127.0.0.1", smtp_port=server.port, smtp_security="none", mail_from="crm@bank.example"
    )
    return Mailer(settings)
