import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.repository.tree import SOURCES, parsed, python_files

# What each idea is called here instead (style: one word per idea).
BANNED = {
    "stage": "Step",
    "stages": "Step",
    "prospect": "TargetedClient",
    "prospects": "TargetedClient",
    "penetration": "take_up_rate",
    "operation": "Campaign",
    "operations": "Campaign",
}
# Names that a library or a standard gives us.
LIBRARY_WORDS = {"operation_id", "with_start_operation", "start_workflow_operation"}


def words_of(identifier: str) -> list[str]:
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", identifier)]


def names_given_in(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name


def offences(path: Path, names: Iterator[str]) -> list[str]:
    given = {name for name in names if not any(word in name for word in LIBRARY_WORDS)}
    return [
        f"{path}: {name} (say {BANNED[word]})" for name in sorted(given) for word in words_of(name) if word in BANNED
    ]


def test_one_word_per_idea():
    found = [offence for path in python_files(*SOURCES) for offence in offences(path, names_given_in(parsed(path)))]

    assert found == []


def test_files_are_named_by_the_same_words():
    found = [offence for path in python_files(*SOURCES) for offence in offences(path, iter(path.with_suffix("").parts))]

    assert found == []


@pytest.mark.parametrize(
    ("identifier", "words"),
    [("StepEntry", ["step", "entry"]), ("take_up_rate", ["take", "up", "rate"]), ("HTTPStage", ["http", "stage"])],
)
def test_identifiers_are_read_as_words(identifier, words):
    assert words_of(identifier) == words
