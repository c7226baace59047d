"""Follow-ups with their facts, the command log, and what is kept of campaigns, advisors and clients."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.runtime.tables import create_outbox

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.Uuid(as_uuid=False)
_TIME = sa.DateTime(timezone=True)
_JSON = postgresql.JSONB


def upgrade() -> None:
    create_outbox(op)
    _create_replicas()
    _create_follow_ups()
    _create_commands()
    _create_incidents()


def _create_replicas() -> None:
    op.create_table(
        "campaigns",
        sa.Column("campaign_id", _ID, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("definition", _JSON, nullable=False),
        sa.Column("archived", sa.Boolean, nullable=False),
        sa.Column("deleted", sa.Boolean, nullable=False),
        sa.Column("engine_version", sa.Integer, server_default="0", nullable=False),
        sa.Column("settled_version", sa.Integer, server_default="0", nullable=False),
        sa.Column("reserved_steps", postgresql.ARRAY(sa.Text), nullable=True),
        sa.Column("reserved_whole", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id"),
    )
    op.create_table(
        "advisors",
        sa.Column("advisor_id", _ID, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("unit_path", postgresql.ARRAY(_ID), nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("advisor_id"),
    )
    op.create_index("advisors_unit_path", "advisors", ["unit_path"], postgresql_using="gin")
    op.create_table(
        "clients",
        sa.Column("client_id", _ID, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("phone", sa.Text, nullable=True),
        sa.Column("advisor_id", _ID, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("client_id"),
    )


def _create_follow_ups() -> None:
    op.create_table(
        "follow_ups",
        sa.Column("follow_up_id", _ID, nullable=False),
        sa.Column("campaign_id", _ID, nullable=False),
        sa.Column("client_id", _ID, nullable=False),
        sa.Column("advisor_id", _ID, nullable=False),
        sa.Column("job_id", _ID, nullable=False),
        sa.Column("closing", sa.Text, nullable=True),
        sa.Column("entry_date", sa.Date, nullable=False),
        sa.Column("potential", sa.Numeric(18, 2), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("state", _JSON, nullable=False),
        sa.Column("known_version", sa.Integer, nullable=False),
        sa.Column("started", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("follow_up_id"),
        sa.UniqueConstraint("campaign_id", "client_id"),
    )
    op.create_index("follow_ups_advisor", "follow_ups", ["advisor_id", "campaign_id", "follow_up_id"])
    op.create_index("follow_ups_client", "follow_ups", ["client_id"])
    op.create_index("follow_ups_job", "follow_ups", ["job_id"])
    op.create_index("follow_ups_not_started", "follow_ups", ["follow_up_id"], postgresql_where=sa.text("not started"))
    op.create_table(
        "facts",
        sa.Column("seq", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("follow_up_id", _ID, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("command_id", _ID, nullable=True),
        sa.Column("event", _JSON, nullable=False),
        sa.Column("recorded_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("follow_up_id", "number"),
        sa.UniqueConstraint("command_id"),
    )
    op.create_table(
        "targeting",
        sa.Column("job_id", _ID, nullable=False),
        sa.Column("batch", sa.Integer, nullable=False),
        sa.Column("already", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("job_id", "batch"),
    )


def _create_commands() -> None:
    op.create_table(
        "commands",
        sa.Column("command_id", _ID, nullable=False),
        sa.Column("seq", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("source_id", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("follow_up_id", _ID, nullable=True),
        sa.Column("body", _JSON, nullable=False),
        sa.Column("note", sa.Text, nullable=True),
        sa.Column("door", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("occurred_at", _TIME, nullable=False),
        sa.Column("received_at", _TIME, nullable=False),
        sa.Column("leased_until", _TIME, nullable=True),
        sa.Column("attempts", sa.Integer, server_default="0", nullable=False),
        sa.Column("parked", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("park_until", _TIME, nullable=True),
        sa.Column("verdict", sa.Text, nullable=True),
        sa.Column("code", sa.Text, nullable=True),
        sa.Column("data", _JSON, nullable=True),
        sa.Column("number", sa.Integer, nullable=True),
        sa.Column("decided_at", _TIME, nullable=True),
        sa.Column("dismissed", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("command_id"),
        sa.UniqueConstraint("source", "source_id"),
    )
    undecided = "verdict is null"
    op.create_index("commands_follow_up", "commands", ["follow_up_id", "seq"])
    op.create_index("commands_undecided", "commands", ["follow_up_id", "seq"], postgresql_where=sa.text(undecided))
    op.create_index(
        "commands_due", "commands", ["leased_until"], postgresql_where=sa.text(f"{undecided} and not parked")
    )
    op.create_index("commands_parked", "commands", ["park_until"], postgresql_where=sa.text(f"{undecided} and parked"))


def _create_incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("incident_id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("follow_up_id", _ID, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("data", _JSON, nullable=False),
        sa.Column("at", _TIME, server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("incident_id"),
    )
