"""Clients that a query finds, pulled page by page into a job."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "targeting_pulls",
        sa.Column("job_id", sa.Uuid(as_uuid=False), primary_key=True),
        sa.Column("wish", JSONB, nullable=False, comment="The filter, and what its clients enter with."),
        sa.Column("after", sa.Text, comment="The last client pulled."),
        sa.Column("pages", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("pulled", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("dealt", JSONB, nullable=False, comment="By advisor, how many clients were given an entry date."),
        sa.Column("attempt_at", sa.DateTime(timezone=True), nullable=False),
        comment="Jobs whose clients a query still finds; a row leaves with the last page.",
    )
    op.create_index("ix_targeting_pulls_attempt_at", "targeting_pulls", ["attempt_at"])


def downgrade() -> None:
    op.drop_table("targeting_pulls")
