"""What every page is made with: who visits, in which language, and how a template becomes an answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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
from services.portal.sessions import Sealer, Session
from services.portal.settings import Settings
from services.portal.upstream import SignedOutError, Upstream, UpstreamProblem
from shared.runtime.clock import Clock
from shared.runtime.messages import preferred as preferred_by_browser

SESSION_COOKIE = "jalon_session"
LANGUAGE_COOKIE = "jalon_language"
THEME_COOKIE = "jalon_theme"
THEMES = ("light", "dark")

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
class Visit:
    """One request: the visitor's language, colours and, when signed in, session."""

    request: Request
    desk: Desk
    session: Session | None
    language: Language
    theme: str | None

    @property
    def say(self) -> Words:
        """The texts of the visitor's language."""
        return Words(self.language)

    @property
    def is_fragment(self) -> bool:
        """Whether htmx asks for a part of a page."""
        return self.request.headers.get("hx-request") == "true"

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
            .render({"visit": self, "active": "", "unread": None, **values})
        )

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


def person_of(request: Request) -> Visit:
    """The visit of somebody signed in; SignedOutError otherwise."""
    visit = visit_of(request)
    _ = visit.signed_in
    return visit


Visitor = Annotated[Visit, Depends(visit_of)]
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
        **Formats(language, settings.zone).functions,
    )
    made.tests["problem"] = _is_problem
    return made


def _is_problem(value: Any) -> bool:
    return isinstance(value, UpstreamProblem)
