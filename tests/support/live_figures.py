"""What live figures follow, changed in steps, and pages that keep what they were sent."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.types import ASGIApp

from services.reporting.store.ledger import PostgresLedgers
from services.reporting.use_cases.definitions import keep_definitions
from services.reporting.use_cases.record_facts import record_facts
from services.reporting.use_cases.regroup import regroup_all
from shared.contracts.campaign import CampaignDefined
from shared.contracts.directory import PrincipalRecord
from shared.rulebook.access import AccessLevel
from shared.rulebook.commands import CompleteStep
from shared.rulebook.ids import user_id
from shared.runtime.database import Database
from shared.runtime.principals import PrincipalsBucket
from tests.rights.streams import Stream, streaming
from tests.support.stories_reporting import ANNE, CALL, CAMPAIGN, NOW, PATHS, TODAY, a_definition, facts_of, lived

PLAN = a_definition().plan()
LIVE = "/api/reports/live"
OF_ONE = f"{LIVE}?campaign_id={CAMPAIGN}"


def a_record(name: str, level: AccessLevel, unit: str, *, active: bool = True) -> PrincipalRecord:
    """The rights of one person."""
    return PrincipalRecord(
        user_id=user_id(name),
        external_id=name,
        name=name,
        active=active,
        unit_id=unit,
        unit_path=PATHS[unit],
        manage_campaigns=False,
        access_level=level,
    )


class Told:
    """What the tests change: facts, definitions, rights."""

    def __init__(self, database: Database, bucket: PrincipalsBucket) -> None:
        self._ledgers = PostgresLedgers(database)
        self._bucket = bucket
        self.database = database

    async def define(self, *definitions: CampaignDefined) -> None:
        """These versions are heard, and followed."""
        await keep_definitions(self._ledgers, definitions)
        await regroup_all(self._ledgers, chunk=50, now=NOW)

    async def completed(
        self, client: str, *, campaign: str = CAMPAIGN, advisor: str = ANNE, steps: tuple[str, ...] = (CALL,)
    ) -> None:
        """The client is targeted and has completed these steps."""
        story = lived(PLAN, *(CompleteStep(step) for step in steps), advisor=advisor, on=TODAY)
        await record_facts(self._ledgers, facts_of(story, campaign=campaign, client=client))

    async def rights(self, *records: PrincipalRecord) -> None:
        """Each person has these from now on."""
        await self._bucket.put(records)


class Page:
    """A page that follows; it keeps what it was sent."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.last_id: str | None = None

    async def next(self) -> tuple[str, Any] | None:
        """The next event that is no comment: its name and data; None when the stream has ended."""
        async with asyncio.timeout(15):
            while (piece := await self.stream.pieces.get()) is not None:
                lines = dict(line.split(": ", 1) for line in piece.decode().splitlines() if line and line[0] != ":")
                if "event" in lines:
                    self.last_id = lines["id"]
                    return lines["event"], json.loads(lines["data"])
        return None

    async def until_ended(self) -> None:
        """Read until the server ends it."""
        async with asyncio.timeout(15):
            while await self.stream.pieces.get() is not None:
                pass

    async def until_comment(self) -> None:
        """What comes next is a sign of life."""
        async with asyncio.timeout(15):
            piece = await self.stream.pieces.get()
        assert piece == b": still here\n\n"


@asynccontextmanager
async def a_page(app: ASGIApp, path: str = OF_ONE, by: str = "all", last_id: str | None = None) -> AsyncIterator[Page]:
    """A page that is open while the block lasts."""
    async with streaming(app, path, by, last_id=last_id, within=30) as stream:
        yield Page(stream)


def figures(data: Any) -> dict[str, int]:
    """Contacts by campaign."""
    return {one["campaign_id"]: one["contacts"] for one in data["campaigns"]}
