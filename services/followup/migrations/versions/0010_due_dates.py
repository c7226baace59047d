"""Where follow-ups stand, since when and until when; the deployment's calendar."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar",
        sa.Column("one", sa.Boolean, sa.CheckConstraint("one"), server_default=sa.text("true"), primary_key=True),
        sa.Column("country", sa.Text),
        sa.Column("subdivision", sa.Text),
        sa.Column("closing_days", postgresql.ARRAY(sa.Date), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
    )
    for table, column in (
        ("campaigns", sa.Column("dated_version", sa.Integer, server_default="0", nullable=False)),
        ("campaigns", sa.Column("dated_calendar", sa.Integer, server_default="0", nullable=False)),
        ("campaigns", sa.Column("dated_plan", sa.Text)),
        ("follow_ups", sa.Column("position", sa.Text)),
        ("follow_ups", sa.Column("position_since", sa.Date)),
        ("follow_ups", sa.Column("due_on", sa.Date)),
        ("follow_ups", sa.Column("overdue", sa.Boolean, server_default=sa.false(), nullable=False)),
        ("follow_ups", sa.Column("dated_number", sa.Integer, server_default="0", nullable=False)),
        ("follow_ups", sa.Column("dated_version", sa.Integer, server_default="0", nullable=False)),
        ("follow_ups", sa.Column("dated_calendar", sa.Integer, server_default="0", nullable=False)),
    ):
        op.add_column(table, column)
    op.create_index(
        "follow_ups_open", "follow_ups", ["campaign_id", "follow_up_id"], postgresql_where="closing is null"
    )
    due = "due_on is not null"
    op.create_index("follow_ups_due", "follow_ups", ["advisor_id", "due_on", "follow_up_id"], postgresql_where=due)
    op.create_index("follow_ups_to_mark", "follow_ups", ["due_on"], postgresql_where=f"{due} and not overdue")
