"""What each person chose, and the digest of each person and day."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.Uuid(as_uuid=False)
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "preferences",
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("digest", sa.Boolean(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True, comment="As chosen; null for the directory's."),
        sa.Column("digest_since", _TIME, nullable=False, comment="When the digest was switched on or off."),
        sa.PrimaryKeyConstraint("user_id"),
        comment="What each person chose; nobody is sent a digest who has no row.",
    )
    op.create_table(
        "digests",
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("leased_until", _TIME, nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("settled_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("user_id", "day"),
        comment="One per person and working day, with what became of it; kept for some weeks.",
    )
    op.create_index("digests_due", "digests", ["due_at"], postgresql_where=sa.text("state = 'PENDING'"))
    op.create_index("digests_day", "digests", ["day"])


def downgrade() -> None:
    op.drop_table("digests")
    op.drop_table("preferences")
