"""The matrix of rights as written in matrix.txt, and what an answer says in its words."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx

from tests.rights.network import COLUMNS, TARGETS, Caller
from tests.rights.requests import Ready

FILE = Path(__file__).with_name("matrix.txt")
MISSING = {
    "manage_campaigns": "-manage",
    "access_level": "-access",
    "reach": "-reach",
    "administrator": "-admin",
    "operator": "-operator",
    "crm": "-crm",
    "user": "-user",
}
"""A right as refusals name it, and as the matrix does."""
_WIDE = 9


def written() -> dict[str, dict[str, str]]:
    """By route, what each column expects."""
    return read(FILE.read_text(encoding="utf-8"))


def read(text: str) -> dict[str, dict[str, str]]:
    """The rows of a text: each line is empty, a comment, or one of the table, which begins with its columns."""
    lines = [line.split("|") for line in text.splitlines() if line and not line.startswith("#")]
    wrong = ["|".join(line) for line in lines if len(line) != 2]
    if wrong:
        raise ValueError(f"{FILE.name} holds lines that are no rows: {wrong}")
    (_, columns), *rows = lines
    routes = [route.strip() for route, _ in rows]
    twice = sorted({route for route in routes if routes.count(route) > 1})
    if twice:
        raise ValueError(f"{FILE.name} holds several rows of {twice}")
    if tuple(columns.split()) != COLUMNS:
        raise ValueError(f"the columns of {FILE.name} are {' '.join(COLUMNS)}")
    return {route.strip(): dict(zip(COLUMNS, cells.split(), strict=True)) for route, cells in rows}


def line(route: str, cells: Mapping[str, str]) -> str:
    """A row as the file holds it."""
    return f"{route:58}| {' '.join(f'{cells[column]:{_WIDE}}' for column in COLUMNS)}".rstrip()


def apart(words: Mapping[str, Sequence[str]]) -> str:
    """A cell whose callers are answered differently: each word with those who hear it, without a blank."""
    return f"({';'.join(':'.join((word, ','.join(callers))) for word, callers in words.items())})"


def verdict(answer: httpx.Response, request: Ready) -> str:
    """The answer in the words of the matrix, or what is wrong with it as no word of the matrix."""
    if answer.is_success:
        return _seen(answer, request)
    problem = _problem(answer)
    code = problem.get("code")
    if code in request.asked.let_in:
        return "yes"
    if answer.status_code == httpx.codes.NOT_FOUND:
        return "404"
    if answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY and code == "advisor_unknown":
        return "unknown"
    if answer.status_code == httpx.codes.FORBIDDEN and code == "right_missing":
        return MISSING.get(problem["data"].get("missing"), f"403 that names {problem['data']}")
    return f"{answer.status_code} {code} {problem.get('data')}"


def leaks(answer: httpx.Response, caller: Caller) -> list[str]:
    """Clients beyond the caller's reach of whom the answer speaks."""
    beyond = [target for target in TARGETS if target.advisor not in caller.sees]
    asked = answer.request.content.decode() + str(answer.request.url)
    told = answer.text
    return [target.client for target in beyond if target.trace in told and target.trace not in asked]


def _seen(answer: httpx.Response, request: Ready) -> str:
    """`sees` when the answer of a read speaks of the target, `nothing` when it does not; `yes` of a write."""
    if request.method != "GET" and not request.asked.reads:
        return "yes"
    return "sees" if any(mark in answer.text for mark in request.asked.shows) else "nothing"


def _problem(answer: httpx.Response) -> dict[str, object]:
    if answer.headers.get("content-type") != "application/problem+json":
        return {"code": f"no problem but {answer.headers.get('content-type')}"}
    problem: dict[str, object] = json.loads(answer.text)
    return problem
