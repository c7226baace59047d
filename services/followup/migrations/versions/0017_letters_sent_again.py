"""A failed e-mail is sent again: how often it was sent off, and who asked for it the last time."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("letters", sa.Column("sending", sa.Integer, nullable=False, server_default="1"))
    op.add_column("letters", sa.Column("again_by", sa.Text))
    op.add_column("letters", sa.Column("again_at", sa.DateTime(timezone=True)))
