"""Requests made from an OpenAPI document: what it allows, and what it does not, the same in every run.

Some are schemathesis' own list of boundary values, missing fields and wrong types; others, dearer, are drawn by
hypothesis. Most are then put on real ground: real ids in the path and the query, and one such field in a body that
works.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import unquote

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.core import NOT_SET
from schemathesis.schemas import APIOperation

from tests.rights.requests import Ready

_LOOKED_AT = 40
"""A filter alone has thousands of cases: of the list's beginning, this many for each that is taken."""
_AS_DRAWN = 4
"""Every so many-th case stays as it was drawn."""


def cases(route: APIOperation, working: Ready, ids: dict[str, str], *, drawn: int, listed: int) -> Iterator[Case]:
    """At most twice `drawn` cases by hypothesis and `listed` of schemathesis' list, spread over the whole of it."""
    made = [*(_drawn(route, drawn) if drawn else ()), *_spread(_listed(route, _LOOKED_AT * listed), listed)]
    for number, case in enumerate(made):
        if number % _AS_DRAWN:
            _put_on_real_ground(case, working, ids, number)
        yield case


def _drawn(route: APIOperation, number: int) -> list[Case]:
    found: list[Case] = []
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

        @settings(
            derandomize=True,
            database=None,
            deadline=None,
            max_examples=number,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=route.as_strategy(generation_mode=mode))
        def draw(case: Case) -> None:
            found.append(case)

        try:
            draw()
        except Unsatisfiable:  # nothing about the route can be wrong
            continue
    return found


def _listed(route: APIOperation, most: int) -> list[Case]:
    config = route.schema.config.generation_for(operation=route)
    listed = route.schema.iter_coverage_cases(route, generation_modes=list(GenerationMode), generation_config=config)
    # Other methods than the route's are another route's matter, or 405.
    return [case for case in islice(listed, most) if case.method == route.method.upper()]


def _spread(listed: list[Case], number: int) -> list[Case]:
    return listed if len(listed) <= number else [listed[at * len(listed) // number] for at in range(number)]


def _put_on_real_ground(case: Case, working: Ready, ids: dict[str, str], number: int) -> None:
    case.path_parameters = _in_path(case.path, working.path)
    case.headers.update({name: value for name, value in working.asked.headers.items() if name != "If-Match"})
    for name in set(case.query or {}) & ids.keys():
        case.query[name] = ids[name]
    case.query = working.asked.query | (case.query or {})
    base = working.asked.body
    if isinstance(base, dict) and isinstance(case.body, dict) and case.body:
        chosen = sorted(case.body, key=str)[number % len(case.body)]
        case.body = base | {chosen: case.body[chosen]}
    elif case.body is NOT_SET and working.asked.content is not None:
        case.body = working.asked.content.encode()


def _in_path(template: str, path: str) -> dict[str, Any]:
    """What stands for each placeholder of the template in a path of it."""
    found = {}
    for pattern, part in zip(template.split("/"), path.split("/"), strict=True):
        if "{" in pattern:
            before, _, rest = pattern.partition("{")
            name, _, after = rest.partition("}")
            found[name] = unquote(part[len(before) : len(part) - len(after)])
    return found
