"""What a text from outside is turned into before it is kept or compared (docs/domain.md, Queries)."""

import re
import unicodedata

# Marks that turn the reading direction, and characters without width: they make one name look like another.
_INVISIBLE = dict.fromkeys(
    map(ord, "\u00ad\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff")
)
_CONTROL_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})
_ACCENTS = re.compile("[\u0300-\u036f]")


def has_control_characters(text: str) -> bool:
    """Whether it holds what is no plain text on one line: control characters, line ends, lone surrogates."""
    return not text.isprintable() and any(unicodedata.category(one) in _CONTROL_CATEGORIES for one in text)


def cleaned(text: str) -> str:
    """The text composed, without invisible marks and surrounding spaces."""
    return unicodedata.normalize("NFC", text.translate(_INVISIBLE)).strip()


def folded(text: str) -> str:
    """The text as the sort keys have it, which a search compares: small letters without accents.

    Letter by letter, as PostgreSQL does it: `str.lower` would turn a final Σ into another letter than an inner one.
    """
    small = "".join(map(_small, text)).translate(_LIGATURES)
    return _ACCENTS.sub("", unicodedata.normalize("NFD", small))


def _small(letter: str) -> str:
    lower = letter.lower()
    return lower if len(lower) == 1 else lower[0]
