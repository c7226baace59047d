"""Files attached to interactions."""

from alembic import op

from shared.runtime.document_tables import create_document_tables

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_document_tables(op)
