"""Parts of a page that may fail without the others."""

from collections.abc import Coroutine
from typing import Any

from services.portal.upstream import UpstreamProblem


async def or_problem(work: Coroutine[Any, Any, Any]) -> Any:
    """What it answers, or its problem: a part that fails leaves the others of the page alone."""
    try:
        return await work
    except UpstreamProblem as problem:
        return problem
