"""People, structure and clients as the directory last said, and where advisors were."""

from sqlalchemy import BigInteger, Boolean, Column, Computed, DateTime, Index, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from services.reporting.tables.figures import metadata

_ID = Uuid(as_uuid=False)
_TIME = DateTime(timezone=True)
_FRENCH_ORDER = (
    r"regexp_replace(normalize(replace(replace(lower(name), 'œ', 'oe'), 'æ', 'ae'), NFD), '[\u0300-\u036f]', '', 'g')"
)
"""As the directory sorts names."""

advisors = Table(
    "advisors",
    metadata,
    Column("user_id", _ID, primary_key=True),
    Column("external_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("unit_id", _ID, nullable=False),
    Column("unit_path", ARRAY(_ID), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("sort_key", Text, Computed(_FRENCH_ORDER, persisted=True)),
    Index("advisors_in_french_order", "sort_key", "user_id"),
    Index("advisors_by_unit_path", "unit_path", postgresql_using="gin"),
    Index("advisors_by_unit", "unit_id"),
    comment="People as the directory last said: reach is computed through them.",
)

advisor_places = Table(
    "advisor_places",
    metadata,
    Column("user_id", _ID, primary_key=True),
    Column("revision", BigInteger, primary_key=True),
    Column("known_at", _TIME, nullable=False, comment="When the directory told it."),
    Column("unit_id", _ID, nullable=False),
    Column("unit_path", ARRAY(_ID), nullable=False),
    comment="In which unit each advisor was, for figures of past days.",
)

units = Table(
    "units",
    metadata,
    Column("unit_id", _ID, primary_key=True),
    Column("external_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("parent_id", _ID),
    Column("path", ARRAY(_ID), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("sort_key", Text, Computed(_FRENCH_ORDER, persisted=True)),
    Index("units_in_french_order", "sort_key", "unit_id"),
    Index("units_by_path", "path", postgresql_using="gin"),
    Index("units_by_parent", "parent_id"),
    comment="The structure as the directory last said.",
)

clients = Table(
    "clients",
    metadata,
    Column("client_id", _ID, primary_key=True),
    Column("external_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("advisor_id", _ID, nullable=False, comment="The present advisor."),
    Column("erased", Boolean, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("sort_key", Text, Computed(_FRENCH_ORDER, persisted=True)),
    Index("clients_in_french_order", "sort_key", "client_id"),
    Index("clients_by_words", "sort_key", postgresql_using="gin", postgresql_ops={"sort_key": "gin_trgm_ops"}),
    Index("clients_by_advisor", "advisor_id"),
    comment="Clients as the directory last said.",
)
