"""Campaigns in every version, their allocation and targeted clients, and what is kept of the directory."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.runtime.tables import create_outbox

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.Uuid(as_uuid=False)
_MONEY = sa.Numeric(18, 2)
_TIME = sa.DateTime(timezone=True)
_FRENCH_ORDER = (
    r"regexp_replace(normalize(replace(replace(lower(name), 'œ', 'oe'), 'æ', 'ae'), NFD), '[\u0300-\u036f]', '', 'g')"
)


def upgrade() -> None:
    create_outbox(op)
    op.create_table(
        "allocations",
        sa.Column("campaign_id", _ID, nullable=False),
        sa.Column("row_number", sa.Integer, nullable=False),
        sa.Column("advisor_id", _ID, nullable=False),
        sa.Column("amount", _MONEY, nullable=True),
        sa.Column("percent", sa.Numeric(), nullable=True),
        sa.CheckConstraint("num_nonnulls(amount, percent) = 1", name="allocations_euros_or_per_cent"),
        sa.PrimaryKeyConstraint("campaign_id", "row_number"),
        comment="The allocation as it is now, in row order; what it was is in campaign_versions.",
    )
    op.create_index("ix_allocations_advisor_id", "allocations", ["advisor_id"])
    op.create_table(
        "campaign_versions",
        sa.Column("campaign_id", _ID, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("definition", postgresql.JSONB, nullable=False, comment="CampaignDefined, whole."),
        sa.Column(
            "allocation", postgresql.JSONB, nullable=False, comment="The rows as entered: advisor, euros or per cent."
        ),
        sa.Column("saved_by", sa.Text, nullable=False),
        sa.Column("saved_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "version"),
        comment="Every version ever saved, never changed: the dated history of definition and allocation.",
    )
    op.create_table(
        "campaigns",
        sa.Column("campaign_id", _ID, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("content", sa.Text, nullable=False, comment="Hash of the request that created it."),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("sort_key", sa.Text, sa.Computed(_FRENCH_ORDER, persisted=True), nullable=True),
        sa.Column("owner_id", _ID, nullable=False),
        sa.Column("creator_id", sa.Text, nullable=False),
        sa.Column("target", _MONEY, nullable=True),
        sa.Column("start_date", sa.Date, nullable=False),
        sa.Column("end_date", sa.Date, nullable=False),
        sa.Column("archived", sa.Boolean, server_default=sa.text("false"), nullable=False),
        sa.Column("deleted", sa.Boolean, server_default=sa.text("false"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.CheckConstraint("end_date >= start_date", name="campaigns_dates_in_order"),
        sa.CheckConstraint("target >= 0", name="campaigns_target_not_negative"),
        sa.PrimaryKeyConstraint("campaign_id"),
        sa.UniqueConstraint("key"),
        sa.UniqueConstraint("number"),
        comment="Each campaign as it is now; `number` is the order of creation. The rest is in its present version.",
    )
    op.create_index("ix_campaigns_creator_id", "campaigns", ["creator_id"])
    op.create_index("ix_campaigns_owner_id", "campaigns", ["owner_id"])
    op.create_table(
        "clients",
        sa.Column("client_id", _ID, nullable=False),
        sa.Column("external_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("advisor_id", _ID, nullable=False),
        sa.Column("erased", sa.Boolean, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("client_id"),
        comment="Clients as the directory last said.",
    )
    op.create_index("ix_clients_advisor_id", "clients", ["advisor_id"])
    op.create_index("ix_clients_external_id", "clients", ["external_id"])
    op.create_table(
        "list_orders",
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("campaign_id", _ID, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "campaign_id"),
        comment="A user's own order of the list (spec 2.6); campaigns not in it come after, by creation.",
    )
    op.create_table(
        "moments",
        sa.Column("campaign_id", _ID, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("reached_on", sa.Date, nullable=False),
        sa.Column("recorded_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "kind"),
        comment="The moments that the campaign's workflow told: once per kind.",
    )
    op.create_table(
        "targeted_clients",
        sa.Column("campaign_id", _ID, nullable=False),
        sa.Column("client_id", _ID, nullable=False),
        sa.Column("potential", _MONEY, nullable=False),
        sa.Column("initial_potential", _MONEY, nullable=False),
        sa.Column("entry_date", sa.Date, nullable=False),
        sa.Column("advisor_id", _ID, nullable=False, comment="The client's advisor when targeted."),
        sa.Column("job_id", _ID, nullable=False),
        sa.Column("state", sa.Text, server_default=sa.text("'TARGETED'"), nullable=False),
        sa.Column("targeted_by", sa.Text, nullable=False),
        sa.Column("targeted_at", _TIME, nullable=False),
        sa.CheckConstraint("state in ('TARGETED', 'WITHDRAWN')", name="targeted_clients_state"),
        sa.CheckConstraint("potential >= 0 and initial_potential >= 0", name="targeted_clients_potential_not_negative"),
        sa.PrimaryKeyConstraint("campaign_id", "client_id"),
        comment="A client at most once per campaign (spec 3.3).",
    )
    op.create_index("targeted_clients_by_client", "targeted_clients", ["client_id"])
    op.create_table(
        "targeting_chunks",
        sa.Column("job_id", _ID, nullable=False),
        sa.Column("chunk", sa.Integer, nullable=False),
        sa.Column("targets", postgresql.JSONB, nullable=False, comment="What is left of at most 500 items, as asked."),
        sa.Column("attempt_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("job_id", "chunk"),
        comment="What is still to do; a chunk leaves in the transaction of its effect.",
    )
    op.create_index("ix_targeting_chunks_attempt_at", "targeting_chunks", ["attempt_at"])
    op.create_table(
        "targeting_jobs",
        sa.Column("job_id", _ID, nullable=False),
        sa.Column("campaign_id", _ID, nullable=False),
        sa.Column("content", sa.Text, nullable=False, comment="Hash of the call that asked for it."),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("asker", postgresql.JSONB, nullable=False, comment="Who asked, with the rights held then."),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.Column(
            "batches", sa.Integer, server_default=sa.text("0"), nullable=False, comment="Batches published so far."
        ),
        sa.Column("targeted", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("skipped", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("job_id"),
        comment="One call that targets clients; done when targeted + skipped = total.",
    )
    op.create_index("ix_targeting_jobs_campaign_id", "targeting_jobs", ["campaign_id"])
    op.create_table(
        "targeting_skips",
        sa.Column("job_id", _ID, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("client", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("job_id", "position"),
        comment="Items of a job that targeted nobody, and why; `position` counts from 1 in the call.",
    )
    op.create_table(
        "users",
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("external_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("unit_id", _ID, nullable=False),
        sa.Column("unit_path", postgresql.ARRAY(_ID), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("user_id"),
        comment="People as the directory last said: reach is computed through them.",
    )
    op.create_index("ix_users_external_id", "users", ["external_id"])
    op.create_index("ix_users_unit_id", "users", ["unit_id"])
    op.create_index("users_by_unit_path", "users", ["unit_path"], postgresql_using="gin")
