"""What each error code says to people, in French and in English. A code without a sentence gets that of its status."""

import re
from collections.abc import Mapping
from typing import Any, Literal

from shared.runtime import (
    campaign_messages,
    export_messages,
    item_messages,
    job_messages,
    operating_messages,
    query_messages,
    rule_messages,
)

Language = Literal["fr", "en"]

_TITLES: dict[int, tuple[str, str]] = {
    400: ("Requête illisible", "Unreadable request"),
    401: ("Connexion requise", "Sign-in required"),
    403: ("Droit manquant", "Not allowed"),
    404: ("Introuvable", "Not found"),
    405: ("Méthode non prévue", "Method not allowed"),
    409: ("Refusé dans l’état actuel", "Refused as things stand"),
    412: ("Modifié entre-temps", "Changed meanwhile"),
    413: ("Trop volumineux", "Too large"),
    415: ("Format non prévu", "Unsupported format"),
    422: ("Demande incorrecte", "Invalid request"),
    428: ("Version à préciser", "Version required"),
    429: ("Trop de demandes", "Too many requests"),
    503: ("Momentanément indisponible", "Unavailable for the moment"),
}
_ERROR = ("Erreur interne", "Internal error")

MESSAGES: rule_messages.Sentences = {
    **rule_messages.FILES,
    **item_messages.ITEMS,
    **rule_messages.RIGHTS,
    **job_messages.JOBS,
    **export_messages.EXPORTS,
    **query_messages.QUERIES,
    **operating_messages.HELD,
    **operating_messages.WEBHOOKS,
    **rule_messages.LIMITS,
    **campaign_messages.CAMPAIGN,
    **rule_messages.AMOUNTS,
    **rule_messages.FOLLOW_UP,
    "malformed_request": (
        "La requête n’a pas pu être lue : vérifiez le format JSON et l’encodage UTF-8.",
        "The request could not be read: check that it is JSON in UTF-8.",
    ),
    "nested_too_deep": (
        "La requête imbrique trop de niveaux : simplifiez-la.",
        "The request nests too many levels: make it simpler.",
    ),
    "unauthenticated": (
        "Aucun jeton valide : connectez-vous à nouveau.",
        "There is no valid token: sign in again.",
    ),
    "forbidden": ("Vous n’avez pas le droit nécessaire.", "You lack the right that this needs."),
    "not_found": ("Cet élément n’existe pas ou vous est inaccessible.", "There is no such thing within your reach."),
    "method_not_allowed": (
        "Cette adresse ne connaît pas cette méthode.",
        "This address does not know this method.",
    ),
    "conflict": ("L’état actuel ne le permet pas.", "The present state does not allow this."),
    "too_large": ("L’envoi dépasse la taille permise.", "What was sent exceeds the size allowed."),
    "unsupported_media_type": ("Ce format n’est pas accepté ici.", "This format is not accepted here."),
    "invalid_request": (
        "Certaines valeurs sont absentes ou incorrectes : voyez « errors ».",
        "Some values are missing or wrong: see “errors”.",
    ),
    "invalid_value": (
        "Une valeur ne peut pas être enregistrée (caractère interdit ou nombre trop grand).",
        "A value cannot be stored (a forbidden character, or a number too large).",
    ),
    "too_many_requests": ("Trop de demandes à la fois : réessayez.", "Too many requests at once: try again."),
    "unavailable": ("Service momentanément indisponible : réessayez.", "Unavailable for the moment: try again."),
    "database_unavailable": (
        "La base de données ne répond pas : réessayez dans un instant.",
        "The database does not answer: try again in a moment.",
    ),
    "service_unavailable": (
        "Un service nécessaire ne répond pas : réessayez dans un instant.",
        "A service that this needs does not answer: try again in a moment.",
    ),
    "rights_unavailable": (
        "Les droits ne peuvent pas être vérifiés en ce moment : réessayez dans un instant.",
        "Rights cannot be checked at this moment: try again in a moment.",
    ),
    "issuer_unavailable": (
        "Le service de connexion ne répond pas : réessayez dans un instant.",
        "The sign-in service does not answer: try again in a moment.",
    ),
    "unexpected": (
        "Une erreur inattendue s’est produite ; elle a été notée.",
        "Something unexpected went wrong; it has been noted.",
    ),
}

BY_STATUS = {
    400: "malformed_request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    412: "version_changed",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid_request",
    428: "if_match_missing",
    429: "too_many_requests",
    503: "unavailable",
}


_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


class _Known(dict[str, Any]):
    """Leaves a value that the data lacks out of the sentence."""

    def __missing__(self, key: str) -> str:
        """A mark that something belongs here."""
        return "…"


def title(status: int, language: Language) -> str:
    """The heading for an HTTP status."""
    return _TITLES.get(status, _ERROR)[language == "en"]


def say(code: str, language: Language, data: Mapping[str, Any], *, status: int) -> str:
    """The sentence for `code`, with the values of `data` in it."""
    if code == "filter_unreadable":
        data = query_messages.told(data, french=language == "fr")
    sentences = MESSAGES.get(code) or MESSAGES[BY_STATUS.get(status, "unexpected")]
    sentence = sentences[language == "en"].format_map(_Known(data))
    return sentence if language == "en" else _DATE.sub(r"\3/\2/\1", sentence)


def preferred(accept_language: str | None) -> Language:
    """French, unless `Accept-Language` prefers English."""
    best: tuple[float, Language] = (0.0, "fr")
    for part in (accept_language or "").split(","):
        tag, _, weight = part.strip().partition(";q=")
        language = tag.strip().lower()[:2]
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            continue
        if language in ("fr", "en") and quality > best[0]:
            best = (quality, "fr" if language == "fr" else "en")
    return best[1]
