"""The three tables in which a service keeps files, and the migration's half of them (docs/decisions/0045)."""

from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)

_ID = Uuid(as_uuid=False)
_TIME = DateTime(timezone=True)
_NEVER_ATTACHED = text("attached_at is null")


class _Creates(Protocol):
    def create_table(self, name: str, *columns: object, **options: object) -> object: ...
    def create_index(self, name: str, table: str, columns: list[str], **options: object) -> object: ...
    def execute(self, statement: str) -> object: ...


@dataclass(frozen=True, slots=True)
class DocumentTables:
    """What a service's schema holds for documents."""

    documents: Table
    contents: Table
    chunks: Table


def document_tables(metadata: MetaData) -> DocumentTables:
    """The tables, for a service's metadata."""
    contents = Table("document_contents", metadata, *_contents(), comment=_CONTENTS)
    chunks = Table("document_chunks", metadata, *_chunks(), comment=_CHUNKS)
    documents = Table(
        "documents",
        metadata,
        *_documents(),
        Index("documents_by_owner", "owner_id"),
        Index("documents_by_content", "sha256"),
        Index("documents_never_attached", "uploaded_at", postgresql_where=_NEVER_ATTACHED),
        comment=_DOCUMENTS,
    )
    return DocumentTables(documents, contents, chunks)


def create_document_tables(op: object) -> None:
    """Create them; `op` is Alembic's."""
    migration: _Creates = op  # type: ignore[assignment]  # alembic.op is a module
    migration.create_table("document_contents", *_contents(), comment=_CONTENTS)
    migration.create_table("document_chunks", *_chunks(), comment=_CHUNKS)
    migration.create_table("documents", *_documents(), comment=_DOCUMENTS)
    migration.create_index("documents_by_owner", "documents", ["owner_id"])
    migration.create_index("documents_by_content", "documents", ["sha256"])
    migration.create_index("documents_never_attached", "documents", ["uploaded_at"], postgresql_where=_NEVER_ATTACHED)
    # Most formats are compressed already: PostgreSQL would spend its time for nothing.
    migration.execute("alter table document_chunks alter column bytes set storage external")


_CONTENTS = "Each content once, by its SHA-256; its bytes are the chunks of `blob_id`."
_CHUNKS = "The bytes, in order; written as they come in, before their content's hash is known."
_DOCUMENTS = "A name for a content, and what it belongs to; without a hash it is still coming in."


def _contents() -> tuple[Column[object], ...]:
    return (
        Column("sha256", Text, primary_key=True),
        Column("blob_id", _ID, nullable=False, unique=True),
        Column("size", BigInteger, nullable=False),
    )


def _chunks() -> tuple[Column[object], ...]:
    return (
        Column("blob_id", _ID, primary_key=True),
        Column("number", Integer, primary_key=True),
        Column("bytes", LargeBinary, nullable=False),
    )


def _documents() -> tuple[Column[object] | CheckConstraint, ...]:
    return (
        Column("document_id", _ID, primary_key=True),
        Column("owner_id", _ID, nullable=False),
        Column("name", Text, nullable=False),
        Column("media_type", Text),
        Column("size", BigInteger),
        Column("sha256", Text, ForeignKey("document_contents.sha256")),
        Column("uploaded_by", Text, nullable=False),
        Column("uploaded_at", _TIME, nullable=False),
        Column("attached_at", _TIME),
        CheckConstraint("num_nonnulls(media_type, size, sha256) in (0, 3)", name="documents_known_once_complete"),
        CheckConstraint("attached_at is null or sha256 is not null", name="documents_attached_once_complete"),
    )
