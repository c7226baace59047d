"""Calls that are kept part by part: what stands when a later part fails is said, not left to be guessed."""

from collections.abc import Awaitable
from http import HTTPStatus

from services.directory.use_cases.bulk import Outcome
from shared.runtime.background import outcome_of
from shared.runtime.logging import logger
from shared.runtime.problems import HTTPProblem
from shared.runtime.transient import is_transient

_log = logger(__name__)


async def in_parts(work: Awaitable[None], outcome: Outcome) -> None:
    """The work, which counts each part in `outcome` once it is kept.

    When a later part fails, HTTPProblem `import_interrupted` says what the parts before it did; when the first one
    does, nothing was kept, and the failure stays what it is.
    """
    error = await outcome_of(work)
    if error is None:
        return
    if not outcome.upserted + outcome.unchanged:
        raise error
    _log.error("an import was interrupted", upserted=outcome.upserted, exc_info=error)
    status = HTTPStatus.SERVICE_UNAVAILABLE if is_transient(error) else HTTPStatus.INTERNAL_SERVER_ERROR
    kept = {"upserted": outcome.upserted, "unchanged": outcome.unchanged, "refused": len(outcome.errors)}
    raise HTTPProblem(status, "import_interrupted", data=kept) from error
