"""No request that can be made from the five OpenAPI documents is answered otherwise than they say, or with a 5xx.

`make faults` makes many more of them. Streams are left out, as tests/rights/requests.py names them: their answers never
end, and they have tests of their own.
"""

import asyncio
from collections import Counter

import pytest
import schemathesis

from tests.generated.asking import problems_of
from tests.generated.cases import cases
from tests.generated.conftest import World
from tests.rights.network import LILLE
from tests.support.five_services import SERVICES

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("service", SERVICES)
async def test_a_request_made_from_the_document_is_answered_as_it_says(world, service):
    wrong = await found_wrong(world, service, drawn=0, listed=6)

    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
@pytest.mark.parametrize("service", SERVICES)
async def test_thousands_of_requests_made_from_the_document_are_answered_as_it_says(world, service):
    wrong = await found_wrong(world, service, drawn=20, listed=150)

    assert not wrong, "\n".join(wrong)


async def found_wrong(world: World, service: str, *, drawn: int, listed: int) -> list[str]:
    """What is wrong with answers of this service, each kind once for each route."""
    schema = schemathesis.openapi.from_dict(world.services.apps[service].openapi())
    schema.config.generation.update(with_security_parameters=False)
    found: list[str] = []
    asked: Counter[str] = Counter()
    for result in schema.get_all_operations():
        route = result.ok()
        if world.working[route.label].asked.stream:
            continue
        seen: set[str] = set()
        # Beside the services, which stand still for as long as something else has their loop.
        made = cases(route, world.working[route.label], LILLE.ids(), drawn=drawn, listed=listed)
        for case in await asyncio.to_thread(list, made):
            asked[route.label] += 1
            for problem in await problems_of(world.services, case, by_crm=asked[route.label] % 3 == 0):
                kind = problem.partition("\n")[0]
                if kind not in seen:
                    seen.add(kind)
                    found.append(f"{route.label}: {problem}")
    if asked.total() < 4 * len(asked):
        raise RuntimeError(f"only {asked.total()} requests were made from the document of {service}")
    return found
