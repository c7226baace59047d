"""A job's execution: it waits for its date, has its pages treated, and stays small."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from shared.contracts.workflow import BULK_WAKE, BulkPages, BulkStart
from tests.workflows.stage import DAY, Stage


async def test_a_job_has_its_pages_treated_once_and_ends(stage: Stage) -> None:
    job_id = str(uuid4())
    job = await stage.a_job(BulkStart(job_id=job_id))

    await job.result()

    assert stage.jobs.ran == [BulkPages(job_id=job_id)]
    assert len([event async for event in job.fetch_history_events()]) == 11


async def test_pages_that_fail_are_asked_for_again_without_a_trace_in_the_history(stage: Stage) -> None:
    stage.jobs.failures = 3
    job = await stage.a_job(BulkStart(job_id=str(uuid4())))

    await job.result()

    assert len(stage.jobs.ran) == 1
    assert len([event async for event in job.fetch_history_events()]) == 11


async def test_a_job_with_a_date_to_come_begins_then(stage: Stage) -> None:
    job = await stage.a_job(BulkStart(job_id=str(uuid4()), begin_at=datetime.now(UTC) + 3 * DAY))

    await stage.skip(job, 2 * DAY)
    before = list(stage.jobs.ran)
    await stage.skip(job, 2 * DAY)
    await job.result()

    assert before == []
    assert len(stage.jobs.ran) == 1


async def test_a_date_that_has_come_is_not_waited_for(stage: Stage) -> None:
    job = await stage.a_job(BulkStart(job_id=str(uuid4()), begin_at=datetime.now(UTC) - timedelta(hours=1)))

    await job.result()

    assert len(stage.jobs.ran) == 1


async def test_a_waiting_job_looks_at_its_rows_when_it_is_woken(stage: Stage) -> None:
    job = await stage.a_job(BulkStart(job_id=str(uuid4()), begin_at=datetime.now(UTC) + 30 * DAY))

    await job.signal(BULK_WAKE)
    await job.result()

    assert len(stage.jobs.ran) == 1


async def test_an_undo_runs_beside_its_job_under_an_id_of_its_own(stage: Stage) -> None:
    job_id = str(uuid4())
    job = await stage.a_job(BulkStart(job_id=job_id))
    undo = await stage.a_job(BulkStart(job_id=job_id, undo=True))

    await job.result()
    await undo.result()

    assert undo.id == f"bulk/{job_id}/undo"
    assert {pages.undo for pages in stage.jobs.ran} == {False, True}
