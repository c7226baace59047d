"""Comparisons with the follow-up service and with the engine, and the numbers that live figures go by."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.Uuid(as_uuid=False)
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "reconciliations",
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.Column("scheduled_on", sa.Date, unique=True, comment="The day whose run it is; null when somebody asked."),
        sa.Column("part", sa.Text, nullable=False, comment="What is compared now."),
        sa.Column("reached", sa.Text, comment="How far this part is."),
        sa.Column("resume_at", _TIME, comment="Not before this moment."),
        sa.Column("leased_until", _TIME, comment="Until when one process has it to itself."),
        sa.Column("follow_ups", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("executions", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("unsure", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("counters_at", _TIME, comment="When the counters were asked to be recomputed."),
        sa.Column("counters", sa.Integer, comment="Counters that differed; null until it is known."),
        sa.Column("problem", sa.Text, comment="Why it does not go on at present."),
        sa.Column("ended_at", _TIME),
        comment="Each comparison with the owner of the facts and with the engine, and how far it is.",
    )
    op.create_index(
        "reconciliations_one_at_a_time",
        "reconciliations",
        [sa.text("(ended_at is null)")],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_table(
        "reconciliation_differences",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False, comment="The reconciliation that saw it."),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("follow_up_id", _ID, nullable=False),
        sa.Column("campaign_id", _ID),
        sa.Column("outcome", sa.Text, nullable=False, comment="suspected, found, repaired or open."),
        sa.Column("details", JSONB, nullable=False, comment="Numbers and states, no names."),
        sa.Column("reason", sa.Text, comment="Why it was not repaired."),
        sa.UniqueConstraint("number", "kind", "follow_up_id"),
        comment="What differed: at first suspected, since facts are on their way all the time.",
    )
    op.create_table(
        "figure_clock",
        sa.Column("one", sa.Boolean, sa.CheckConstraint("one"), primary_key=True, server_default=sa.text("true")),
        sa.Column("number", sa.BigInteger, nullable=False),
        comment="Counts the transactions that changed figures, in the order of their commits.",
    )
    op.create_table(
        "figure_changes",
        sa.Column("campaign_id", _ID, primary_key=True, comment="All zeros: every campaign."),
        sa.Column("advisor_id", _ID, primary_key=True, comment="All zeros: whoever reads it."),
        sa.Column("number", sa.BigInteger, nullable=False),
        comment="At which number of the clock figures changed last, by advisor of record.",
    )
    op.create_index("figure_changes_by_number", "figure_changes", ["number"])
    for table in ("figure_clock", "figure_changes"):
        op.execute(f"alter table {table} set (fillfactor = 50)")
