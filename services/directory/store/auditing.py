"""The audit of rights in PostgreSQL: added to in the transaction of the change, read the latest first."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Uuid, case, cast, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.directory.ports import AuditWanted, Author, Door, RecordedChange, RightsChange, Subject
from services.directory.store.statements import write
from services.directory.tables import profiles, rights_changes, units, users
from shared.runtime.database import Database
from shared.runtime.security import CRM

_NOTE = text(
    "insert into rights_changes"
    " (changed_at, changed_by, door, subject_kind, subject_id, subject_external_id, before, after)"
    " select :at, :by, :door, subject_kind, subject_id, subject_external_id, before, after"
    " from jsonb_to_recordset(cast(:rows as jsonb)) as given"
    " (subject_kind text, subject_id uuid, subject_external_id text, before jsonb, after jsonb)"
    " returning change_id"
)
_AUTHORS = users.alias("authors")


class WritesAudit:
    """See `ports.AuditWriting`."""

    _connection: AsyncConnection

    async def note_rights_changes(self, changes: Sequence[RightsChange], author: Author) -> None:
        """Write them down."""
        if not changes:
            return
        rows = [
            {
                "subject_kind": change.subject,
                "subject_id": change.subject_id,
                "subject_external_id": change.external_id,
                "before": change.before,
                "after": change.after,
            }
            for change in changes
        ]
        await write(self._connection, _NOTE, rows, at=author.at, by=author.by, door=author.door)


class ReadsAudit:
    """See `ports.Audit`."""

    _database: Database

    async def list_rights_changes(self, wanted: AuditWanted) -> Sequence[RecordedChange]:
        """The latest first."""
        page = _page(wanted)
        # What was deleted has its name in what it was before.
        name = func.coalesce(users.c.name, units.c.name, profiles.c.name, page.c.before["name"].astext)
        author = case((page.c.changed_by != CRM, cast(page.c.changed_by, Uuid(as_uuid=False))))
        query = (
            select(page, name.label("subject_name"), _AUTHORS.c.name.label("author_name"))
            .outerjoin(users, users.c.user_id == page.c.subject_id)
            .outerjoin(units, units.c.unit_id == page.c.subject_id)
            .outerjoin(profiles, profiles.c.profile_id == page.c.subject_id)
            .outerjoin(_AUTHORS, _AUTHORS.c.user_id == author)
            .order_by(page.c.change_id.desc())
        )
        async with self._database.reading() as connection:
            return [_recorded(row) for row in await connection.execute(query)]


def _page(wanted: AuditWanted) -> Any:
    told = rights_changes.c
    query = select(rights_changes).order_by(told.change_id.desc()).limit(wanted.limit)
    if wanted.subject_id is not None:
        query = query.where(told.subject_id == wanted.subject_id)
    if wanted.author is not None:
        query = query.where(told.changed_by == wanted.author)
    if wanted.since is not None:
        query = query.where(told.changed_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(told.changed_at < wanted.until)
    if wanted.before_number is not None:
        query = query.where(told.change_id < wanted.before_number)
    return query.subquery()


def _recorded(row: Any) -> RecordedChange:
    change = RightsChange(
        Subject(row.subject_kind), str(row.subject_id), row.subject_external_id, row.before, row.after
    )
    author = Author(row.changed_by, row.changed_at, Door(row.door))
    return RecordedChange(row.change_id, change, author, row.author_name, row.subject_name)
