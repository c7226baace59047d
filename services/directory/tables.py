"""The tables of the directory; only its store and its migrations touch them (docs/domain.md, Structure and rights)."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    MetaData,
    Numeric,
    Sequence,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.runtime.tables import outbox_table

metadata = MetaData()
_ID = Uuid(as_uuid=False)
_FRENCH_ORDER = (
    r"regexp_replace(normalize(replace(replace(lower({}), 'œ', 'oe'), 'æ', 'ae'), NFD), '[\u0300-\u036f]', '', 'g')"
)

principal_changes = Sequence("principal_changes", metadata=metadata)

units = Table(
    "units",
    metadata,
    Column("unit_id", _ID, primary_key=True),
    Column("external_id", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("sort_key", Text, Computed(_FRENCH_ORDER.format("name"), persisted=True)),
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
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("revision", BigInteger, nullable=False, server_default=text("1")),
)

users = Table(
    "users",
    metadata,
    Column("user_id", _ID, primary_key=True),
    Column("external_id", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("sort_key", Text, Computed(_FRENCH_ORDER.format("name"), persisted=True)),
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
    Column("sort_key", Text, Computed(_FRENCH_ORDER.format("name"), persisted=True)),
    Column("phone", Text),
    Column("email", Text),
    Column("advisor_id", _ID, ForeignKey("users.user_id"), nullable=False),
    # Whatever else the CRM knows: the criteria of queries.
    Column("attributes", JSONB, nullable=False),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("revision", BigInteger, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Index("clients_in_french_order", "sort_key", "client_id"),
    Index("clients_of_an_advisor", "advisor_id", "sort_key", "client_id"),
    Index("clients_of_a_segment", text("(attributes ->> 'segment')"), "sort_key", "client_id"),
    Index(
        "clients_by_attributes",
        "attributes",
        postgresql_using="gin",
        postgresql_ops={"attributes": "jsonb_path_ops"},
    ),
    Index("clients_by_words", "sort_key", postgresql_using="gin", postgresql_ops={"sort_key": "gin_trgm_ops"}),
)

accounts = Table(
    "accounts",
    metadata,
    Column("account_id", _ID, primary_key=True),
    Column("external_id", Text, nullable=False, unique=True),
    Column("client_id", _ID, ForeignKey("clients.client_id"), nullable=False),
    Column("label", Text, nullable=False),
    Column("sort_key", Text, Computed(_FRENCH_ORDER.format("label"), persisted=True)),
    Column("kind", Text),
    Column("opened_on", Date),
    Column("active", Boolean, nullable=False),
    # What transactions refer to, so that they follow an account that changes its client.
    UniqueConstraint("account_id", "client_id", name="accounts_with_their_client"),
    Index("accounts_of_a_client", "client_id", "sort_key", "account_id"),
)

transactions = Table(
    "transactions",
    metadata,
    Column("transaction_id", _ID, primary_key=True),
    Column("external_id", Text, nullable=False, unique=True),
    Column("account_id", _ID, nullable=False),
    Column("client_id", _ID, nullable=False),
    Column("booked_on", Date, nullable=False),
    Column("amount", Numeric(18, 2), nullable=False),
    Column("label", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    ForeignKeyConstraint(
        ["account_id", "client_id"],
        ["accounts.account_id", "accounts.client_id"],
        name="transactions_of_an_account",
        onupdate="CASCADE",
    ),
    Index("transactions_of_a_client_by_day", "client_id", "booked_on", "transaction_id"),
    Index("transactions_of_an_account_by_day", "account_id", "booked_on", "transaction_id"),
)

rights_changes = Table(
    "rights_changes",
    metadata,
    # In the order of the changes, since one writer at a time draws it.
    Column("change_id", BigInteger, Identity(always=True), primary_key=True),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    # A user id, or `crm`.
    Column("changed_by", Text, nullable=False),
    Column("door", Text, nullable=False),
    Column("subject_kind", Text, nullable=False),
    Column("subject_id", _ID, nullable=False),
    Column("subject_external_id", Text, nullable=False),
    Column("before", JSONB),
    Column("after", JSONB),
    Index("rights_changes_of_a_subject", "subject_id", "change_id"),
    Index("rights_changes_by_an_author", "changed_by", "change_id"),
    Index("rights_changes_by_time", "changed_at"),
    comment="Who changed what somebody may do: written once, by the transaction that made the change.",
)

calendar = Table(
    "calendar",
    metadata,
    Column("one", Boolean, CheckConstraint("one"), primary_key=True, server_default=text("true")),
    Column("country", Text),
    Column("subdivision", Text),
    # The day in ISO 8601, and why the network is closed.
    Column("closing_days", JSONB, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("changed_by", Text, nullable=False),
    comment="The working days, in one row, once somebody has said them.",
)

client_attributes = Table(
    "client_attributes",
    metadata,
    Column("name", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    CheckConstraint("kind in ('text', 'number', 'date', 'boolean', 'none')", name="client_attributes_kind"),
    comment="Every attribute that some client ever had, with the kinds of its values; kept by triggers on clients.",
)

saved_queries = Table(
    "saved_queries",
    metadata,
    Column("query_id", _ID, primary_key=True),
    # A user id, or `crm`.
    Column("owner_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("sort_key", Text, Computed(_FRENCH_ORDER.format("name"), persisted=True)),
    Column("filter", JSONB, nullable=False),
    # Users of this unit and of those below see it, beside its owner.
    Column("shared_with", _ID, ForeignKey("units.unit_id"), index=True),
    Column("revision", BigInteger, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("owner_id", "name", name="saved_queries_name_once_per_owner"),
    Index("saved_queries_in_french_order", "sort_key", "query_id"),
)

outbox = outbox_table(metadata)
