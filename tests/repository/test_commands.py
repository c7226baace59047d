import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.repository.tree import ROOT, files, text_of

PAGES = [path for path in files() if path.suffix == ".md"]


def targets() -> set[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z][a-z-]*):", makefile, flags=re.MULTILINE))


def commands_in(page: Path) -> str:
    """What the page tells to type: its code, not its prose."""
    text = text_of(page)
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, flags=re.DOTALL))


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_make_target_that_a_page_names_exists(page):
    named = set(re.findall(r"\bmake ([a-z][a-z-]*)", commands_in(page)))

    assert named - targets() == set()


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_module_that_a_page_runs_exists(page):
    named = set(re.findall(r"python -m ((?:deploy|services|shared|tools|workflows)[a-z_.]*[a-z])", commands_in(page)))

    assert {module for module in named if find_spec(module) is None} == set()


def test_ci_runs_the_suite_and_nothing_else():
    script = ROOT / ".ci" / "run"

    assert script.read_text(encoding="utf-8") == "#!/bin/sh\nexec make test\n"
    assert script.stat().st_mode & 0o111


def test_every_target_says_what_it_does():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, flags=re.MULTILINE)

    assert phony
    assert set(phony[1].split()) == set(re.findall(r"^([a-z-]+):.*## \S", makefile, flags=re.MULTILINE))
