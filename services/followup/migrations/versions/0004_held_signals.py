"""What is refused or parked is found without a scan, and what operators did about it is kept."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.Uuid(as_uuid=False)
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_index(
        "commands_refused", "commands", ["seq"], postgresql_where=sa.text("verdict = 'refused' and not dismissed")
    )
    op.create_index(
        "commands_parked_of",
        "commands",
        ["follow_up_id", "seq"],
        postgresql_where=sa.text("verdict is null and parked"),
    )
    op.create_table(
        "interventions",
        sa.Column("intervention_id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("command_id", _ID, nullable=False),
        sa.Column("follow_up_id", _ID, nullable=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=True),
        sa.Column("before", postgresql.JSONB, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("intervention_id"),
    )
    op.create_index("interventions_follow_up", "interventions", ["follow_up_id"])
