"""A reservation of steps is somebody's, and ends."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("campaigns", sa.Column("reserved_by", sa.Text, nullable=True))
    op.add_column("campaigns", sa.Column("reserved_until", sa.DateTime(timezone=True), nullable=True))
    op.execute("update campaigns set reserved_until = now() where reserved_whole or reserved_steps is not null")
    op.create_index(
        "campaigns_reserved", "campaigns", ["reserved_until"], postgresql_where=sa.text("reserved_until is not null")
    )
