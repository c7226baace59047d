"""What stands in the file of the matrix is a comment or a row."""

import pytest

from tests.rights import matrix
from tests.rights.network import COLUMNS

HEAD = f"# What this is.\n\n      | {' '.join(COLUMNS)}\n"
ROW = f"GET /api/one | {' '.join('404' for _ in COLUMNS)}\n"


def test_the_rows_are_read_by_route_and_column() -> None:
    read = matrix.read(HEAD + ROW + "\n")

    assert read == {"GET /api/one": dict.fromkeys(COLUMNS, "404")}


@pytest.mark.parametrize(
    "line", ["<<<<<<< main", "=======", ">>>>>>> a branch", "a note", "|||||||| base", "a | b | c"]
)
def test_a_line_that_is_no_row_is_not_passed_over(line: str) -> None:
    with pytest.raises(ValueError, match="no rows"):
        matrix.read(f"{HEAD}{line}\n{ROW}")
    with pytest.raises(ValueError, match="no rows"):
        matrix.read(f"{line}\n{HEAD}{ROW}")


def test_a_route_has_one_row() -> None:
    with pytest.raises(ValueError, match="several rows"):
        matrix.read(HEAD + ROW + ROW)
