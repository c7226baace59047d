"""A process of the service is killed by signal in the middle of a job of the house, and another one ends it once."""

from collections.abc import Callable

import pytest

from services.followup.ports import JobKind
from shared.contracts.campaign import CampaignDefined
from tests.integration.followup.test_moved_dates import in_days, settle
from tests.integration.followup.world import World, a_definition
from tests.support.killed_in_a_job import follow_up_pages, stopped_in_the_middle

Change = Callable[[World, str], CampaignDefined]


def moved(world: World, campaign: str) -> CampaignDefined:
    """The next version, whose last day lies before the entry dates."""
    return a_definition(campaign, 2).model_copy(update={"end_date": in_days(world, 40)})


def archived(_: World, campaign: str) -> CampaignDefined:
    """The next version, which closes what is open."""
    return a_definition(campaign, 2, archived=True)


@pytest.fixture
def process(world: World, fresh_database: str, nats_url: str, temporal_address: str) -> tuple[str, ...]:
    """What another process of the service is told of where it is."""
    return fresh_database, nats_url, temporal_address, world.task_queue


@pytest.mark.parametrize(
    ("change", "kind", "fact"),
    [(moved, JobKind.PULL_IN, "EntryDateMoved"), (archived, JobKind.CLOSE_ARCHIVED, "ClosedArchived")],
)
async def test_a_service_killed_in_the_middle_of_a_job_leaves_it_to_the_next_which_ends_it_once(
    world: World, process: tuple[str, ...], change: Change, kind: JobKind, fact: str
) -> None:
    campaign = await world.a_campaign()
    waiting = [await world.a_follow_up(campaign, entry=in_days(world, 50)) for _ in range(5)]
    await world.definitions.hold(change(world, campaign))
    await world.archiving.ask()
    (job,) = await world.jobs.to_start(10, world.clock.today())

    async with stopped_in_the_middle(follow_up_pages, *process, job.job_id):
        half = await world.jobs.find(job.job_id)
    await settle(world)

    done = await world.jobs.find(job.job_id)
    assert job.order.kind is kind
    assert (half.done, done.done, done.refused) == (2, 5, 0)
    assert [await world.kinds(one) for one in waiting] == [["ClientTargeted", fact]] * 5
