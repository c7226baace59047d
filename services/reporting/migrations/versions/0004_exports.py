"""Jobs that make files, and the files that they made."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.runtime.document_tables import create_document_tables

revision = "0004"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.Uuid(as_uuid=False)
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "exports",
        sa.Column("export_id", _ID, primary_key=True),
        sa.Column("asker_id", sa.Text, nullable=False),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.Column("content", sa.Text, nullable=False, comment="A hash of what was asked, to know a repeated call."),
        sa.Column("wish", JSONB, nullable=False),
        sa.Column(
            "attempt", sa.Integer, nullable=False, server_default=sa.text("0"), comment="How often it was begun."
        ),
        sa.Column("leased_until", _TIME, comment="Until when the present attempt has it to itself."),
        sa.Column("progress", sa.BigInteger, nullable=False, server_default=sa.text("0"), comment="Rows so far."),
        sa.Column("reach", JSONB, comment="What the asker could see when the file was made."),
        sa.Column("failure", sa.Text, comment="The code of the refusal that it ended with."),
        sa.Column("cancelled", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("ended_at", _TIME),
        sa.Column("document_id", _ID),
        comment="Jobs that make one file each, for their asker alone.",
    )
    op.create_index("exports_waiting", "exports", ["asked_at"], postgresql_where=sa.text("ended_at is null"))
    op.create_index("exports_by_asker", "exports", ["asker_id", "asked_at"])
    create_document_tables(op)
