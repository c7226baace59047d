"""Units, profiles, users and clients."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.runtime.tables import create_outbox

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.Uuid(as_uuid=False)
_RIGHTS = ("manage_campaigns", "administrator", "operator")
_FRENCH_ORDER = (
    r"regexp_replace(normalize(replace(replace(lower(name), 'œ', 'oe'), 'æ', 'ae'), NFD), '[\u0300-\u036f]', '', 'g')"
)


def upgrade() -> None:
    op.execute("create sequence principal_changes")
    op.create_table(
        "units",
        sa.Column("unit_id", _ID, primary_key=True),
        sa.Column("external_id", sa.Text, nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("sort_key", sa.Text, sa.Computed(_FRENCH_ORDER, persisted=True)),
        sa.Column("parent_id", _ID, sa.ForeignKey("units.unit_id")),
        sa.Column("path", ARRAY(_ID), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_units_parent_id", "units", ["parent_id"])
    op.create_index("units_by_path", "units", ["path"], postgresql_using="gin")
    op.create_table(
        "profiles",
        sa.Column("profile_id", _ID, primary_key=True),
        sa.Column("external_id", sa.Text, nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        *_rights(),
    )
    op.create_table(
        "users",
        sa.Column("user_id", _ID, primary_key=True),
        sa.Column("external_id", sa.Text, nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("sort_key", sa.Text, sa.Computed(_FRENCH_ORDER, persisted=True)),
        sa.Column("email", sa.Text),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("unit_id", _ID, sa.ForeignKey("units.unit_id"), nullable=False),
        sa.Column("profile_id", _ID, sa.ForeignKey("profiles.profile_id"), nullable=False),
        *_rights(),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("principal_change", sa.BigInteger, nullable=False, unique=True),
    )
    op.create_index("ix_users_unit_id", "users", ["unit_id"])
    op.create_index("ix_users_profile_id", "users", ["profile_id"])
    op.create_index("users_in_french_order", "users", ["sort_key", "user_id"])
    op.create_table(
        "principals_told",
        sa.Column("one_row", sa.Boolean, primary_key=True, server_default=sa.text("true")),
        sa.Column("principal_change", sa.BigInteger, nullable=False),
        sa.CheckConstraint("one_row", name="principals_told_one_row"),
    )
    op.execute("insert into principals_told (principal_change) values (0)")
    op.create_table(
        "clients",
        sa.Column("client_id", _ID, primary_key=True),
        sa.Column("external_id", sa.Text, nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("sort_key", sa.Text, sa.Computed(_FRENCH_ORDER, persisted=True)),
        sa.Column("phone", sa.Text),
        sa.Column("email", sa.Text),
        sa.Column("advisor_id", _ID, sa.ForeignKey("users.user_id"), nullable=False),
        sa.Column("attributes", JSONB, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("clients_in_french_order", "clients", ["sort_key", "client_id"])
    op.create_index("clients_of_an_advisor", "clients", ["advisor_id", "sort_key", "client_id"])
    op.execute("create index clients_by_words on clients using gin (sort_key gin_trgm_ops)")
    create_outbox(op)


def downgrade() -> None:
    for table in ("outbox", "clients", "principals_told", "users", "profiles", "units"):
        op.drop_table(table)
    op.execute("drop sequence principal_changes")


def _rights() -> Iterator[sa.Column[Any]]:
    yield from (sa.Column(right, sa.Boolean, nullable=False) for right in _RIGHTS)
    yield sa.Column("access_level", sa.Text, nullable=False)
