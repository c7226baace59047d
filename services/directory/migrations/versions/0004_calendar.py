"""The deployment's working days."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar",
        sa.Column("one", sa.Boolean, sa.CheckConstraint("one"), server_default=sa.text("true"), primary_key=True),
        sa.Column("country", sa.Text),
        sa.Column("subdivision", sa.Text),
        sa.Column("closing_days", JSONB, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
        comment="The working days, in one row, once somebody has said them.",
    )
