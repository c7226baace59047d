"""The steps of each advisor are the steps that one would read of that advisor alone, within the reader's reach."""

import pytest

from services.reporting.ports.reading import Scope
from services.reporting.use_cases.steps import read_advisor_steps, read_steps
from shared.rulebook.errors import NotVisible
from tests.support.stories_reporting import (
    ANNE,
    BRUNO,
    CAMPAIGN,
    CHLOE,
    DAVID,
    READERS,
    TODAY,
    a_definition,
    a_story,
)

PLANS = [a_definition().plan()]


@pytest.mark.parametrize(
    ("reader", "advisors"),
    [("all", [ANNE, BRUNO, CHLOE, DAVID]), ("south", [CHLOE]), ("lille", [ANNE, BRUNO]), ("anne", [ANNE])],
)
async def test_each_advisor_has_the_steps_of_the_own_clients(readings, tell, reader, advisors):
    await tell([a_definition()], a_story(5, PLANS, clients=60))

    async with readings.snapshot() as figures:
        found = await read_advisor_steps(figures, Scope(READERS[reader]), CAMPAIGN, TODAY)
        alone = [
            await read_steps(figures, Scope(READERS[reader], advisor_id=advisor), CAMPAIGN, TODAY)
            for advisor in advisors
        ]

    assert [(branch.id, funnel) for branch, funnel in found] == list(zip(advisors, alone, strict=True))


async def test_a_campaign_out_of_sight_has_no_advisors(readings, tell):
    await tell([a_definition(shares=())])

    async with readings.snapshot() as figures:
        with pytest.raises(NotVisible):
            await read_advisor_steps(figures, Scope(READERS["lille"]), CAMPAIGN, TODAY)
