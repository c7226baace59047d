"""The two tables that a service may hold for its messages, and the first migration's half of them."""

from typing import Protocol

from sqlalchemy import BigInteger, Column, DateTime, Identity, Index, LargeBinary, MetaData, Table, Text, func


class _Creates(Protocol):
    def create_table(self, name: str, *columns: Column[object], **options: object) -> object: ...
    def execute(self, statement: str) -> object: ...


def outbox_table(metadata: MetaData) -> Table:
    """Events written with the change they tell, until the relay has published them."""
    return Table("outbox", metadata, *_outbox_columns())


def inbox_table(metadata: MetaData) -> Table:
    """Which messages each consumer has handled, for effects that must happen once."""
    return Table("inbox", metadata, *_inbox_columns(), Index("inbox_seen_at", "seen_at"))


def create_outbox(op: object) -> None:
    """Create the outbox; `op` is Alembic's."""
    migration: _Creates = op  # type: ignore[assignment]  # alembic.op is a module
    migration.create_table("outbox", *_outbox_columns())
    # Rows live for milliseconds: without this, vacuum would wait for a fifth of a table that is always empty.
    migration.execute(
        "alter table outbox set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,"
        " autovacuum_vacuum_cost_delay = 0)"
    )


def create_inbox(op: object) -> None:
    """Create the inbox; `op` is Alembic's."""
    migration: _Creates = op  # type: ignore[assignment]  # alembic.op is a module
    migration.create_table("inbox", *_inbox_columns())
    migration.execute("create index inbox_seen_at on inbox (seen_at)")


def _outbox_columns() -> tuple[Column[object], ...]:
    return (
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("event_id", Text, nullable=False),
        Column("subject", Text, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("written_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    )


def _inbox_columns() -> tuple[Column[object], ...]:
    return (
        Column("consumer", Text, primary_key=True),
        Column("message_id", Text, primary_key=True),
        Column("seen_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    )
