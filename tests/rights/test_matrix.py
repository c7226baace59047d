"""Every route of the five services, asked by everybody about what they reach and what they do not: matrix.txt.

A new route needs a row there. Run this: the failure shows the row as the product answers today. Judge each cell by
the spec, then paste it. A route that needs a body, a query or an id of its own gets an entry in requests.py first.
"""

import asyncio
from collections import defaultdict

import httpx
import pytest

from tests.rights import matrix
from tests.rights.network import CALLERS, Caller
from tests.rights.requests import Ready, ready
from tests.rights.streams import beginning
from tests.support.five_services import FiveServices, routes

OPEN = {"GET /api/followups/calendars/{secret}.ics"}
"""Routes that ask for no token: whoever knows the address may read."""

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_every_route_has_its_row(services):
    rows_there = matrix.written()
    missing = [route for route in routes() if route not in rows_there]

    rows = [matrix.line(route, await answers(services, route)) for route in missing]

    assert not rows, "\n".join(["add to tests/rights/matrix.txt, once each cell is what the spec says:", *rows])
    assert [route for route in rows_there if route not in routes()] == [], "rows without a route"
    assert list(rows_there) == routes(), "the rows are in the order of their paths"


@pytest.mark.parametrize("route", matrix.written())
async def test_each_caller_may_do_what_the_matrix_says(services, route):
    assert matrix.line(route, await answers(services, route)) == matrix.line(route, matrix.written()[route])


@pytest.mark.parametrize("route", [route for route in matrix.written() if route not in OPEN])
async def test_nobody_is_let_in_without_a_valid_token_of_somebody_active(services, route):
    request = await ready(services, route, CALLERS[0].target)

    nobody, forged, stranger = [await send(services, request, by) for by in (None, "not a token", "a-stranger")]

    assert (nobody.status_code, nobody.json()["data"]) == (401, {"reason": "missing_token"})
    assert (forged.status_code, forged.json()["data"]) == (401, {"reason": "invalid_token"})
    assert (stranger.status_code, stranger.json()["code"]) == (403, "unknown_user")


async def answers(services: FiveServices, route: str) -> dict[str, str]:
    """What each column is answered; where its callers are answered differently, or told too much, each by name."""
    asked = await asyncio.gather(*(answer(services, route, caller) for caller in CALLERS))
    columns: defaultdict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for caller, word in zip(CALLERS, asked, strict=True):
        columns[caller.column][word].append(caller.name)
    return {column: next(iter(words)) if len(words) == 1 else matrix.apart(words) for column, words in columns.items()}


async def answer(services: FiveServices, route: str, caller: Caller) -> str:
    """What the caller is answered, in the words of the matrix."""
    request = await ready(services, route, caller.target, caller.name)
    answered = await send(services, request, caller.name)
    leaked = matrix.leaks(answered, caller)
    return f"TELLS OF {leaked}" if leaked else matrix.verdict(answered, request)


async def send(services: FiveServices, request: Ready, by: str | None) -> httpx.Response:
    """The answer to this caller; of a stream, its beginning."""
    asked = request.asked
    if asked.stream:
        last_id = asked.headers.get("Last-Event-ID")
        return await beginning(services.origin, request.path, by, pieces=asked.stream, last_id=last_id)
    body = {"json": asked.body} if asked.content is None else {"content": asked.content}
    return await services.ask(request.method, request.path, by=by, params=asked.query, headers=asked.headers, **body)
