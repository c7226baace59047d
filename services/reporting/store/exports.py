"""Jobs that make files, and the files, in PostgreSQL; leases go by the clock of the database, which all share."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from services.reporting.ports.exporting import (
    Export,
    ExportState,
    File,
    FileFormat,
    Reach,
    What,
    Wish,
)
from services.reporting.ports.reading import Axis
from services.reporting.tables import documents, exports
from shared.rulebook.access import AccessLevel
from shared.rulebook.campaign import CampaignStatus
from shared.runtime.database import Database
from shared.runtime.documents import Documents, Incoming

_FORGOTTEN_AT_ONCE = 500
_NOT_OVER = exports.c.ended_at.is_(None)


class PostgresExports:
    """See the port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, export: Export) -> Export:
        """See the port."""
        new = {
            "export_id": export.export_id,
            "asker_id": export.asker_id,
            "asked_at": export.asked_at,
            "content": export.content,
            "wish": plain_wish(export.wish),
        }
        async with self._database.transaction() as connection:
            await connection.execute(insert(exports).values(new).on_conflict_do_nothing())
            kept = await connection.execute(select(exports).where(exports.c.export_id == export.export_id))
            return _export_of(kept.one())

    async def unfinished(self, asker_id: str) -> int:
        """See the port."""
        counted = select(func.count()).where(exports.c.asker_id == asker_id, _NOT_OVER)
        async with self._database.reading() as connection:
            return int((await connection.execute(counted)).scalar_one())

    async def find(self, export_id: str, asker_id: str) -> Export | None:
        """See the port."""
        wanted = select(exports).where(exports.c.export_id == export_id, exports.c.asker_id == asker_id)
        async with self._database.reading() as connection:
            row = (await connection.execute(wanted)).one_or_none()
        return None if row is None else _export_of(row)

    async def page(self, asker_id: str, *, limit: int) -> Sequence[Export]:
        """See the port."""
        own = select(exports).where(exports.c.asker_id == asker_id)
        latest = own.order_by(exports.c.asked_at.desc(), exports.c.export_id).limit(limit)
        async with self._database.reading() as connection:
            return [_export_of(row) for row in await connection.execute(latest)]

    async def cancel(self, export_id: str, now: datetime) -> None:
        """See the port."""
        ended = update(exports).where(exports.c.export_id == export_id, _NOT_OVER).values(cancelled=True, ended_at=now)
        async with self._database.transaction() as connection:
            await connection.execute(ended)

    async def claim(self, lease: timedelta) -> Export | None:
        """See the port."""
        free = (
            select(exports.c.export_id)
            .where(_NOT_OVER, or_(exports.c.leased_until.is_(None), exports.c.leased_until < func.now()))
            .order_by(exports.c.asked_at, exports.c.export_id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        taken = (
            update(exports)
            .where(exports.c.export_id == free.scalar_subquery())
            .values(attempt=exports.c.attempt + 1, leased_until=func.now() + lease, progress=0)
            .returning(exports)
        )
        async with self._database.transaction() as connection:
            row = (await connection.execute(taken)).one_or_none()
        return None if row is None else _export_of(row)

    async def renew(self, export: Export, lease: timedelta, *, rows: int) -> bool:
        """See the port."""
        return await self._change(export, leased_until=func.now() + lease, progress=rows)

    async def release(self, export: Export) -> None:
        """See the port."""
        await self._change(export, leased_until=None)

    async def complete(self, export: Export, document_id: str, reach: Reach, *, rows: int, now: datetime) -> bool:
        """See the port."""
        return await self._change(
            export, document_id=document_id, reach=asdict(reach), progress=rows, ended_at=now, leased_until=None
        )

    async def fail(self, export: Export, code: str, now: datetime) -> None:
        """See the port."""
        await self._change(export, failure=code, ended_at=now, leased_until=None)

    async def forget(self, ended_before: datetime) -> int:
        """See the port."""
        old = select(exports.c.export_id).where(exports.c.ended_at < ended_before).limit(_FORGOTTEN_AT_ONCE)
        async with self._database.transaction() as connection:
            gone = await connection.execute(delete(exports).where(exports.c.export_id.in_(old)))
        return gone.rowcount

    async def _change(self, export: Export, **values: Any) -> bool:
        """Whether the attempt is still the one, and the job not over."""
        mine = (exports.c.export_id == export.export_id, exports.c.attempt == export.attempt, _NOT_OVER)
        async with self._database.transaction() as connection:
            changed = await connection.execute(update(exports).where(*mine).values(**values))
        return changed.rowcount == 1


class PostgresFiles:
    """See the port: documents that nothing is attached to, so that they are swept when their time is over."""

    def __init__(self, database: Database, *, max_bytes: int) -> None:
        self._documents = Documents(database, documents, max_bytes=max_bytes)

    async def keep(self, export: Export, name: str, stream: AsyncIterator[bytes], now: datetime) -> str:
        """See the port."""
        incoming = Incoming(name=name, declared_type=None, stream=stream)
        owner = export.export_id
        kept = await self._documents.keep(incoming, owner_id=owner, by=export.asker_id, at=now)
        return kept.document_id

    async def find(self, export: Export) -> tuple[File, AsyncIterator[bytes]] | None:
        """See the port."""
        if export.document_id is None:
            return None
        found = (await self._documents.find(export.export_id, [export.document_id])).get(export.document_id)
        if found is None:
            return None
        file = File(found.name, found.media_type, found.size, found.sha256, found.uploaded_at)
        return file, self._documents.read(found)

    async def sweep(self, kept_before: datetime) -> int:
        """See the port."""
        return await self._documents.sweep(uploaded_before=kept_before)


def plain_wish(wish: Wish) -> dict[str, Any]:
    """The wish as it is kept."""
    return {**asdict(wish), "as_of": None if wish.as_of is None else wish.as_of.isoformat()}


def wish_of(kept: Mapping[str, Any]) -> Wish:
    """The wish that was kept."""
    return Wish(
        **{
            **kept,
            "what": What(kept["what"]),
            "format": FileFormat(kept["format"]),
            "statuses": tuple(map(CampaignStatus, kept["statuses"])),
            "as_of": None if kept["as_of"] is None else date.fromisoformat(kept["as_of"]),
            "axis": Axis(kept["axis"]),
        }
    )


def _export_of(row: Any) -> Export:
    reach = row.reach
    return Export(
        export_id=row.export_id,
        asker_id=row.asker_id,
        asked_at=row.asked_at,
        content=row.content,
        wish=wish_of(row.wish),
        state=_state_of(row),
        attempt=row.attempt,
        rows=row.progress,
        reach=None if reach is None else Reach(AccessLevel(reach["access_level"]), reach["unit_id"], reach["crm"]),
        failure=row.failure,
        ended_at=row.ended_at,
        document_id=row.document_id,
    )


def _state_of(row: Any) -> ExportState:
    if row.cancelled:
        return ExportState.CANCELLED
    if row.failure is not None:
        return ExportState.FAILED
    if row.ended_at is not None:
        return ExportState.DONE
    return ExportState.QUEUED if row.leased_until is None else ExportState.RUNNING
