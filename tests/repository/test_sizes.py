import ast
import statistics

from tests.repository.tree import SOURCES, parsed, python_files, text_of

LONGEST_FILE = 300


def test_no_file_is_too_long_to_be_read_at_once():
    long = {str(path): lines for path in python_files(*SOURCES, "tests") if (lines := _lines(path)) > LONGEST_FILE}

    assert long == {}, "split it by what the user does, not by technical kind"


def test_most_functions_fit_in_the_eye():
    lengths = [
        (node.end_lineno or node.lineno) - node.lineno + 1
        for path in python_files(*SOURCES)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]

    assert statistics.median(lengths) <= 10
    assert statistics.quantiles(lengths, n=10)[-1] <= 30


def _lines(path) -> int:
    return len(text_of(path).splitlines())
