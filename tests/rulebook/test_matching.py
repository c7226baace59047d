"""Whether a client matches, by the client's own values; the SQL is held to the same answers elsewhere."""

from datetime import date

import pytest

from shared.rulebook import ids
from shared.rulebook.filter_text import read
from shared.rulebook.matching import Subject, age_on, matches
from shared.rulebook.texts import folded

TODAY = date(2026, 11, 24)


def a_subject(**attributes) -> Subject:
    return Subject(
        name="Élodie Œuvrard",
        external_id="c1",
        advisor_id=ids.user_id("anne"),
        unit_path=(ids.unit_id("network"), ids.unit_id("lille")),
        attributes=attributes,
    )


HELD = a_subject(
    segment="Premium", assets=12000.1, age=30, birth_date="1980-11-25", vip=True, tags=["a", 5], nothing=None, blank=""
)


@pytest.mark.parametrize(
    "text",
    [
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
    ],
)
def test_it_matches(text):
    assert matches(read(text), HELD, TODAY)


@pytest.mark.parametrize(
    "text",
    [
        'segment = "premium"',  # exact, where `contains` is not
        "segment = 5 or segment != 5",  # of another kind
        "missing = 1 or missing != 1 or missing < 1 or missing in (1)",
        'nothing != "x" or blank != "x"',
        'tags != "a"',
        "vip = false",
        'segment > 1980-01-01 or birth_date > "a" and birth_date < 1980-01-01',
    ],
)
def test_it_does_not_match(text):
    assert not matches(read(text), HELD, TODAY)


def test_not_turns_every_answer_round_that_of_a_missing_value_too():
    assert matches(read("not missing = 1 and not missing != 1"), HELD, TODAY)


@pytest.mark.parametrize(
    ("born", "age"),
    [("1980-11-24", 46), ("1980-11-25", 45), ("2000-02-29", 26), ("2026-11-24", 0), ("9999-12-31", -7974)],
)
def test_an_age_is_whole_years_since_the_birth_date(born, age):
    assert age_on(TODAY, born) == age


@pytest.mark.parametrize(
    ("text", "small"),
    [("ÉTÉ", "ete"), ("Œuf ÆSIR", "oeuf aesir"), ("ΔΣ", "δ\u03c3"), ("İ", "i"), ("e\u0301", "e"), ("ß", "ß")],
)
def test_texts_are_folded_as_the_sort_keys_are(text, small):
    assert folded(text) == small
