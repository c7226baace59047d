"""What is said of interactions: kept with the command that said it, and as it stands now."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0010"
branch_labels = None
depends_on = None

_ID = sa.Uuid(as_uuid=False)


def upgrade() -> None:
    op.add_column("commands", sa.Column("details", postgresql.JSONB, nullable=True))
    op.create_table(
        "interactions",
        sa.Column("follow_up_id", _ID, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("step_id", sa.Text, nullable=True),
        sa.Column("number", sa.Integer, nullable=True),
        sa.Column("kind", sa.Text, nullable=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("details", postgresql.JSONB, nullable=False),
        sa.Column("fact_number", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("follow_up_id", "key"),
    )
    op.create_index("interactions_open", "interactions", ["follow_up_id"], postgresql_where=sa.text("state = 'OPEN'"))
