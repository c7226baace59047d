"""The words of a filter's readable form, each with the place where it stands (docs/domain.md, Queries)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from shared.rulebook.errors import Invalid

LONGEST = 500_000
"""Characters of a filter in its readable form."""
KEYWORDS = frozenset(
    ("and", "or", "not", "in", "between", "contains", "starts", "with", "is", "empty", "true", "false")
)
WORD = re.compile(r"[^\W\d]\w*")
_TOKEN = re.compile(
    r"\s*(?:"
    r'(?P<text>"[^"]*(?:""[^"]*)*")'
    r"|(?P<crm>\[[^\]]*(?:\]\][^\]]*)*\])"
    r"|(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})(?!\w)"
    r"|(?P<number>-?[0-9]+(?:\.[0-9]+)?)(?!\w)"
    r"|(?P<word>[^\W\d]\w*)"
    r"|(?P<sign><=|>=|!=|<>|[=<>≠≤≥(),])"
    r"|(?P<end>$))"
)
_SAME = {"<>": "!=", "≠": "!=", "≤": "<=", "≥": ">="}
_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Token:
    """A word, sign or value; `sort` is `text crm date number word sign end`, or the keyword or sign itself."""

    sort: str
    text: str
    position: int
    """Counted from 1."""


def unreadable(position: int, expected: str, found: str) -> Invalid:
    """The refusal that says where reading stopped and what would have been right there."""
    shown = "".join(one if one.isprintable() else "\ufffd" for one in found[:_SHOWN])
    return Invalid("filter_unreadable", {"position": position, "expected": expected, "found": shown})


def tokens(text: str) -> Iterator[Token]:
    """The words in their order, the end last; Invalid `filter_too_long`, `filter_unreadable`."""
    if len(text) > LONGEST:
        raise Invalid("filter_too_long", {"limit": LONGEST})
    at = 0
    while True:
        found = _TOKEN.match(text, at)
        if found is None:
            raise _unknown(text, at)
        sort = found.lastgroup or "end"
        yield _token(sort, found[sort], found.start(sort) + 1)
        if sort == "end":
            return
        at = found.end()


def _token(sort: str, text: str, position: int) -> Token:
    match sort:
        case "text":
            return Token(sort, text[1:-1].replace('""', '"'), position)
        case "crm":
            return Token(sort, text[1:-1].replace("]]", "]"), position)
        case "sign":
            sign = _SAME.get(text, text)
            return Token(sign, sign, position)
        case "word" if text.lower() in KEYWORDS:
            return Token(text.lower(), text, position)
        case _:
            return Token(sort, text, position)


def _unknown(text: str, at: int) -> Invalid:
    start = at + len(text[at:]) - len(text[at:].lstrip())
    opened = text[start]
    if opened in '"[':
        return unreadable(start + 1, 'closing "' if opened == '"' else "closing ]", text[start:])
    return unreadable(start + 1, "attribute, operator or value", text[start:])
