"""Files asked for, watched, taken and stopped: each is its asker's alone (spec 8.8)."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from services.reporting.ports.exporting import OFFERED, Export, Exports, ExportState, File, Files, What, Wish
from services.reporting.ports.reading import Readings, Scope
from services.reporting.use_cases.as_of import DayClock, asked_day
from services.reporting.use_cases.seeing import visible_campaigns
from shared.rulebook import ids
from shared.rulebook.access import Action, Principal, may
from shared.rulebook.errors import Forbidden, Invalid, NotVisible, Refused

MOST_UNFINISHED = 10
_OF_ONE_CAMPAIGN = {What.STEPS_BY_ADVISOR}


@dataclass(frozen=True, slots=True)
class AskExports:
    """The use cases; `written` says that there is a job to run."""

    exports: Exports
    files: Files
    readings: Readings
    clock: DayClock
    now: Callable[[], datetime]
    written: Callable[[], None]

    async def ask(self, asker: Principal, wish: Wish, *, key: str | None, content: str) -> Export:
        """The job that makes the file, or the one that the same call asked for before.

        Raises Forbidden `right_missing`, NotVisible `not_visible`; Invalid `format_not_offered`, `campaign_missing`,
        `as_of_in_future`; Refused `key_taken`, `too_many_exports`.
        """
        may(asker, Action.SEE_FIGURES)
        await self._check(asker, wish)
        export_id = str(uuid4()) if key is None else ids.job_id(f"exporting/{asker.user_id}/{key}")
        kept = await self.exports.find(export_id, asker.user_id)
        if kept is None:
            if await self.exports.unfinished(asker.user_id) >= MOST_UNFINISHED:
                raise Refused("too_many_exports", {"limit": MOST_UNFINISHED})
            export = Export(
                export_id=export_id, asker_id=asker.user_id, asked_at=self.now(), content=content, wish=wish
            )
            kept = await self.exports.add(export)
        if kept.content != content:
            raise Refused("key_taken", {"key": key})
        self.written()
        return kept

    async def show(self, asker: Principal, export_id: str) -> Export:
        """How far it is. Raises NotVisible `export_unknown`, also for the exports of others."""
        found = await self.exports.find(export_id, asker.user_id)
        if found is None:
            raise NotVisible("export_unknown")
        return found

    async def mine(self, asker: Principal, *, limit: int) -> Sequence[Export]:
        """The asker's own, the latest first."""
        return await self.exports.page(asker.user_id, limit=limit)

    async def cancel(self, asker: Principal, export_id: str) -> Export:
        """Stop it, or leave it as it ended. Raises NotVisible `export_unknown`."""
        await self.show(asker, export_id)
        await self.exports.cancel(export_id, self.now())
        return await self.show(asker, export_id)

    async def take(self, asker: Principal, export_id: str) -> tuple[File, AsyncIterator[bytes]]:
        """The file, if the asker still sees all that it may hold.

        Raises NotVisible `export_unknown`, Refused `export_not_done`, Forbidden `right_missing`, Refused
        `export_reach_changed`.
        """
        export = await self.show(asker, export_id)
        if export.state is not ExportState.DONE or export.reach is None:
            raise Refused("export_not_done", {"state": export.state})
        may(asker, Action.SEE_FIGURES)
        if not export.reach.is_within(asker):
            raise Forbidden("export_reach_changed", {"missing": "reach"})
        await self._still_sees(asker, export.wish)
        found = await self.files.find(export)
        if found is None:
            raise NotVisible("export_unknown")
        return found

    async def _check(self, asker: Principal, wish: Wish) -> None:
        await self._still_sees(asker, wish)
        if OFFERED[wish.what] is not wish.format:
            raise Invalid("format_not_offered", {"offered": OFFERED[wish.what]})
        if wish.campaign_id is None and wish.what in _OF_ONE_CAMPAIGN:
            raise Invalid("campaign_missing")
        asked_day(self.clock, wish.as_of, wish.axis)

    async def _still_sees(self, asker: Principal, wish: Wish) -> None:
        """Raises NotVisible `not_visible` for a campaign, unit or advisor that the asker does not see today."""
        async with self.readings.snapshot() as figures:
            await visible_campaigns(figures, Scope(asker, wish.unit_id, wish.advisor_id), wish.campaign_id)
