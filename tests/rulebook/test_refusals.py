"""The table of refusals in docs/domain.md against the codes in the rulebook."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def codes_in_the_rulebook():
    text = "\n".join(path.read_text("utf-8") for path in (ROOT / "shared/rulebook").glob("*.py"))
    raised = re.findall(r'(?:Refused|Invalid|Forbidden|NotVisible)\(\s*"([a-z_0-9]+)"', text)
    problems = re.findall(r'"code": "([a-z_0-9]+)"', text)
    taken_back = re.findall(r'\(EntryState\.[A-Z]+, "([a-z_]+)"\)', text)
    return {*raised, *problems, *taken_back}


def codes_in_the_services():
    """Every text that looks like a code: services name theirs in many ways."""
    sources = [*(ROOT / "services").rglob("*.py"), *(ROOT / "shared/runtime").rglob("*.py")]
    return set(re.findall(r'"([a-z_0-9]+)"', "\n".join(path.read_text("utf-8") for path in sources)))


def codes_in_the_manual():
    _, _, section = (ROOT / "docs/domain.md").read_text("utf-8").partition("## Refusals\n")
    first_cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return set(re.findall("`([a-z_0-9]+)`", " ".join(first_cells)))


def test_every_code_of_the_rulebook_is_explained():
    assert codes_in_the_rulebook() - codes_in_the_manual() == set()


def test_every_explained_code_exists():
    assert codes_in_the_manual() - codes_in_the_rulebook() - codes_in_the_services() == set()
