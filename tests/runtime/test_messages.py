import ast
import re
from pathlib import Path

import pytest

from shared.runtime import messages

ROOT = Path(__file__).parents[2]
RAISED = {"Refused", "Invalid", "Forbidden", "NotVisible", "HTTPProblem", "NotFound", "Unavailable"}
CODE = re.compile(r"[a-z][a-z_]+")


def codes() -> set[str]:
    """Every code that rules and services raise: string arguments of the errors, and those of definition problems."""
    found = set()
    for folder in ("shared/rulebook", "shared/runtime", "services"):
        for path in (ROOT / folder).rglob("*.py"):
            if "node_modules" not in path.parts:
                found |= codes_in(ast.parse(path.read_text(encoding="utf-8")))
    return found


def codes_in(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RAISED:
            found |= {argument.value for argument in node.args[:2] if is_code(argument)}
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            found |= {value.value for key, value in pairs if is_code(key) and key.value == "code" and is_code(value)}
    return found


def is_code(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value) is not None


def test_every_code_raised_has_a_sentence_in_both_languages():
    assert codes() - messages.MESSAGES.keys() == set(), "add the sentences to shared/runtime/rule_messages.py"


def test_both_languages_name_the_same_values_and_differ():
    for code, (french, english) in messages.MESSAGES.items():
        assert set(re.findall(r"{\w+}", french)) == set(re.findall(r"{\w+}", english)), code
        assert french != english, code


def test_a_sentence_writes_dates_the_readers_way():
    data = {"entry_date": "2026-03-09"}

    assert "09/03/2026" in messages.say("waiting", "fr", data, status=409)
    assert "2026-03-09" in messages.say("waiting", "en", data, status=409)


def test_what_a_filter_expects_is_told_in_the_readers_language_and_nothing_is_the_end_of_the_text():
    data = {"position": 7, "expected": "attribute, not, (", "found": ""}

    french = messages.say("filter_unreadable", "fr", data, status=422)
    english = messages.say("filter_unreadable", "en", data, status=422)

    assert french == "Filtre illisible à la position 7, attendu : un attribut, not, ( ; trouvé : la fin du texte."
    assert english == "The filter cannot be read at position 7: expected attribute, not, (, found the end of the text."


def test_a_value_that_is_missing_leaves_a_readable_sentence():
    assert messages.say("waiting", "en", {}, status=409).endswith("enters the campaign on ….")


@pytest.mark.parametrize(("status", "code"), messages.BY_STATUS.items())
def test_an_unknown_code_gets_the_sentence_of_its_status(status, code):
    assert messages.say("brand_new", "fr", {}, status=status) == messages.MESSAGES[code][0]
