"""The columns that the imports page tells are those that the directory takes."""

import pytest

from services.directory.api.csv_import import KINDS
from services.directory.schemas.csv_files import columns_of
from services.portal.screens.administration.imports import COLUMNS


@pytest.mark.parametrize("kind", COLUMNS)
def test_each_file_has_the_columns_that_the_page_tells(kind):
    taken = {name.partition(".")[0] for name in columns_of(KINDS[kind].shape)}

    assert {name.removesuffix(".*") for name in COLUMNS[kind]} == taken
