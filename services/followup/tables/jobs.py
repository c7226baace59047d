"""The tables of jobs over many follow-ups."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

_id = UUID(as_uuid=False)
_at = sa.DateTime(timezone=True)


def job_tables(metadata: sa.MetaData) -> tuple[sa.Table, sa.Table]:
    """The jobs, and each follow-up of one with what became of it."""
    bulk_jobs = sa.Table(
        "bulk_jobs",
        metadata,
        sa.Column("job_id", _id, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("choice", JSONB, nullable=False),
        sa.Column("ids", ARRAY(_id)),
        sa.Column("terms", JSONB, nullable=False),
        sa.Column("note", sa.Text),
        sa.Column("begin_on", sa.Date),
        sa.Column("asker_id", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("asked_at", _at, nullable=False),
        sa.Column("campaign_id", _id),
        sa.Column("version", sa.Integer),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("started_state", sa.Text),
        sa.Column("moved_at", _at, nullable=False),
        sa.Column("cursor", _id),
        sa.Column("listed", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("chosen", sa.Integer, nullable=False, server_default="0"),
        sa.Column("done", sa.Integer, nullable=False, server_default="0"),
        sa.Column("refused", sa.Integer, nullable=False, server_default="0"),
        sa.Column("cancelled", sa.Integer, nullable=False, server_default="0"),
        sa.Column("undone", sa.Integer, nullable=False, server_default="0"),
        sa.Column("not_undone", sa.Integer, nullable=False, server_default="0"),
        sa.Column("recorded", sa.Numeric(18, 2), nullable=False, server_default="0"),
        sa.Column("finished_at", _at),
        sa.Column("undo_by", sa.Text),
        sa.Column("undo_reason", sa.Text),
        sa.Index("bulk_jobs_asked", "asked_at", "job_id"),
        sa.Index("bulk_jobs_campaign", "campaign_id", postgresql_where=sa.text("campaign_id is not null")),
        sa.Index("bulk_jobs_going_on", "moved_at", postgresql_where=sa.text("finished_at is null")),
    )
    bulk_items = sa.Table(
        "bulk_items",
        metadata,
        sa.Column("job_id", _id, primary_key=True),
        sa.Column("follow_up_id", _id, primary_key=True),
        sa.Column("campaign_id", _id),
        sa.Column("client_id", _id),
        sa.Column("advisor_id", _id),
        sa.Column("potential", sa.Numeric(18, 2)),
        sa.Column("amount", sa.Numeric(18, 2)),
        sa.Column("to_advisor", _id),
        sa.Column("outcome", sa.Text),
        sa.Column("code", sa.Text),
        sa.Column("data", JSONB),
        sa.Column("number", sa.Integer),
        sa.Column("undo", sa.Text),
        sa.Column("undo_code", sa.Text),
        sa.Index("bulk_items_to_do", "job_id", "follow_up_id", postgresql_where=sa.text("outcome is null")),
        sa.Index(
            "bulk_items_to_undo",
            "job_id",
            "follow_up_id",
            postgresql_where=sa.text("outcome = 'done' and undo is null"),
        ),
    )
    return bulk_jobs, bulk_items
