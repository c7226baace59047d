"""Files kept in a service's own schema: streamed in and out, each content once by its hash (docs/decisions/0045).

What a file belongs to is its owner, an id of the service: a campaign, a follow-up. A file that nothing was attached to
is swept by and by, and so is what is left of an upload that was cut off.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterable, AsyncIterator, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import delete, func, insert, literal, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_or_find
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.rulebook.documents import clean_name, media_type_of
from shared.runtime.clock import Clock
from shared.runtime.database import Database
from shared.runtime.document_tables import DocumentTables
from shared.runtime.problems import HTTPProblem

CHUNK = 262_144
"""Bytes in one row: what an upload or a download holds in memory."""
_SWEPT_AT_ONCE = 5
_SWEEP_SECONDS = 600
_UNATTACHED_FOR = timedelta(days=1)
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file that is kept."""

    document_id: str
    owner_id: str
    name: str
    media_type: str
    size: int
    sha256: str
    uploaded_by: str
    uploaded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A file that somebody sends: as named and declared, its bytes still to come."""

    name: str
    declared_type: str | None
    stream: AsyncIterable[bytes]


class Documents:
    """The files of one service. Each file is written and read in short transactions, however slow its sender is."""

    def __init__(self, database: Database, tables: DocumentTables, *, max_bytes: int) -> None:
        self._database = database
        self._tables = tables
        self._max_bytes = max_bytes

    async def keep(self, incoming: Incoming, *, owner_id: str, by: str, at: datetime) -> Document:
        """Take the file in; it is attached to nothing yet.

        Raises Invalid with the codes of `rulebook.documents`; HTTPProblem 413 when it is larger than allowed. Then, and
        when the sender breaks off, nothing is kept.
        """
        document_id, name = str(uuid4()), clean_name(incoming.name)
        await self._begin(document_id, owner_id=owner_id, name=name, by=by, at=at)
        try:
            return await self._take(document_id, incoming, name)
        except BaseException:
            await self._discard(document_id)
            raise

    async def find(self, owner_id: str, document_ids: Collection[str]) -> Mapping[str, Document]:
        """Those of the documents that are kept whole and belong to the owner, by id."""
        documents = self._tables.documents
        wanted = select(*(documents.c[field] for field in Document.__slots__)).where(
            documents.c.owner_id == owner_id,
            documents.c.document_id.in_(document_ids),
            documents.c.sha256.is_not(None),
        )
        async with self._database.reading() as connection:
            return {row["document_id"]: Document(**row) for row in (await connection.execute(wanted)).mappings()}

    async def read(self, document: Document) -> AsyncIterator[bytes]:
        """The bytes, a chunk at a time; no transaction is open while a slow reader takes one."""
        contents, chunks = self._tables.contents, self._tables.chunks
        blob = select(contents.c.blob_id).where(contents.c.sha256 == document.sha256).scalar_subquery()
        number, left = 1, document.size
        while left:
            wanted = select(chunks.c.bytes).where(chunks.c.blob_id == blob, chunks.c.number == number)
            async with self._database.reading() as connection:
                piece = bytes((await connection.execute(wanted)).scalar_one())
            yield piece
            number, left = number + 1, left - len(piece)

    async def sweep(self, *, uploaded_before: datetime) -> int:
        """Forget some of the files that nothing was attached to since then, and contents without a file.

        Answers how many files were forgotten; call it again while it is not 0.
        """
        documents = self._tables.documents
        async with self._database.transaction() as connection:
            found = await connection.execute(
                select(documents.c.document_id)
                .where(documents.c.attached_at.is_(None), documents.c.uploaded_at < uploaded_before)
                .limit(_SWEPT_AT_ONCE)
                .with_for_update(skip_locked=True)
            )
            gone = list(found.scalars())
            await self._forget(connection, gone)
        return len(gone)

    async def attach(self, connection: AsyncConnection, owner_id: str, ids: Collection[str], at: datetime) -> set[str]:
        """Keep these files of the owner for good, in this transaction; answers those that there are."""
        documents = self._tables.documents
        attached = await connection.execute(
            update(documents)
            .where(documents.c.owner_id == owner_id, documents.c.document_id.in_(ids), documents.c.sha256.is_not(None))
            .values(attached_at=func.coalesce(documents.c.attached_at, at))
            .returning(documents.c.document_id)
        )
        return set(attached.scalars())

    async def release(self, connection: AsyncConnection, owner_id: str) -> None:
        """Leave all of an owner's files to the sweep, in this transaction: the owner is no more."""
        documents = self._tables.documents
        await connection.execute(update(documents).where(documents.c.owner_id == owner_id).values(attached_at=None))

    async def copy(
        self, connection: AsyncConnection, copies: Mapping[str, str], *, owner_id: str, by: str, at: datetime
    ) -> None:
        """Give another owner the same files under new ids, in this transaction; no byte is copied."""
        documents = self._tables.documents
        for old, new in copies.items():
            row = select(
                literal(new, documents.c.document_id.type),
                literal(owner_id, documents.c.owner_id.type),
                *(documents.c[field] for field in ("name", "media_type", "size", "sha256")),
                literal(by),
                literal(at),
                literal(at),
            ).where(documents.c.document_id == old, documents.c.sha256.is_not(None))
            names = [*Document.__slots__, "attached_at"]
            await connection.execute(insert_or_find(documents).from_select(names, row).on_conflict_do_nothing())

    async def _begin(self, document_id: str, *, owner_id: str, name: str, by: str, at: datetime) -> None:
        """The row comes first, so that the sweep finds what a killed upload leaves."""
        new = {"document_id": document_id, "owner_id": owner_id, "name": name, "uploaded_by": by, "uploaded_at": at}
        async with self._database.transaction() as connection:
            await connection.execute(insert(self._tables.documents).values(new))

    async def _take(self, document_id: str, incoming: Incoming, name: str) -> Document:
        digest, size, number, media_type = hashlib.sha256(), 0, 0, None
        async for block in _blocks(incoming.stream):
            size += len(block)
            if size > self._max_bytes:
                raise HTTPProblem(413, "too_large", data={"limit": self._max_bytes})
            media_type = media_type or media_type_of(name, incoming.declared_type, block)
            digest.update(block)
            number += 1
            await self._write(document_id, number, block)
        media_type = media_type or media_type_of(name, incoming.declared_type, b"")
        return await self._complete(document_id, media_type, size, digest.hexdigest())

    async def _write(self, blob_id: str, number: int, block: bytes) -> None:
        row = {"blob_id": blob_id, "number": number, "bytes": block}
        async with self._database.transaction() as connection:
            # The log is written in order: what completes the file waits for the disk, and for these with it.
            await connection.execute(text("set local synchronous_commit = off"))
            await connection.execute(insert(self._tables.chunks).values(row))

    async def _complete(self, document_id: str, media_type: str, size: int, sha256: str) -> Document:
        documents, chunks = self._tables.documents, self._tables.chunks
        async with self._database.transaction() as connection:
            if not await self._is_first(connection, document_id, size, sha256):
                await connection.execute(delete(chunks).where(chunks.c.blob_id == document_id))
            completed = await connection.execute(
                update(documents)
                .where(documents.c.document_id == document_id)
                .values(media_type=media_type, size=size, sha256=sha256)
                .returning(*(documents.c[field] for field in Document.__slots__))
            )
            return Document(**completed.mappings().one())

    async def _is_first(self, connection: AsyncConnection, blob_id: str, size: int, sha256: str) -> bool:
        """Whether this content was not kept yet; one that is stays until this transaction ends."""
        contents = self._tables.contents
        row = insert_or_find(contents).values(sha256=sha256, blob_id=blob_id, size=size)
        new = row.on_conflict_do_nothing().returning(contents.c.sha256)
        held = select(contents.c.sha256).where(contents.c.sha256 == sha256).with_for_update(read=True, key_share=True)
        for _ in range(_ATTEMPTS):
            if (await connection.execute(new)).one_or_none() is not None:
                return True
            if (await connection.execute(held)).one_or_none() is not None:
                return False
        raise HTTPProblem(503, "unavailable")  # swept each time between the two: nothing is lost, ask again

    async def _discard(self, document_id: str) -> None:
        documents, chunks = self._tables.documents, self._tables.chunks
        with suppress(Exception):  # the sweep does what fails here, and the first error is the one to tell
            async with self._database.transaction() as connection:
                await connection.execute(delete(chunks).where(chunks.c.blob_id == document_id))
                await connection.execute(delete(documents).where(documents.c.document_id == document_id))

    async def _forget(self, connection: AsyncConnection, document_ids: Collection[str]) -> None:
        documents, contents, chunks = self._tables.documents, self._tables.contents, self._tables.chunks
        gone = await connection.execute(
            delete(documents).where(documents.c.document_id.in_(document_ids)).returning(documents.c.sha256)
        )
        hashes = {sha256 for sha256 in gone.scalars() if sha256 is not None}
        # Locked before it is asked whether a file still has it: an upload of the same content waits, or was seen.
        await connection.execute(
            select(contents.c.sha256).where(contents.c.sha256.in_(hashes)).order_by(contents.c.sha256).with_for_update()
        )
        unused = delete(contents).where(
            contents.c.sha256.in_(hashes),
            ~select(documents.c.sha256).where(documents.c.sha256 == contents.c.sha256).exists(),
        )
        blobs = list((await connection.execute(unused.returning(contents.c.blob_id))).scalars())
        still = select(contents.c.blob_id).where(contents.c.blob_id == chunks.c.blob_id).exists()
        await connection.execute(
            delete(chunks).where(or_(chunks.c.blob_id.in_(blobs), chunks.c.blob_id.in_(document_ids)), ~still)
        )


async def keep_sweeping(files: Documents, clock: Clock) -> None:
    """Forget files that were attached to nothing for a day: a service's loop in the background."""
    while True:
        while await files.sweep(uploaded_before=clock.now() - _UNATTACHED_FOR):
            pass
        await asyncio.sleep(_SWEEP_SECONDS)


async def _blocks(stream: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """The stream in pieces of one chunk, the last one shorter."""
    waiting = bytearray()
    async for piece in stream:
        waiting += piece
        while len(waiting) >= CHUNK:
            yield bytes(waiting[:CHUNK])
            del waiting[:CHUNK]
    if waiting:
        yield bytes(waiting)
