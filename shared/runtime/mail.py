"""Mail by SMTP: one message at a time, and whether a failure is for good."""

from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formataddr, formatdate
from typing import Literal, Protocol

import aiosmtplib
from pydantic import SecretStr

from shared.runtime.settings import Settings

_PERMANENT = range(500, 600)
_PATIENCE = 20.0


class MailSettings(Settings):
    """What a role that sends mail reads beside the shared variables."""

    smtp_host: str = ""
    """The mail server; without one nothing is sent, and people are told so."""
    smtp_port: int = 25
    smtp_security: Literal["none", "starttls", "tls"] = "starttls"
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    mail_from: str = "jalon@localhost"
    """The address from which everything is sent; answers go to the person who sent it."""


class MailRefused(Exception):  # noqa: N818  the name says what happened
    """The server refuses this message for good; its answer is the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One message of plain text. Sent again under the same `message_id`, a mailbox may tell that it has it.

    `html` says the same to who can read it; an `automatic` one asks to be spared automatic answers.
    """

    to: str
    subject: str
    text: str
    message_id: str
    sender_name: str = ""
    reply_to: str | None = None
    html: str | None = None
    automatic: bool = False


class Carrier(Protocol):
    """Whatever carries mail."""

    @property
    def ready(self) -> bool:
        """Whether there is a server to send to."""

    async def send(self, mail: Mail) -> None:
        """Hand the message over. MailRefused for good; anything else may be tried again."""


class Mailer:
    """A carrier by SMTP, one connection per message."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings

    @property
    def ready(self) -> bool:
        """Whether a mail server is named."""
        return bool(self._settings.smtp_host)

    async def send(self, mail: Mail) -> None:
        """See the port."""
        settings = self._settings
        try:
            message = _message(mail, settings.mail_from)
        except ValueError as unfit:
            raise MailRefused(str(unfit)) from unfit
        try:
            await aiosmtplib.send(
                message,
                hostname=settings.smtp_host,
                port=settings.smtp_port,
                username=settings.smtp_user or None,
                password=settings.smtp_password.get_secret_value() or None,
                use_tls=settings.smtp_security == "tls",
                start_tls=settings.smtp_security == "starttls",
                timeout=_PATIENCE,
            )
        except aiosmtplib.SMTPRecipientsRefused as refused:
            answers = [one for one in refused.recipients if one.code in _PERMANENT]
            if answers:
                raise MailRefused(answers[0].message) from refused
            raise
        except aiosmtplib.SMTPAuthenticationError:
            raise  # the deployment's mistake, not the message's: it is mended, and the message goes then
        except aiosmtplib.SMTPResponseException as answer:
            if answer.code in _PERMANENT:
                raise MailRefused(answer.message) from answer
            raise


def _message(mail: Mail, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = formataddr((mail.sender_name, sender))
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Date"] = formatdate(usegmt=True)
    message["Message-ID"] = f"<{mail.message_id}@{sender.rpartition('@')[2]}>"
    if mail.reply_to:
        message["Reply-To"] = mail.reply_to
    if mail.automatic:
        message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    if mail.html is not None:
        message.add_alternative(mail.html, subtype="html")
    return message
