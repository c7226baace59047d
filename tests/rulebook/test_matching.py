"""Whether a client matches, by the client's own values; the SQL is held to the same answers elsewhere."""

from datetime import date

import pytest

from shared.rulebook import ids
from shared.rulebook.filter_text import read
from shared.rulebook.matching import Subject, age_on, matches
from shared.rulebook.texts import folded
from tests.support.filters import FAILS, HELD, HOLDS

TODAY = date(2026, 11, 24)


def a_subject(**attributes) -> Subject:
    return Subject(
        name="Élodie Œuvrard",
        external_id="c1",
        advisor_id=ids.user_id("anne"),
        unit_path=(ids.unit_id("network"), ids.unit_id("lille")),
        attributes=attributes,
    )


ELODIE = a_subject(**HELD)


@pytest.mark.parametrize("text", HOLDS)
def test_it_matches(text):
    assert matches(read(text), ELODIE, TODAY)


@pytest.mark.parametrize("text", FAILS)
def test_it_does_not_match(text):
    assert not matches(read(text), ELODIE, TODAY)


def test_not_turns_every_answer_round_that_of_a_missing_value_too():
    assert matches(read("not missing = 1 and not missing != 1"), ELODIE, TODAY)


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
