"""What there is to do: the step offered by the last completion, and since when a conclusion is waited for."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table, column in (
        ("campaigns", sa.Column("to_do_version", sa.Integer, server_default="0", nullable=False)),
        ("campaigns", sa.Column("to_do_plan", sa.Text)),
        ("campaigns", sa.Column("to_do_reaching", sa.Integer, server_default="0", nullable=False)),
        ("campaigns", sa.Column("to_do_after", sa.Uuid(as_uuid=False))),
        ("follow_ups", sa.Column("offered_step", sa.Text)),
        ("follow_ups", sa.Column("offered_on", sa.Date)),
        ("follow_ups", sa.Column("concludes_since", sa.Date)),
    ):
        op.add_column(table, column)
    for name, column in (("follow_ups_offered", "offered_on"), ("follow_ups_to_conclude", "concludes_since")):
        columns = ["advisor_id", column, "follow_up_id"]
        op.create_index(name, "follow_ups", columns, postgresql_where=f"{column} is not null")
