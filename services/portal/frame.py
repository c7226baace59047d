"""What every page is made with: who visits, in which language, and how a template becomes an answer."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import httpx
from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.portal.assets import Assets
from services.portal.formats import NONE, Formats
from services.portal.issuer import Issuer
from services.portal.locale import LANGUAGES, Language, Words, preferred
from services.portal.navigation import NAVIGATION, Entry
from services.portal.sessions import Sealer, Session
from services.portal.settings import Settings
from services.portal.upstream import SignedOutError, Upstream, UpstreamProblem
from shared.runtime.clock import Clock
from shared.runtime.messages import preferred as preferred_by_browser

SESSION_COOKIE = "jalon_session"
LANGUAGE_COOKIE = "jalon_language"
THEME_COOKIE = "jalon_theme"
THEMES = ("light", "dark")
ATTEMPT_HEADER = "Jalon-Attempt"
PAUSES_SECONDS = (2, 4, 8, 15, 30)

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class Desk:
    """What the portal holds while it runs; `app.state.desk`."""

    settings: Settings
    assets: Assets
    client: httpx.AsyncClient
    issuer: Issuer
    sealer: Sealer
    clock: Clock
    templates: Mapping[Language, Environment] = field(init=False)

    def __post_init__(self) -> None:
        """Compile the templates once per language."""
        made = {language: _environment(language, self.assets, self.settings) for language in LANGUAGES}
        object.__setattr__(self, "templates", made)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is around every page of somebody signed in; None for what cannot be known now, which hides no page."""

    unread: int | None = None
    rights: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """One request: the visitor's language, colours and, when signed in, session."""

    request: Request
    desk: Desk
    session: Session | None
    language: Language
    theme: str | None
    coming: "asyncio.Task[Surroundings] | None" = None
    """The surroundings, asked for while the page asks for its own."""

    @property
    def say(self) -> Words:
        """The texts of the visitor's language."""
        return Words(self.language)

    @property
    def formats(self) -> Formats:
        """Numbers and dates in the visitor's language."""
        return Formats(self.language, self.desk.settings.zone)

    @property
    def is_scripted(self) -> bool:
        """Whether htmx asks, which puts the answer into the page that is open."""
        return self.request.headers.get("hx-request") == "true"

    @property
    def is_fragment(self) -> bool:
        """Whether htmx asks for a part of a page; a part that tries again takes itself out of the whole page."""
        return self.is_scripted and not self.attempt

    @property
    def attempt(self) -> int:
        """How often a part of the page that could not be read has tried again by itself."""
        told = self.request.headers.get(ATTEMPT_HEADER, "")
        return min(int(told), len(PAUSES_SECONDS) - 1) if told.isascii() and told.isdecimal() else 0

    @property
    def pause(self) -> int:
        """The seconds until such a part tries again: longer each time."""
        return PAUSES_SECONDS[self.attempt]

    @property
    def here(self) -> str:
        """The path of this page with its query, to come back to; for a part, that of the page around it."""
        around = self.request.headers.get("hx-current-url")
        url = urlsplit(around or str(self.request.url))
        return url.path + (f"?{url.query}" if url.query else "")

    @property
    def signed_in(self) -> Session:
        """The session; SignedOutError without one."""
        if self.session is None:
            raise SignedOutError
        return self.session

    @property
    def api(self) -> Upstream:
        """The APIs, as this person."""
        return Upstream(self.desk.client, self.signed_in.access_token, self.language)

    @property
    def form_token(self) -> str:
        """What this session's forms carry."""
        return "" if self.session is None else self.desk.sealer.form_token(self.session)

    def fragment(self, template: str, **values: object) -> str:
        """The template as text."""
        return (
            self.desk.templates[self.language]
            .get_template(template)
            .render({"visit": self, "active": "", "around": Surroundings(), **values})
        )

    async def around(self) -> Surroundings:
        """The bell and the rights of the person."""
        return Surroundings() if self.coming is None else await self.coming

    async def screen(
        self, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **values: object
    ) -> HTMLResponse:
        """The template as an answer, with its surroundings."""
        return self.page(template, status=status, headers=headers, **{"around": await self.around(), **values})

    def page(
        self, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **values: object
    ) -> HTMLResponse:
        """The template as an answer."""
        own = {"Content-Security-Policy": _POLICY, "Content-Language": self.language, "Vary": "HX-Request, Cookie"}
        return HTMLResponse(self.fragment(template, **values), status_code=status, headers={**own, **(headers or {})})


def visit_of(request: Request) -> Visit:
    """The visit behind a request."""
    desk: Desk = request.app.state.desk
    session = desk.sealer.open_session(request.cookies.get(SESSION_COOKIE))
    theme = request.cookies.get(THEME_COOKIE)
    return Visit(
        request=request,
        desk=desk,
        session=session,
        language=preferred(
            request.cookies.get(LANGUAGE_COOKIE),
            None if session is None else session.language,
            preferred_by_browser(request.headers.get("accept-language")),
        ),
        theme=theme if theme in THEMES else None,
    )


async def person_or_stranger(request: Request) -> AsyncIterator[Visit]:
    """The visit of anybody; what is around the page of somebody signed in is asked for at once."""
    visit = visit_of(request)
    if visit.session is None or visit.is_fragment:
        yield visit
        return
    coming = asyncio.create_task(_surroundings(visit.api))
    try:
        yield replace(visit, coming=coming)
    finally:
        coming.cancel()


async def _surroundings(api: Upstream) -> Surroundings:
    unread, me = await asyncio.gather(
        api.get_or_none("/api/notifications/unread-count"), api.get_or_none("/api/directory/me")
    )
    return Surroundings(None if unread is None else int(unread["unread"]), None if me is None else me["rights"])


Visitor = Annotated[Visit, Depends(visit_of)]
PersonOrStranger = Annotated[Visit, Depends(person_or_stranger)]


async def person_of(visit: PersonOrStranger) -> Visit:
    """The visit of somebody signed in; SignedOutError otherwise."""
    _ = visit.signed_in
    return visit


Person = Annotated[Visit, Depends(person_of)]


def safe_path(wished: str | None) -> str:
    """The path if it is one of ours, else that of the home page: no form or link leads elsewhere through us."""
    if (
        not wished
        or not wished.startswith("/")
        or wished[1:2] in {"/", "\\"}
        or any(ord(sign) < ord(" ") for sign in wished)
    ):
        return "/"
    return wished


def _environment(language: Language, assets: Assets, settings: Settings) -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    words = Words(language)
    made.globals.update(
        t=words,
        known=words.known,
        asset=assets.addresses.__getitem__,
        language=language,
        nothing=NONE,
        navigation=NAVIGATION,
        **Formats(language, settings.zone).functions,
    )
    made.tests["problem"] = _is_problem
    made.tests["entry_for"] = _is_entry_for
    return made


def _is_problem(value: Any) -> bool:
    return isinstance(value, UpstreamProblem)


def _is_entry_for(entry: Entry, around: Surroundings) -> bool:
    return entry.is_for(around.rights or {})
