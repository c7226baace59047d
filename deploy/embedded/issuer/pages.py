"""The one page of the issuer: who do you want to be?"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse

_HERE = Path(__file__).parent
_TEMPLATES = Environment(loader=FileSystemLoader(_HERE / "templates"), autoescape=True)

STYLE = (_HERE / "templates" / "style.css").read_text(encoding="utf-8")

# Chromium applies form-action to the redirect that follows the form; the return address has our own origin.
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

_WORDS: Mapping[str, Mapping[str, str]] = {
    "fr": {
        "title": "Se connecter à Jalon",
        "lead": "Choisissez une personne de la démonstration. Aucun mot de passe n’est demandé.",
        "nobody": "Aucune personne de démonstration n’est encore chargée.",
        "other": "Ou l’identifiant d’une autre personne du CRM",
        "submit": "Continuer",
        "refused": "Cette demande de connexion n’est pas valable. Revenez à l’application et recommencez.",
    },
    "en": {
        "title": "Sign in to Jalon",
        "lead": "Choose a person of the demonstration. No password is asked.",
        "nobody": "No demonstration person has been loaded yet.",
        "other": "Or the identifier of another person of the CRM",
        "submit": "Continue",
        "refused": "This sign-in request is not valid. Go back to the application and start again.",
    },
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the demonstration."""

    external_id: str
    name: str
    title: str


def read_people(path: Path) -> list[Person]:
    """The people in the loader's file; nobody while there is none."""
    if not path.exists():
        return []
    listed = json.loads(path.read_text(encoding="utf-8"))
    return [Person(entry["external_id"], entry["name"], entry["title"]) for entry in listed]


def people_page(request: Request, people: list[Person], hidden: Mapping[str, str]) -> HTMLResponse:
    """The choice of a person; `hidden` carries the authorization request."""
    return _page(request, "people.html", status=200, people=people, hidden=hidden)


def refusal_page(request: Request) -> HTMLResponse:
    """Shown instead of a redirect that cannot be trusted."""
    return _page(request, "refused.html", status=400)


def _page(request: Request, template: str, *, status: int, **values: object) -> HTMLResponse:
    language = _language(request)
    html = _TEMPLATES.get_template(template).render(words=_WORDS[language], language=language, **values)
    return HTMLResponse(html, status_code=status, headers={**_HEADERS, "Content-Language": language})


def _language(request: Request) -> str:
    """The first of our languages that the browser names; French otherwise."""
    wished = [part.split(";")[0].strip()[:2].lower() for part in request.headers.get("accept-language", "").split(",")]
    return next((language for language in wished if language in _WORDS), "fr")
