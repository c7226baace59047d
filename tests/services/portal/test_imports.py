"""The imports page tells the columns that the directory takes, and why it refused a row, in the reader's language."""

import pytest

from services.directory.api.csv_import import KINDS
from services.directory.schemas.csv_files import columns_of
from services.directory.schemas.fields import OWN_CODES
from services.portal.locale import Words
from services.portal.screens.administration.imports import COLUMNS, why_refused


@pytest.mark.parametrize("kind", COLUMNS)
def test_each_file_has_the_columns_that_the_page_tells(kind):
    taken = {name.partition(".")[0] for name in columns_of(KINDS[kind].shape)}

    assert {name.removesuffix(".*") for name in COLUMNS[kind]} == taken


@pytest.mark.parametrize("code", [*sorted(OWN_CODES), "field_missing", "unknown_field", "too_long", "invalid"])
def test_what_is_wrong_in_a_column_is_said_in_french(code):
    error = {"code": code, "detail": "amount: can be read in two ways: write the cents"}

    told = why_refused(Words("fr"), error)

    assert told != error["detail"]
    assert "amount" in told or code == "too_many_attributes"


def test_a_code_that_has_no_words_here_is_told_as_the_directory_does():
    assert why_refused(Words("fr"), {"code": "new_one", "detail": "Something new."}) == "Something new."
