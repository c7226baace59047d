"""The embedded mailbox: what is sent arrives, is shown as text, and leaves nothing in production."""

import httpx
import pytest

from deploy.embedded.mailbox.app import NotForProductionError, create_app
from deploy.embedded.mailbox.settings import Settings
from deploy.embedded.processes import free_port
from shared.runtime.mail import Mail, Mailer, MailRefused, MailSettings


async def test_a_message_arrives_and_its_text_is_shown_as_text(tmp_path):
    port = free_port()
    app = create_app(Settings(jalon_data=tmp_path, mailbox_port=port))
    mailer = Mailer(MailSettings(smtp_host="127.0.0.1", smtp_port=port, smtp_security="none"))

    async with app.router.lifespan_context(app):
        await mailer.send(Mail(to="a@b.example", subject="<b>Été</b>", text="<script>1</script>", message_id="1"))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
            listed = await http.get("/mailbox")
            (path,) = {part.split('"')[0] for part in listed.text.split('href="')[1:] if part.startswith("/mailbox/0")}
            shown = await http.get(path)
            nothing = await http.get("/mailbox/00000000-0000-0000-0000-000000000000")

    assert "&lt;b&gt;Été&lt;/b&gt;" in listed.text
    assert "&lt;script&gt;1&lt;/script&gt;" in shown.text
    assert (shown.status_code, nothing.status_code) == (200, 404)


async def test_an_address_that_cannot_exist_is_refused_for_good(tmp_path):
    port = free_port()
    app = create_app(Settings(jalon_data=tmp_path, mailbox_port=port))
    mailer = Mailer(MailSettings(smtp_host="127.0.0.1", smtp_port=port, smtp_security="none"))

    async with app.router.lifespan_context(app):
        with pytest.raises(MailRefused, match="no such mailbox"):
            await mailer.send(Mail(to="a@b.invalid", subject="x", text="x", message_id="1"))


def test_it_refuses_to_stand_where_real_people_are(tmp_path):
    with pytest.raises(NotForProductionError):
        create_app(Settings(jalon_data=tmp_path, jalon_env="production"))
