"""All that screens say, in French and in English; French is written first, in the notice's own words.

Why something was refused is said by the APIs (shared/runtime/rule_messages.py).

Each text has a key; `{name}` stands for a value, and a text that depends on a number has two forms.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from services.portal.locale import (
    administration,
    administration_parts,
    campaign_editor,
    campaigns,
    contacts,
    details,
    figures,
    follow_up,
    frame,
    import_errors,
    operating,
    queries,
    supervision,
    targeting,
)
from services.portal.locale.text import Plural, Text

Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = ("fr", "en")

CATALOGUE: Mapping[str, Text] = {
    **frame.TEXTS,
    **figures.TEXTS,
    **follow_up.TEXTS,
    **campaign_editor.TEXTS,
    **campaigns.TEXTS,
    **contacts.TEXTS,
    **details.TEXTS,
    **operating.TEXTS,
    **supervision.TEXTS,
    **administration.TEXTS,
    **administration_parts.TEXTS,
    **import_errors.TEXTS,
    **queries.TEXTS,
    **targeting.TEXTS,
}


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of one language."""

    language: Language

    def __call__(self, key: str, **values: object) -> str:
        """The text for `key` with its values; `n` chooses between one and many."""
        text = CATALOGUE[key][LANGUAGES.index(self.language)]
        if isinstance(text, Plural):
            text = text.one if _is_one(self.language, values["n"]) else text.other
        return (text if self.language == "en" else _set_in_french(text)).format_map(values)

    def known(self, key: str) -> bool:
        """Whether there is such a text."""
        return key in CATALOGUE


def preferred(*wishes: str | None) -> Language:
    """The first of these languages that we speak; French otherwise."""
    return next(("fr" if wish == "fr" else "en" for wish in wishes if wish in LANGUAGES), "fr")


def _set_in_french(text: str) -> str:
    """With the spaces that never break before `: ; ?` and within quotation marks."""
    for plain, kept in ((" :", "\u00a0:"), (" ;", "\u202f;"), (" ?", "\u202f?"), ("« ", "«\u00a0"), (" »", "\u00a0»")):
        text = text.replace(plain, kept)
    return text


def _is_one(language: Language, number: object) -> bool:
    """In French nought is singular too."""
    return number in (0, 1) if language == "fr" else number == 1
