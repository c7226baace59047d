import ast
import sys
from collections.abc import Iterator

from tests.repository.tree import parsed, python_files

# No clock, no chance, no input or output, no concurrency.
IMPURE = {"asyncio", "io", "logging", "os", "pathlib", "random", "secrets", "socket", "subprocess", "threading", "time"}


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_the_rulebook_imports_itself_and_pure_parts_of_the_standard_library_only():
    allowed = sys.stdlib_module_names - IMPURE
    strangers = {
        f"{path}: {name}"
        for path in python_files("shared")
        if path.parts[1] == "rulebook"
        for name in imported(parsed(path))
        if not name.startswith("shared.rulebook") and name.partition(".")[0] not in allowed
    }

    assert strangers == set()


def test_the_rulebook_never_asks_what_time_it_is():
    asked = [
        f"{path}:{node.lineno}"
        for path in python_files("shared")
        if path.parts[1] == "rulebook"
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and node.attr in {"now", "today", "utcnow"}
        if isinstance(node.value, ast.Name) and node.value.id in {"date", "datetime"}
    ]

    assert asked == []
