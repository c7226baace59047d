"""The tables of the directory; only its store and its migrations touch them (docs/domain.md, Structure and rights)."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    DateTime,
    ForeignKey,
    Index,
    MetaData,
    Sequence,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.runtime.tables import outbox_table

metadata = MetaData()
_ID = Uuid(as_uuid=False)
_FRENCH_ORDER = (
    r"regexp_replace(normalize(replace(replace(lower(name), 'œ', 'oe'), 'æ', 'ae'), NFD), '[\u0300-\u036f]', '', 'g')"
)

principal_changes = Sequence("principal_changes", metadata=metadata)

units = Table(
    "units",
    metadata,
    Column("unit_id", _ID, primary_key=True),
    Column("external_id", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("sort_key", Text, Computed(_FRENCH_ORDER, persisted=True)),
    Column("parent_id", _ID, ForeignKey("units.unit_id"), index=True),
    # From the root to the unit itself.
    Column("path", ARRAY(_ID), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Index("units_by_path", "path", postgresql_using="gin"),
)

profiles = Table(
    "profiles",
    metadata,
    Column("profile_id", _ID, primary_key=True),
    Column("external_id", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("manage_campaigns", Boolean, nullable=False),
    Column("access_level", Text, nullable=False),
    Column("administrator", Boolean, nullable=False),
    Column("operator", Boolean, nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("user_id", _ID, primary_key=True),
    Column("external_id", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("sort_key", Text, Computed(_FRENCH_ORDER, persisted=True)),
    Column("email", Text),
    Column("language", Text, nullable=False),
    Column("unit_id", _ID, ForeignKey("units.unit_id"), nullable=False, index=True),
    Column("profile_id", _ID, ForeignKey("profiles.profile_id"), nullable=False, index=True),
    # Personal rights, beside the profile's.
    Column("manage_campaigns", Boolean, nullable=False),
    Column("access_level", Text, nullable=False),
    Column("administrator", Boolean, nullable=False),
    Column("operator", Boolean, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("revision", BigInteger, nullable=False),
    # Drawn whenever rights, name or unit path may have changed: the bucket of principals is written in this order.
    Column("principal_change", BigInteger, principal_changes, nullable=False, unique=True),
    Index("users_in_french_order", "sort_key", "user_id"),
)

# One row: every change up to this one is in the bucket of principals.
principals_told = Table(
    "principals_told",
    metadata,
    Column("one_row", Boolean, primary_key=True, server_default=text("true")),
    Column("principal_change", BigInteger, nullable=False),
    CheckConstraint("one_row", name="principals_told_one_row"),
)

clients = Table(
    "clients",
    metadata,
    Column("client_id", _ID, primary_key=True),
    Column("external_id", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("sort_key", Text, Computed(_FRENCH_ORDER, persisted=True)),
    Column("phone", Text),
    Column("email", Text),
    Column("advisor_id", _ID, ForeignKey("users.user_id"), nullable=False),
    # Whatever else the CRM knows: the criteria of queries.
    Column("attributes", JSONB, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Index("clients_in_french_order", "sort_key", "client_id"),
    Index("clients_of_an_advisor", "advisor_id", "sort_key", "client_id"),
    Index("clients_by_words", "sort_key", postgresql_using="gin", postgresql_ops={"sort_key": "gin_trgm_ops"}),
)

outbox = outbox_table(metadata)
