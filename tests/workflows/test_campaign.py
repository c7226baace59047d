"""A campaign's own life in seconds: each moment told once, at its date, wherever the dates go."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from temporalio.client import WorkflowExecutionStatus

from tests.integration.followup.waiting import until
from tests.workflows.stage import DAY, Stage, the_dates

TODAY = datetime.now(UTC).date()


async def test_a_campaign_of_forty_days_tells_notice_start_and_end_and_is_over(stage: Stage) -> None:
    campaign = await stage.a_campaign(the_dates(str(uuid4())))

    told = []
    for days in (4, 2, 5, 39, 2):
        await stage.skip(campaign, days * DAY)
        told.append([kind for kind, _ in stage.campaigns.told])
    await campaign.result()

    assert told == [[], ["NOTICE"], ["NOTICE", "START"], ["NOTICE", "START"], ["NOTICE", "START", "END"]]
    assert [on for _, on in stage.campaigns.told] == [_in(5), _in(10), _in(50)]


async def test_a_start_moved_earlier_is_told_earlier(stage: Stage) -> None:
    campaign_id = str(uuid4())
    campaign = await stage.a_campaign(the_dates(campaign_id, notice=None))

    version = await stage.move(campaign, the_dates(campaign_id, 2, start=3, notice=None))
    await stage.skip(campaign, 4 * DAY)

    assert version == 2
    assert stage.campaigns.told == [("START", _in(3))]


async def test_a_start_moved_later_is_told_later(stage: Stage) -> None:
    campaign_id = str(uuid4())
    campaign = await stage.a_campaign(the_dates(campaign_id, notice=None))
    await stage.move(campaign, the_dates(campaign_id, 2, start=20, notice=None))

    await stage.skip(campaign, 12 * DAY)
    before = list(stage.campaigns.told)
    await stage.skip(campaign, 9 * DAY)

    assert before == []
    assert stage.campaigns.told == [("START", _in(20))]


async def test_a_date_moved_into_the_past_is_told_at_once(stage: Stage) -> None:
    campaign_id = str(uuid4())
    campaign = await stage.a_campaign(the_dates(campaign_id, notice=None))

    await stage.move(campaign, the_dates(campaign_id, 2, start=-1, notice=None))
    await until(lambda: _told(stage, 1))

    assert stage.campaigns.told == [("START", _in(-1))]


async def test_a_notice_switched_off_while_it_waits_is_not_told(stage: Stage) -> None:
    campaign_id = str(uuid4())
    campaign = await stage.a_campaign(the_dates(campaign_id))
    await stage.move(campaign, the_dates(campaign_id, 2, notice=None))

    await stage.skip(campaign, 11 * DAY)

    assert stage.campaigns.told == [("START", _in(10))]


async def test_a_moment_told_once_is_not_told_again_when_its_date_moves(stage: Stage) -> None:
    campaign_id = str(uuid4())
    campaign = await stage.a_campaign(the_dates(campaign_id, notice=None))
    await stage.skip(campaign, 11 * DAY)

    await stage.move(campaign, the_dates(campaign_id, 2, start=20, notice=None))
    await stage.skip(campaign, 41 * DAY)
    await campaign.result()

    assert [kind for kind, _ in stage.campaigns.told] == ["START", "END"]


async def test_older_dates_that_come_late_change_nothing(stage: Stage) -> None:
    campaign_id = str(uuid4())
    campaign = await stage.a_campaign(the_dates(campaign_id, 3, notice=None))

    version = await stage.move(campaign, the_dates(campaign_id, 2, start=1, notice=None))
    await stage.skip(campaign, 2 * DAY)

    assert version == 3
    assert stage.campaigns.told == []


async def test_a_deleted_campaign_ends_and_tells_nothing(stage: Stage) -> None:
    campaign_id = str(uuid4())
    campaign = await stage.a_campaign(the_dates(campaign_id))

    await stage.move(campaign, the_dates(campaign_id, 2).model_copy(update={"deleted": True}))
    await campaign.result()

    assert (await campaign.describe()).status is WorkflowExecutionStatus.COMPLETED
    assert stage.campaigns.told == []


def _in(days: int) -> date:
    return TODAY + timedelta(days=days)


async def _told(stage: Stage, number: int) -> bool:
    return len(stage.campaigns.told) >= number
