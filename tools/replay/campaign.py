"""The campaign of a replay: found by its key or created, and its clients targeted by one job."""

import asyncio
import time
from datetime import date
from typing import Any

from tools.replay.plan import Json
from tools.replay.progress import Report
from tools.replay.session import ReplayError, Session, UnexpectedAnswerError

_STATUSES = ("UPCOMING", "RUNNING", "ENDED", "ARCHIVED")
_NOT_HEARD_YET = frozenset({"owner_unknown", "owner_lacks_right"})
_PATIENCE = 60.0
_JOB_PATIENCE = 600.0
_LOOK_EVERY = 0.25


async def find(session: Session, key: str, search: str) -> tuple[str, date] | None:
    """The id and first day of the campaign that an earlier replay created under this key."""
    params: dict[str, Any] = {"status": _STATUSES, "search": search, "limit": 200}
    while True:
        page = await session.get("/api/campaigns", params)
        for row in page["items"]:
            if row["key"] == key:
                return row["campaign_id"], date.fromisoformat(row["start_date"])
        if page["next"] is None:
            return None
        params["after"] = page["next"]


async def create(session: Session, definition: Json) -> str:
    """The id of the campaign, new or as created by the same call before."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            created = await session.post("/api/campaigns", definition)
        except UnexpectedAnswerError as error:
            # The owner was put into the directory a moment ago; the campaign service hears of it by an event.
            if error.code not in _NOT_HEARD_YET or time.monotonic() > deadline:
                raise
            await asyncio.sleep(_LOOK_EVERY)
        else:
            campaign_id: str = created["campaign_id"]
            return campaign_id


async def target(session: Session, campaign_id: str, key: str, clients: list[Json], report: Report) -> None:
    """Target all clients and wait until each follow-up has started; raises ReplayError when one was left out."""
    path = f"/api/campaigns/{campaign_id}"
    job = await session.post(f"{path}/clients", {"key": key, "clients": clients})
    deadline = time.monotonic() + _JOB_PATIENCE
    while job["state"] != "DONE":
        if time.monotonic() > deadline:
            raise ReplayError(f"targeting stays at {_progress(job)}")
        await asyncio.sleep(_LOOK_EVERY)
        job = await session.get(f"{path}/jobs/{job['job_id']}")
        report.reach((job["started"] or 0) + job["skipped"])
    if job["skipped"]:
        raise ReplayError(f"{job['skipped']} clients were not targeted: {job['skips'][:3]}")
    report.reach(job["total"])


def _progress(job: Json) -> str:
    return f"{job['started']} started of {job['total']}, {job['skipped']} skipped"
