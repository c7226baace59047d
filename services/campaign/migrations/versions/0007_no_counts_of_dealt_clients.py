"""What a pull dealt out by advisor is no longer kept: dates are chosen once the last page is there (ADR 0067).

No release ever wrote the column, so no process of an older one stumbles over its absence.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("targeting_pulls", "dealt")


def downgrade() -> None:
    op.add_column("targeting_pulls", sa.Column("dealt", JSONB, nullable=False, server_default=sa.text("'{}'")))
