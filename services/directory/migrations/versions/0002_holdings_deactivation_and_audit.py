"""Accounts and transactions, what is no longer active, and who changed which rights."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.Uuid(as_uuid=False)
_FRENCH_ORDER_OF_LABEL = (
    r"regexp_replace(normalize(replace(replace(lower(label), 'œ', 'oe'), 'æ', 'ae'), NFD), '[\u0300-\u036f]', '', 'g')"
)


def upgrade() -> None:
    _deactivation()
    _holdings()
    _audit()


def _deactivation() -> None:
    op.add_column("profiles", sa.Column("active", sa.Boolean, nullable=False, server_default=sa.text("true")))
    op.add_column("profiles", sa.Column("revision", sa.BigInteger, nullable=False, server_default=sa.text("1")))
    op.add_column("clients", sa.Column("active", sa.Boolean, nullable=False, server_default=sa.text("true")))
    op.create_index("clients_of_a_segment", "clients", [sa.text("(attributes ->> 'segment')"), "sort_key", "client_id"])


def _holdings() -> None:
    op.create_table(
        "accounts",
        sa.Column("account_id", _ID, primary_key=True),
        sa.Column("external_id", sa.Text, nullable=False, unique=True),
        sa.Column("client_id", _ID, sa.ForeignKey("clients.client_id"), nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("sort_key", sa.Text, sa.Computed(_FRENCH_ORDER_OF_LABEL, persisted=True)),
        sa.Column("kind", sa.Text),
        sa.Column("opened_on", sa.Date),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.UniqueConstraint("account_id", "client_id", name="accounts_with_their_client"),
    )
    op.create_index("accounts_of_a_client", "accounts", ["client_id", "sort_key", "account_id"])
    op.create_table(
        "transactions",
        sa.Column("transaction_id", _ID, primary_key=True),
        sa.Column("external_id", sa.Text, nullable=False, unique=True),
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("client_id", _ID, nullable=False),
        sa.Column("booked_on", sa.Date, nullable=False),
        sa.Column("amount", sa.Numeric(18, 2), nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "client_id"],
            ["accounts.account_id", "accounts.client_id"],
            name="transactions_of_an_account",
            onupdate="CASCADE",
        ),
    )
    for name, leads in (("a_client", "client_id"), ("an_account", "account_id")):
        op.create_index(f"transactions_of_{name}_by_day", "transactions", [leads, "booked_on", "transaction_id"])


def _audit() -> None:
    op.create_table(
        "rights_changes",
        sa.Column("change_id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.Column("door", sa.Text, nullable=False),
        sa.Column("subject_kind", sa.Text, nullable=False),
        sa.Column("subject_id", _ID, nullable=False),
        sa.Column("subject_external_id", sa.Text, nullable=False),
        sa.Column("before", JSONB),
        sa.Column("after", JSONB),
        comment="Who changed what somebody may do: written once, by the transaction that made the change.",
    )
    op.create_index("rights_changes_of_a_subject", "rights_changes", ["subject_id", "change_id"])
    op.create_index("rights_changes_by_an_author", "rights_changes", ["changed_by", "change_id"])
    op.create_index("rights_changes_by_time", "rights_changes", ["changed_at"])
    # What was written stays written, whatever the service may come to do.
    op.execute("revoke update, delete, truncate on rights_changes from directory, directory_background")


def downgrade() -> None:
    for table in ("rights_changes", "transactions", "accounts"):
        op.drop_table(table)
    op.drop_index("clients_of_a_segment", "clients")
    op.drop_column("clients", "active")
    op.drop_column("profiles", "revision")
    op.drop_column("profiles", "active")
