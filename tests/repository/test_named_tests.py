"""Every test, and every case of one, that a page on bad input names exists."""

import re

import pytest

from tests.repository.tree import ROOT

PAGES = {page.name: page for page in sorted((ROOT / "docs").glob("*-bad-input.md"))}
NAMED = re.compile(r"`([\w/]*test_\w+\.py)::(test_\w+)(?:\[([^\]]+)\])?`")


@pytest.mark.parametrize("page", PAGES)
def test_each_test_named_as_proof_exists(page):
    named = NAMED.findall(PAGES[page].read_text(encoding="utf-8"))

    missing = [one for one in named if not any(holds(path, *one[1:]) for path in files(one[0]))]

    assert len(named) > 20
    assert missing == []


def test_each_row_names_a_test():
    rows = [row for page in PAGES.values() for row in page.read_text(encoding="utf-8").splitlines() if "|" in row]

    assert [row for row in rows if not re.match(r"\| (input|---) ", row) and not NAMED.search(row)] == []


def files(name):
    """The files below tests/ that are meant: a page may leave away the folder that it names once."""
    return [path for path in (ROOT / "tests").rglob(name.rpartition("/")[2]) if path.as_posix().endswith(f"/{name}")]


def holds(path, test, case):
    """Whether the file has that test and, where one is named, a case of that name."""
    text = path.read_text(encoding="utf-8")
    return re.search(rf"def {test}\(", text) is not None and (not case or f'"{case}"' in text)
