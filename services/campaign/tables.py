"""The tables of the campaign service; only its store and its migrations touch them (docs/domain.md, Campaigns)."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.runtime.document_tables import document_tables
from shared.runtime.tables import outbox_table

metadata = MetaData()
_ID = Uuid(as_uuid=False)
_MONEY = Numeric(18, 2)
_TIME = DateTime(timezone=True)
_FRENCH_ORDER = (
    r"regexp_replace(normalize(replace(replace(lower(name), 'œ', 'oe'), 'æ', 'ae'), NFD), '[\u0300-\u036f]', '', 'g')"
)

users = Table(
    "users",
    metadata,
    Column("user_id", _ID, primary_key=True),
    Column("external_id", Text, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("unit_id", _ID, nullable=False, index=True),
    Column("unit_path", ARRAY(_ID), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Index("users_by_unit_path", "unit_path", postgresql_using="gin"),
    comment="People as the directory last said: reach is computed through them.",
)

clients = Table(
    "clients",
    metadata,
    Column("client_id", _ID, primary_key=True),
    Column("external_id", Text, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("advisor_id", _ID, nullable=False, index=True),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("erased", Boolean, nullable=False),
    Column("revision", BigInteger, nullable=False),
    comment="Clients as the directory last said.",
)

campaigns = Table(
    "campaigns",
    metadata,
    Column("campaign_id", _ID, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("number", BigInteger, Identity(always=True), nullable=False, unique=True),
    Column("content", Text, nullable=False, comment="Hash of the request that created it."),
    Column("name", Text, nullable=False),
    Column(
        "sort_key",
        Text,
        Computed(_FRENCH_ORDER, persisted=True),
    ),
    Column("owner_id", _ID, nullable=False, index=True),
    Column("creator_id", Text, nullable=False, index=True),
    Column("target", _MONEY),
    Column("start_date", Date, nullable=False),
    Column("end_date", Date, nullable=False),
    Column("archived", Boolean, nullable=False, server_default=text("false")),
    Column("deleted", Boolean, nullable=False, server_default=text("false")),
    Column("version", Integer, nullable=False),
    Column("created_at", _TIME, nullable=False),
    CheckConstraint("end_date >= start_date", name="campaigns_dates_in_order"),
    CheckConstraint("target >= 0", name="campaigns_target_not_negative"),
    comment="Each campaign as it is now; `number` is the order of creation. The rest is in its present version.",
)

campaign_versions = Table(
    "campaign_versions",
    metadata,
    Column("campaign_id", _ID, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("definition", JSONB, nullable=False, comment="CampaignDefined, whole."),
    Column("allocation", JSONB, nullable=False, comment="The rows as entered: advisor, euros or per cent."),
    Column("saved_by", Text, nullable=False),
    Column("saved_at", _TIME, nullable=False),
    comment="Every version ever saved, never changed: the dated history of definition and allocation.",
)

allocations = Table(
    "allocations",
    metadata,
    Column("campaign_id", _ID, primary_key=True),
    Column("row_number", Integer, primary_key=True),
    Column("advisor_id", _ID, nullable=False, index=True),
    Column("amount", _MONEY),
    Column("percent", Numeric),
    CheckConstraint("num_nonnulls(amount, percent) = 1", name="allocations_euros_or_per_cent"),
    comment="The allocation as it is now, in row order; what it was is in campaign_versions.",
)

targeted_clients = Table(
    "targeted_clients",
    metadata,
    Column("campaign_id", _ID, primary_key=True),
    Column("client_id", _ID, primary_key=True),
    Column("potential", _MONEY, nullable=False),
    Column("initial_potential", _MONEY, nullable=False),
    Column("entry_date", Date, nullable=False),
    Column("advisor_id", _ID, nullable=False, comment="The client's advisor when targeted."),
    Column("job_id", _ID, nullable=False),
    Column("closing", Text, comment="As its follow-up last told, or withdrawn here a moment ago; null while open."),
    Column("fact_number", Integer, nullable=False, server_default=text("0"), comment="The fact that told last."),
    Column("targeted_by", Text, nullable=False),
    Column("targeted_at", _TIME, nullable=False),
    CheckConstraint("potential >= 0 and initial_potential >= 0", name="targeted_clients_potential_not_negative"),
    CheckConstraint("closing in ('CONCLUDED', 'WITHDRAWN', 'ARCHIVED')", name="targeted_clients_closing"),
    Index("targeted_clients_by_client", "client_id"),
    comment="A client at most once per campaign (spec 3.3).",
)

targeting_jobs = Table(
    "targeting_jobs",
    metadata,
    Column("job_id", _ID, primary_key=True),
    Column("campaign_id", _ID, nullable=False, index=True),
    Column("kind", Text, nullable=False, server_default=text("'TARGET'")),
    Column("content", Text, nullable=False, comment="Hash of the call that asked for it."),
    Column("total", Integer, nullable=False),
    Column("asker", JSONB, nullable=False, comment="Who asked, with the rights held then."),
    Column("asked_at", _TIME, nullable=False),
    Column("batches", Integer, nullable=False, server_default=text("0"), comment="Batches published so far."),
    Column("accepted", Integer, nullable=False, server_default=text("0")),
    Column("skipped", Integer, nullable=False, server_default=text("0")),
    Column("cancelled_at", _TIME, comment="Since when what is left of it is skipped."),
    CheckConstraint("kind in ('TARGET', 'WITHDRAW', 'CHANGE')", name="targeting_jobs_kind"),
    Index("targeting_jobs_by_asker", text("(asker ->> 'user_id')"), "asked_at"),
    comment="One call that targets, withdraws or changes clients; worked off when accepted + skipped = total.",
)

targeting_chunks = Table(
    "targeting_chunks",
    metadata,
    Column("job_id", _ID, primary_key=True),
    Column("chunk", Integer, primary_key=True),
    Column("targets", JSONB, nullable=False, comment="What is left of at most 500 items, as asked."),
    Column("attempt_at", _TIME, nullable=False, index=True),
    comment="What is still to do; a chunk leaves in the transaction of its effect.",
)

targeting_pulls = Table(
    "targeting_pulls",
    metadata,
    Column("job_id", _ID, primary_key=True),
    Column("wish", JSONB, nullable=False, comment="The filter, and what its clients enter with."),
    Column("after", Text, comment="The last client pulled."),
    Column("pages", Integer, nullable=False, server_default=text("0")),
    Column("pulled", Integer, nullable=False, server_default=text("0")),
    Column("attempt_at", _TIME, nullable=False, index=True),
    comment="Jobs whose clients a query still finds; a row leaves with the last page.",
)

targeting_skips = Table(
    "targeting_skips",
    metadata,
    Column("job_id", _ID, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("client", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("detail", Text),
    comment="Items of a job that had no effect, and why; `position` counts from 1 in the call, or is a file's row.",
)

list_orders = Table(
    "list_orders",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("campaign_id", _ID, primary_key=True),
    Column("rank", Integer, nullable=False),
    comment="A user's own order of the list (spec 2.6); campaigns not in it come after, by creation.",
)

moments = Table(
    "moments",
    metadata,
    Column("campaign_id", _ID, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("reached_on", Date, nullable=False),
    Column("recorded_at", _TIME, nullable=False),
    comment="The moments that the campaign's workflow told: once per kind.",
)

outbox = outbox_table(metadata)
documents = document_tables(metadata)
