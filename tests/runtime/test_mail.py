"""Mail by SMTP against a real server: what is sent, and which failures are for good."""

from contextlib import suppress

import pytest

from shared.runtime.mail import Mail, Mailer, MailRefused, MailSettings
from tests.support.mail_server import a_mail_server, a_mailer

MAIL = Mail(
    to="claire@example.org",
    subject="Votre rendez-vous – été",
    text="Bonjour,\nà bientôt.\n",
    message_id="0198",
    sender_name="Anne Durand",
    reply_to="anne@bank.example",
)


@pytest.fixture
async def server():
    async with a_mail_server() as server:
        yield server


async def test_a_message_arrives_as_it_was_written(server):
    await a_mailer(server).send(MAIL)

    (taken,) = server.taken
    assert taken["Subject"] == "Votre rendez-vous – été"
    assert taken["From"] == "Anne Durand <crm@bank.example>"
    assert (taken["To"], taken["Reply-To"]) == ("claire@example.org", "anne@bank.example")
    assert taken["Message-ID"] == "<0198@bank.example>"
    assert taken.get_content().replace("\r\n", "\n") == "Bonjour,\nà bientôt.\n"


async def test_what_the_server_refuses_for_good_is_told_apart(server):
    server.answers = ["554 no such mailbox"]

    with pytest.raises(MailRefused, match="no such mailbox"):
        await a_mailer(server).send(MAIL)


async def test_what_may_go_later_is_no_refusal(server):
    server.answers = ["451 try again later"]

    with pytest.raises(Exception, match="try again later") as failed:
        await a_mailer(server).send(MAIL)

    assert not isinstance(failed.value, MailRefused)


async def test_a_server_that_is_away_is_no_refusal(server):
    gone = Mailer(MailSettings(smtp_host="127.0.0.1", smtp_port=1, smtp_security="none"))

    with pytest.raises(Exception, match="connect") as failed:
        await gone.send(MAIL)

    assert not isinstance(failed.value, MailRefused)


@pytest.mark.parametrize("field", ["to", "subject", "reply_to", "sender_name"])
async def test_no_line_break_opens_another_header(server, field):
    hostile = {name: getattr(MAIL, name) for name in Mail.__slots__} | {field: "x\r\nBcc: all@example.org"}

    with suppress(MailRefused):
        await a_mailer(server).send(Mail(**hostile))

    assert all(taken["Bcc"] is None for taken in server.taken)


def test_without_a_server_it_is_not_ready():
    assert not Mailer(MailSettings(smtp_host="")).ready
