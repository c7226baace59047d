"""Jobs over many follow-ups with their items, and whom the directory names where a job gave the client to another."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0009"
branch_labels = None
depends_on = None

_ID = sa.Uuid(as_uuid=False)
_TIME = sa.DateTime(timezone=True)
_EUROS = sa.Numeric(18, 2)


def upgrade() -> None:
    op.add_column("follow_ups", sa.Column("overruled_advisor_id", _ID, nullable=True))
    _create_jobs()
    _create_items()


def _create_jobs() -> None:
    counts = ("chosen", "done", "refused", "cancelled", "undone", "not_undone")
    op.create_table(
        "bulk_jobs",
        sa.Column("job_id", _ID, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("choice", postgresql.JSONB, nullable=False),
        sa.Column("ids", postgresql.ARRAY(_ID), nullable=True),
        sa.Column("terms", postgresql.JSONB, nullable=False),
        sa.Column("note", sa.Text, nullable=True),
        sa.Column("begin_on", sa.Date, nullable=True),
        sa.Column("asker_id", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.Column("campaign_id", _ID, nullable=True),
        sa.Column("version", sa.Integer, nullable=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("started_state", sa.Text, nullable=True),
        sa.Column("moved_at", _TIME, nullable=False),
        sa.Column("cursor", _ID, nullable=True),
        sa.Column("listed", sa.Boolean, server_default=sa.false(), nullable=False),
        *(sa.Column(name, sa.Integer, server_default="0", nullable=False) for name in counts),
        sa.Column("recorded", _EUROS, server_default="0", nullable=False),
        sa.Column("finished_at", _TIME, nullable=True),
        sa.Column("undo_by", sa.Text, nullable=True),
        sa.Column("undo_reason", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("job_id"),
    )
    op.create_index("bulk_jobs_asked", "bulk_jobs", ["asked_at", "job_id"])
    op.create_index(
        "bulk_jobs_campaign", "bulk_jobs", ["campaign_id"], postgresql_where=sa.text("campaign_id is not null")
    )
    op.create_index("bulk_jobs_going_on", "bulk_jobs", ["moved_at"], postgresql_where=sa.text("finished_at is null"))


def _create_items() -> None:
    op.create_table(
        "bulk_items",
        sa.Column("job_id", _ID, nullable=False),
        sa.Column("follow_up_id", _ID, nullable=False),
        sa.Column("campaign_id", _ID, nullable=True),
        sa.Column("client_id", _ID, nullable=True),
        sa.Column("advisor_id", _ID, nullable=True),
        sa.Column("potential", _EUROS, nullable=True),
        sa.Column("amount", _EUROS, nullable=True),
        sa.Column("to_advisor", _ID, nullable=True),
        sa.Column("outcome", sa.Text, nullable=True),
        sa.Column("code", sa.Text, nullable=True),
        sa.Column("data", postgresql.JSONB, nullable=True),
        sa.Column("number", sa.Integer, nullable=True),
        sa.Column("undo", sa.Text, nullable=True),
        sa.Column("undo_code", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("job_id", "follow_up_id"),
    )
    key = ["job_id", "follow_up_id"]
    op.create_index("bulk_items_to_do", "bulk_items", key, postgresql_where=sa.text("outcome is null"))
    op.create_index(
        "bulk_items_to_undo", "bulk_items", key, postgresql_where=sa.text("outcome = 'done' and undo is null")
    )
