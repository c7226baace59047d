"""The mailbox's page, and the server that fills it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiosmtpd.smtp import SMTP
from jinja2 import Environment, FileSystemLoader
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from deploy.embedded.issuer.pages import STYLE
from deploy.embedded.mailbox.letters import Letters
from deploy.embedded.mailbox.settings import Settings
from shared.runtime.messages import preferred

_TEMPLATES = Environment(loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True)
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_WORDS = {
    "fr": {
        "title": "Messages envoyés",
        "lead": "Aucun message ne quitte cette machine : ceux que Jalon envoie arrivent ici.",
        "none": "Aucun message pour l’instant.",
        "to": "À",
        "back": "Tous les messages",
    },
    "en": {
        "title": "Messages sent",
        "lead": "No message leaves this machine: those that Jalon sends arrive here.",
        "none": "No message so far.",
        "to": "To",
        "back": "All messages",
    },
}


class NotForProductionError(Exception):
    """Somebody tried to start a mail server that delivers nothing where real people are."""


def create_app(settings: Settings) -> Starlette:
    """The mailbox under `/mailbox`; raise `NotForProductionError` outside the embedded environment."""
    if settings.jalon_env != "embedded":
        raise NotForProductionError("the embedded mailbox delivers nothing; set SMTP_HOST to a real server")
    letters = Letters(settings.jalon_data / "mail")

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        if not settings.mailbox_port:
            yield
            return
        loop = asyncio.get_running_loop()
        async with await loop.create_server(lambda: SMTP(letters, loop=loop), "127.0.0.1", settings.mailbox_port):
            yield

    async def listed(request: Request) -> Response:
        return _page(request, "list.html", letters=await asyncio.to_thread(letters.latest))

    async def shown(request: Request) -> Response:
        letter = letters.one(str(request.path_params["name"]))
        return Response(status_code=404) if letter is None else _page(request, "letter.html", letter=letter)

    async def style(_: Request) -> Response:
        return Response(STYLE, media_type="text/css")

    async def well(_: Request) -> Response:
        return PlainTextResponse("ok")

    return Starlette(
        routes=[
            Route("/mailbox", listed),
            Route("/mailbox/style.css", style),
            Route("/mailbox/{name:uuid}", shown),
            Route("/healthz", well),
            Route("/readyz", well),
        ],
        lifespan=lifespan,
    )


def _page(request: Request, template: str, **values: object) -> Response:
    language = preferred(request.headers.get("accept-language"))
    page = _TEMPLATES.get_template(template).render(words=_WORDS[language], language=language, **values)
    return HTMLResponse(page, headers=_HEADERS)
