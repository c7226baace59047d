"""Random filters, values and clients' attributes that meet often enough to match."""

from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from shared.rulebook.filters import (
    Attribute,
    Criterion,
    Filter,
    Kind,
    Not,
    Operator,
    all_of,
    any_of,
    attribute,
    criterion,
)
from shared.rulebook.texts import cleaned

# Letters that the database's Unicode knows as ours does.
_LETTERS = st.characters(exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp"], exclude_characters="\u00ad\u061c\ufeff")
_WORDS = [
    "Premium",
    "premium",
    "Été",
    "ete",
    "50%",
    "a_b",
    'say "hi"',
    "o'clock",
    "x\\y",
    "1980-05-17",
    "ΣΑΣ",
    "12",
    "[a]",
]
TEXTS = st.sampled_from(_WORDS) | st.text(_LETTERS, min_size=1, max_size=6).map(cleaned).filter(bool)
NUMBERS = st.sampled_from([Decimal(0), Decimal(45), Decimal("9999.99"), Decimal(10000), Decimal("-0.5")]) | st.decimals(
    min_value=-(10**6), max_value=10**6, places=2
)
DATES = st.sampled_from([date(1980, 5, 17), date(9999, 12, 31), date(1, 1, 1)]) | st.dates()
NAMES = ["segment", "assets", "birth_date", "vip", "tags", "never given", "and", "é]t[é", "age", "unit"]
VALUES = {
    Kind.TEXT: TEXTS,
    Kind.NUMBER: NUMBERS,
    Kind.DATE: DATES,
    Kind.BOOLEAN: st.booleans(),
}
_EXACT = [Operator.EQUAL, Operator.DIFFERENT, Operator.IN]
_TEXT_ONLY = {Operator.CONTAINS, Operator.STARTS_WITH}


def _operators(kind: Kind) -> list[Operator]:
    if kind is Kind.BOOLEAN:
        return _EXACT
    return [one for one in Operator if kind is Kind.TEXT or one not in _TEXT_ONLY]


@st.composite
def _criteria(
    draw: st.DrawFn, about: Attribute, kind: Kind, operators: list[Operator], values: st.SearchStrategy
) -> Criterion:
    operator = draw(st.sampled_from(operators))
    match operator:
        case Operator.IS_EMPTY:
            number = 0
        case Operator.BETWEEN:
            number = 2
        case Operator.IN:
            number = draw(st.integers(1, 30))
        case _:
            number = 1
    return criterion(about, operator, draw(st.lists(values, min_size=number, max_size=number)))


def _given() -> st.SearchStrategy[Criterion]:
    return st.tuples(st.sampled_from(NAMES), st.sampled_from(Kind)).flatmap(
        lambda pair: _criteria(attribute(pair[0], crm=True), pair[1], _operators(pair[1]), VALUES[pair[1]])
    )


def _own(external_ids: list[str], advisors: list[str], units: list[str]) -> st.SearchStrategy[Criterion]:
    texts = _operators(Kind.TEXT)
    return st.one_of(
        _criteria(attribute("name"), Kind.TEXT, texts, TEXTS),
        _criteria(attribute("email"), Kind.TEXT, texts, TEXTS),
        _criteria(attribute("external_id"), Kind.TEXT, texts, st.sampled_from(external_ids)),
        _criteria(attribute("advisor"), Kind.TEXT, _EXACT, st.sampled_from(advisors)),
        _criteria(attribute("unit"), Kind.TEXT, _EXACT, st.sampled_from(units)),
        _criteria(attribute("age"), Kind.NUMBER, _operators(Kind.NUMBER), st.integers(0, 90).map(Decimal)),
        _criteria(attribute("active"), Kind.BOOLEAN, _EXACT, st.booleans()),
    )


def filters(
    external_ids: list[str] | None = None, advisors: list[str] | None = None, units: list[str] | None = None
) -> st.SearchStrategy[Filter]:
    """Filters of some levels over the CRM's and the directory's own attributes."""
    leaves = _given() | _own(external_ids or ["c1"], advisors or ["anne"], units or ["lille"])
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            inner.map(Not),
            st.lists(inner, min_size=2, max_size=4).map(all_of),
            st.lists(inner, min_size=2, max_size=4).map(any_of),
        ),
        max_leaves=6,
    )


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


_SCALARS = st.one_of(
    TEXTS, NUMBERS.map(float), st.integers(-(10**6), 10**6), DATES.map(_plain), st.booleans(), st.none(), st.just("")
)
ATTRIBUTES = st.dictionaries(st.sampled_from(NAMES), _SCALARS | st.lists(_SCALARS, max_size=3), max_size=6)
"""What a client may carry: every kind under every name."""


HELD = {
    "segment": "Premium",
    "assets": 12000.1,
    "age": 30,
    "birth_date": "1980-11-25",
    "vip": True,
    "tags": ["a", 5],
    "nothing": None,
    "blank": "",
}
"""The attributes of one client, born on 25 November 1980."""
HOLDS = [
    'segment = "Premium"',
    'segment != "Standard"',
    'segment contains "REMI" and segment starts with "prem"',
    'name contains "oeuv" and name starts with "elodie o"',
    "assets = 12000.1 and assets between 12000.1 and 12000.1 and not assets > 12000.1",
    "age = 45 and [age] = 30",
    "birth_date < 1980-11-26",
    "vip = true and vip != false",
    'tags = "a" and tags = 5 and tags > 4 and tags != "b"',
    "nothing is empty and blank is empty and missing is empty and not segment is empty",
    'unit = "network" and unit in ("lille", "x") and unit != "south" and advisor = "anne"',
    'email is empty and not email contains "x"',
    "assets <= 12000.1 and assets >= 12000.1 and assets > 12000.09 and assets < 12000.11",
    "assets between 12000.1 and 12001 and assets between 12000 and 12000.1",
    "age <= 45 and age >= 45 and age between 45 and 45 and not age < 45 and not age > 45",
    "birth_date <= 1980-11-25 and birth_date >= 1980-11-25 and birth_date in (1980-11-25)",
    'segment <= "Premium" and segment >= "Premium" and name <= "Élodie Œuvrard" and external_id >= "c1"',
    "age in (44, 45) and tags in (4, 5) and active = true and active in (true, false)",
]
"""Filters that hold for that client, Élodie Œuvrard of anne in Lille, on 24 November 2026."""
FAILS = [
    'segment = "premium"',  # exact, where `contains` is not
    "segment = 5 or segment != 5",  # of another kind
    "missing = 1 or missing != 1 or missing < 1 or missing in (1)",
    'nothing != "x" or blank != "x"',
    'tags != "a"',
    "vip = false",
    'segment > 1980-01-01 or birth_date > "a" and birth_date < 1980-01-01',
    "assets < 12000.1 or assets > 12000.1 or assets between 12000.11 and 20000 or assets between 1 and 12000.09",
    "age < 45 or age > 45 or age = 46 or age in (44, 46) or age is empty",
    "birth_date < 1980-11-25 or birth_date > 1980-11-25 or birth_date between 1980-11-26 and 2000-01-01",
    'name < "Élodie Œuvrard" or external_id > "c1" or segment > "Premium" or segment < "Premium"',
    "active = false or active != true or active is empty",
]
"""Filters that do not."""
