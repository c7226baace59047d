"""Every test that the page on bad input names exists."""

import re

from tests.repository.tree import ROOT

PAGE = ROOT / "docs" / "figures-bad-input.md"
TESTS = ROOT / "tests" / "services" / "reporting"


def test_each_test_named_as_proof_exists():
    named = re.findall(r"`(test_\w+\.py)::(test_\w+)`", PAGE.read_text(encoding="utf-8"))

    missing = [
        (file, test)
        for file, test in named
        if not re.search(rf"def {test}\(", (TESTS / file).read_text(encoding="utf-8"))
    ]

    assert len(named) > 20
    assert missing == []
