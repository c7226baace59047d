"""Everything that screens say is in the catalogue, in both languages, and nothing is there in vain."""

import re
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import services.portal
from services.portal.formats import Formats
from services.portal.locale import CATALOGUE, Words, preferred
from services.portal.locale.text import Plural

PORTAL = Path(services.portal.__file__).parent
TEMPLATES = sorted((PORTAL / "templates").rglob("*.html"))
SOURCES = [
    *TEMPLATES,
    *(path for path in PORTAL.rglob("*.py") if "node_modules" not in path.parts and "locale" not in path.parts),
]
# Read alike in both languages, or a name.
NOT_WORDS = {"Jalon", "Français", "English"}


def forms_of(text):
    return list(text) if isinstance(text, Plural) else [text]


def fields_of(text):
    return {name for form in forms_of(text) for name in re.findall(r"{(\w+)}", form)}


@pytest.mark.parametrize("key", CATALOGUE)
def test_a_text_is_there_in_both_languages_with_the_same_values(key):
    french, english = CATALOGUE[key]

    assert all(form.strip() for text in (french, english) for form in forms_of(text))
    assert fields_of(french) - {"n"} == fields_of(english) - {"n"}
    assert "'" not in "".join(forms_of(french)), "the apostrophe is ’"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(PORTAL)))
def test_no_template_says_anything_by_itself(template):
    source = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL)
    spoken = re.findall(r'(?:aria-label|title|placeholder|alt)="([^"]*)"', source)
    spoken += re.sub(r"<[^>]*>", "\n", source).split("\n")

    # What a macro writes inside somebody's tag or address is no text.
    spoken = [re.sub(r'[\w-]+="[^"]*"|(?:\?|&amp;)\w+=\w+', "", text) for text in spoken]
    words = {word for text in spoken for word in re.findall(r"[^\W\d_]{2,}", text)}

    assert words - NOT_WORDS == set()


def asked_for():
    """Keys named whole, and the beginnings of those put together."""
    for path in SOURCES:
        source = path.read_text(encoding="utf-8")
        yield from re.findall(r"\b(?:t|say)\(\s*f?[\"']([\w.]+)", source)
        yield from re.findall(r"[\"']((?:form|conclude|refusal|timeline|error|frame|fact|wish)\.[\w.]*)", source)


def test_every_text_asked_for_exists():
    missing = {key for key in asked_for() if not any(known == key or known.startswith(key) for known in CATALOGUE)}

    assert missing == set()


def test_every_text_is_asked_for_somewhere():
    asked = set(asked_for())
    beginnings = tuple(key for key in asked if key.endswith("."))

    assert {key for key in CATALOGUE if key not in asked and not key.startswith(beginnings)} == set()


def test_plural_forms_follow_each_language():
    french, english = Words("fr"), Words("en")

    assert [french("notices.clients", n=n) for n in (0, 1, 2)] == [
        "0 client à contacter",
        "1 client à contacter",
        "2 clients à contacter",
    ]
    assert [english("notices.clients", n=n) for n in (0, 1, 2)] == [
        "0 clients to contact",
        "1 client to contact",
        "2 clients to contact",
    ]


def test_french_is_spoken_unless_somebody_wishes_otherwise():
    assert preferred(None, "de", None) == "fr"
    assert preferred(None, "en", "fr") == "en"


FRENCH = Formats("fr", ZoneInfo("Europe/Paris"))
ENGLISH = Formats("en", ZoneInfo("Europe/Paris"))


@pytest.mark.parametrize(
    ("given", "french", "english"),
    [
        ("1234567.00", "1\u202f234\u202f567\u00a0€", "€1,234,567"),
        (Decimal("0.4"), "0\u00a0€", "€0"),
        ("-1200", "-1\u202f200\u00a0€", "-€1,200"),
        (None, "–", "–"),
    ],
)
def test_euros_without_cents(given, french, english):
    assert (FRENCH.euros(given), ENGLISH.euros(given)) == (french, english)


def test_euros_with_cents_and_rates():
    assert FRENCH.euros("1234.5", cents=True) == "1\u202f234,50\u00a0€"
    assert ENGLISH.euros("1234.5", cents=True) == "€1,234.50"
    assert (FRENCH.percent("66.67"), ENGLISH.percent("66.67")) == ("66,67\u202f%", "66.67%")
    assert (FRENCH.percent(None), FRENCH.count(None), FRENCH.day(None)) == ("–", "–", "–")


def test_dates_and_times_are_the_deployments():
    assert (FRENCH.day("2026-04-20"), ENGLISH.day("2026-04-20")) == ("20 avr. 2026", "20 Apr 2026")
    assert FRENCH.moment("2026-07-14T22:30:00Z") == "15 juil. 2026, 00:30"
