"""Documents of steps."""

from alembic import op

from shared.runtime.document_tables import create_document_tables

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_document_tables(op)
