"""What a job's workflow asks of the follow-up service: one page of the items of its list."""

from typing import ClassVar

from shared.contracts.wire import Answer, Question


class RunBulkPage(Question):
    """Treat the next page of the job, or of its undo; a page asked for twice is treated once."""

    subject: ClassVar[str] = "questions.followup.run_bulk_page.v1"

    job_id: str
    undo: bool = False


class BulkPageRun(Answer):
    """How far it is: `settled` of `chosen` items; `moved` is what this page did; nothing is left when `finished`."""

    settled: int
    chosen: int
    moved: int
    finished: bool
