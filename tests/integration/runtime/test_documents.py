"""Files in a service's schema: streamed, kept once by content, swept when nothing was attached to them."""

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData, func, select, update

from shared.rulebook.errors import Invalid
from shared.runtime import migrate
from shared.runtime.database import Database
from shared.runtime.document_tables import create_document_tables, document_tables
from shared.runtime.documents import CHUNK, Document, Documents, Incoming
from shared.runtime.problems import HTTPProblem
from tests.support import servers

NOW = datetime(2026, 4, 20, 8, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=25)
CAMPAIGN, OTHER = str(uuid4()), str(uuid4())
TABLES = document_tables(MetaData())
SMALL = b"%PDF-1.7 small"
LARGE = b"%PDF-1.7 " + bytes(range(256)) * 4096


@pytest.fixture(scope="module")
def schema_url(postgres_url):
    with servers.database(postgres_url) as url:
        migrate.migrate_all(url, ())
        with migrate._administrator(url) as admin:
            migrate._prepare(admin, "campaign")
        with migrate._as_owner(url, "campaign") as connection:
            create_document_tables(Operations(MigrationContext.configure(connection)))
            connection.commit()
        yield url


@pytest.fixture
async def database(schema_url):
    database = Database(schema_url, service="campaign", pool_size=4)
    async with database.transaction() as connection:
        for table in (TABLES.documents, TABLES.contents, TABLES.chunks):
            await connection.execute(table.delete())
    yield database
    await database.close()


@pytest.fixture
def documents(database):
    return Documents(database, TABLES, max_bytes=2 * len(LARGE))


def a_file(content: bytes, *, name: str = "brochure.pdf", piece: int = 65_536) -> Incoming:
    async def stream():
        for start in range(0, len(content), piece):
            yield content[start : start + piece]

    return Incoming(name=name, declared_type="application/pdf", stream=stream())


async def keep(documents: Documents, content: bytes, *, owner: str = CAMPAIGN) -> Document:
    return await documents.keep(a_file(content), owner_id=owner, by="anne", at=NOW)


async def rows(database: Database, table) -> int:
    async with database.reading() as connection:
        return await connection.scalar(select(func.count()).select_from(table))


async def test_a_file_comes_out_as_it_went_in_one_chunk_at_a_time(documents, database):
    kept = await keep(documents, LARGE)

    pieces = [piece async for piece in documents.read(kept)]

    assert b"".join(pieces) == LARGE
    assert max(map(len, pieces)) == CHUNK
    assert await rows(database, TABLES.chunks) == 5
    assert (kept.size, kept.sha256) == (1_048_585, hashlib.sha256(LARGE).hexdigest())
    assert (kept.name, kept.media_type, kept.uploaded_by) == ("brochure.pdf", "application/pdf", "anne")
    assert await documents.find(CAMPAIGN, [kept.document_id]) == {kept.document_id: kept}


async def test_a_content_that_is_kept_already_is_not_kept_again(documents, database):
    first, second = await keep(documents, SMALL), await keep(documents, SMALL, owner=OTHER)

    assert first.document_id != second.document_id
    assert await rows(database, TABLES.contents) == 1
    assert await rows(database, TABLES.chunks) == 1
    assert b"".join([piece async for piece in documents.read(second)]) == SMALL


async def test_the_same_content_sent_by_eight_at_once_is_kept_once(documents, database):
    kept = await asyncio.gather(*(keep(documents, LARGE) for _ in range(8)))

    assert len({one.document_id for one in kept}) == 8
    assert await rows(database, TABLES.contents) == 1
    assert await rows(database, TABLES.chunks) == 5


async def test_a_file_belongs_to_its_owner_alone(documents):
    kept = await keep(documents, SMALL)

    assert await documents.find(OTHER, [kept.document_id]) == {}


async def test_nothing_is_left_of_a_file_that_is_too_large(documents, database):
    with pytest.raises(HTTPProblem) as refused:
        await keep(documents, LARGE * 3)

    assert refused.value.status == 413
    assert await rows(database, TABLES.documents) == 0
    assert await rows(database, TABLES.chunks) == 0


async def test_nothing_is_left_of_a_file_that_is_not_what_it_says(documents, database):
    with pytest.raises(Invalid, match="document_type_differs"):
        await keep(documents, b"<html>")

    assert await rows(database, TABLES.documents) == 0


async def test_nothing_is_left_when_the_sender_breaks_off(documents, database):
    async def stream():
        yield LARGE[: 2 * CHUNK]
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await documents.keep(
            Incoming(name="a.pdf", declared_type=None, stream=stream()), owner_id=CAMPAIGN, by="anne", at=NOW
        )

    assert await rows(database, TABLES.documents) == 0
    assert await rows(database, TABLES.chunks) == 0


async def test_what_was_attached_stays_and_what_never_was_is_swept(documents, database):
    stays, goes = await keep(documents, SMALL), await keep(documents, LARGE)
    async with database.transaction() as connection:
        attached = await documents.attach(connection, CAMPAIGN, [stays.document_id, str(uuid4())], NOW)

    swept = await documents.sweep(uploaded_before=LATER)

    assert attached == {stays.document_id}
    assert swept == 1
    assert set(await documents.find(CAMPAIGN, [stays.document_id, goes.document_id])) == {stays.document_id}
    assert await rows(database, TABLES.chunks) == 1
    assert await documents.sweep(uploaded_before=LATER) == 0


async def test_a_swept_file_leaves_the_content_that_another_file_has(documents):
    goes, stays = await keep(documents, SMALL), await keep(documents, SMALL, owner=OTHER)
    async with documents._database.transaction() as connection:
        await documents.attach(connection, OTHER, [stays.document_id], NOW)

    assert await documents.sweep(uploaded_before=LATER) == 1

    assert await documents.find(CAMPAIGN, [goes.document_id]) == {}
    assert b"".join([piece async for piece in documents.read(stays)]) == SMALL


async def test_the_chunks_of_an_upload_whose_process_was_killed_are_swept(documents, database):
    await documents._begin(cut_off := str(uuid4()), owner_id=CAMPAIGN, name="a.pdf", by="anne", at=NOW)
    await documents._write(cut_off, 1, SMALL)

    assert await documents.sweep(uploaded_before=NOW) == 0
    assert await documents.sweep(uploaded_before=LATER) == 1

    assert await rows(database, TABLES.chunks) == 0
    assert await rows(database, TABLES.documents) == 0


async def test_sweeping_and_sending_the_same_content_never_lose_it(documents, database):
    for _ in range(5):
        await keep(documents, SMALL)
        kept, *_ = await asyncio.gather(
            documents.keep(a_file(SMALL), owner_id=OTHER, by="anne", at=LATER),
            documents.sweep(uploaded_before=LATER),
            documents.sweep(uploaded_before=LATER),
        )
        assert b"".join([piece async for piece in documents.read(kept)]) == SMALL


async def test_a_copy_has_its_own_id_and_no_bytes_of_its_own(documents, database):
    source = await keep(documents, LARGE)
    copied = str(uuid4())

    async with database.transaction() as connection:
        await documents.copy(connection, {source.document_id: copied}, owner_id=OTHER, by="louis", at=LATER)
        await connection.execute(update(TABLES.documents).values(uploaded_at=NOW))

    copy = (await documents.find(OTHER, [copied]))[copied]
    assert (copy.name, copy.sha256, copy.uploaded_by) == ("brochure.pdf", source.sha256, "louis")
    assert await rows(database, TABLES.chunks) == 5
    assert await documents.sweep(uploaded_before=LATER) == 1
    assert b"".join([piece async for piece in documents.read(copy)]) == LARGE


async def test_the_files_of_an_owner_that_is_no_more_are_swept(documents, database):
    kept = await keep(documents, SMALL)
    async with database.transaction() as connection:
        await documents.attach(connection, CAMPAIGN, [kept.document_id], NOW)
    async with database.transaction() as connection:
        await documents.release(connection, CAMPAIGN)

    assert await documents.sweep(uploaded_before=LATER) == 1
    assert await rows(database, TABLES.contents) == 0
