"""Subscriptions to events by webhook, and a row for each event that one of them is to be sent."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.Uuid(as_uuid=False)
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "webhooks",
        sa.Column("webhook_id", _ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("event_types", ARRAY(sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True, comment="Why it is disabled."),
        sa.Column("failing_since", _TIME, nullable=True),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("old_secret", sa.Text(), nullable=True),
        sa.Column("old_secret_until", _TIME, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("webhook_id"),
        sa.UniqueConstraint("name", name="webhooks_name"),
        comment="Who is sent which events, and what signs them.",
    )
    op.create_table(
        "deliveries",
        sa.Column("delivery_id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("webhook_id", _ID, nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("told_at", _TIME, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("leased_until", _TIME, nullable=True),
        sa.Column("attempted_at", _TIME, nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("latency_ms", sa.Integer(), nullable=True),
        sa.Column("excerpt", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("delivery_id"),
        sa.UniqueConstraint("webhook_id", "event_id", name="deliveries_once"),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhooks.webhook_id"], ondelete="CASCADE"),
        comment="One event for one subscription, with its last attempt; kept for some weeks.",
    )
    op.create_index(
        "deliveries_due", "deliveries", ["webhook_id", "due_at"], postgresql_where=sa.text("state = 'PENDING'")
    )
    op.create_index("deliveries_log", "deliveries", ["webhook_id", "delivery_id"])
    op.create_index("deliveries_told_at", "deliveries", ["told_at"])


def downgrade() -> None:
    op.drop_table("deliveries")
    op.drop_table("webhooks")
