"""E-mails to clients, and the addresses they need."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0013"
branch_labels = None
depends_on = None

_ID = sa.Uuid(as_uuid=False)
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("clients", sa.Column("email", sa.Text))
    op.add_column("advisors", sa.Column("email", sa.Text))
    op.create_table(
        "letters",
        sa.Column("letter_id", _ID, primary_key=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("source_id", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("follow_up_id", _ID, nullable=False),
        sa.Column("step_id", sa.Text),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("reply_to", sa.Text),
        sa.Column("sender_name", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="WAITING"),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("problem", sa.Text),
        sa.Column("settled_at", _TIME),
        sa.Column("started", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.UniqueConstraint("source", "source_id"),
    )
    op.create_index("letters_of_a_follow_up", "letters", ["follow_up_id", "asked_at"])
    op.create_index("letters_not_started", "letters", ["asked_at"], postgresql_where="not started")
