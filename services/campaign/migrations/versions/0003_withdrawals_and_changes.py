"""Clients withdrawn and changed: what their follow-ups told, and jobs of three kinds that may be cancelled."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "targeted_clients",
        sa.Column(
            "closing",
            sa.Text,
            nullable=True,
            comment="As its follow-up last told, or withdrawn here a moment ago; null while open.",
        ),
    )
    op.add_column(
        "targeted_clients",
        sa.Column(
            "fact_number",
            sa.Integer,
            server_default=sa.text("0"),
            nullable=False,
            comment="The fact that told last.",
        ),
    )
    op.drop_constraint("targeted_clients_state", "targeted_clients", type_="check")
    op.drop_column("targeted_clients", "state")
    op.create_check_constraint(
        "targeted_clients_closing", "targeted_clients", "closing in ('CONCLUDED', 'WITHDRAWN', 'ARCHIVED')"
    )
    op.add_column("targeting_jobs", sa.Column("kind", sa.Text, server_default=sa.text("'TARGET'"), nullable=False))
    op.create_check_constraint("targeting_jobs_kind", "targeting_jobs", "kind in ('TARGET', 'WITHDRAW', 'CHANGE')")
    op.alter_column("targeting_jobs", "targeted", new_column_name="accepted")
    op.add_column(
        "targeting_jobs",
        sa.Column(
            "cancelled_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Since when what is left of it is skipped.",
        ),
    )
    op.create_index("targeting_jobs_by_asker", "targeting_jobs", [sa.text("(asker ->> 'user_id')"), "asked_at"])
    op.add_column("targeting_skips", sa.Column("detail", sa.Text, nullable=True))
    op.create_table_comment(
        "targeting_jobs",
        "One call that targets, withdraws or changes clients; worked off when accepted + skipped = total.",
    )
    op.create_table_comment(
        "targeting_skips",
        "Items of a job that had no effect, and why; `position` counts from 1 in the call, or is a file's row.",
    )
