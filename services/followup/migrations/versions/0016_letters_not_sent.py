"""E-mails that are still on their way or failed are one look, however many were sent."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("letters_not_sent", "letters", ["letter_id"], postgresql_where="state <> 'SENT'")
