"""Follow-ups, facts, the command log and replicas.

Revision ID: 0001
"""

from alembic import op

from services.followup.tables import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table."""
    metadata.create_all(op.get_bind())


def downgrade() -> None:
    """Drop every table."""
    metadata.drop_all(op.get_bind())
