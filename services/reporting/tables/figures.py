"""The tables of reporting; only its store and its migrations touch them (docs/domain.md, Supervision).

Counters belong to a *generation*: one way of grouping a campaign's follow-ups. A changed plan, or a repair, builds the
next generation beside the one being served; readers change over when it is whole.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
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
from sqlalchemy.dialects.postgresql import JSONB

from shared.runtime.document_tables import document_tables

metadata = MetaData()
_ID = Uuid(as_uuid=False)
_MONEY = Numeric(18, 2)
_TIME = DateTime(timezone=True)
LISTED_BY = [
    "entry_date",
    "initial_potential",
    "potential",
    "collected",
    "concluded_on",
    "step_number",
    "last_activity",
]
"""What the list of clients is sorted by with an index: a page touches few rows however many there are."""

_HAPPENED_ON = (
    "make_date(cast(substr(fact ->> 'on', 1, 4) as integer), cast(substr(fact ->> 'on', 6, 2) as integer),"
    " cast(substr(fact ->> 'on', 9, 2) as integer))"
)
"""A cast to a date would depend on the session's settings."""

facts = Table(
    "facts",
    metadata,
    Column("follow_up_id", _ID, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("campaign_id", _ID, nullable=False),
    Column("kind", Text, nullable=False),
    Column("fact", JSONB, nullable=False),
    Column("after", JSONB, nullable=False, comment="The rulebook's FollowUp after this fact."),
    Column("occurred_at", _TIME, nullable=False),
    Column("recorded_at", _TIME, nullable=False),
    Column("door", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("happened_on", Date, Computed(_HAPPENED_ON, persisted=True), comment="The day of happening."),
    Column(
        "advisor_id",
        _ID,
        Computed("cast(after ->> 'advisor_id' as uuid)", persisted=True),
        comment="The advisor of record after this fact.",
    ),
    Index("facts_by_campaign_and_recording", "campaign_id", "recorded_at"),
    Index(
        "facts_by_advisor",
        "advisor_id",
        "campaign_id",
        "follow_up_id",
        postgresql_where=text("(fact ->> 'advisor_id') is not null"),
    ),
    comment="Every fact, once: what the figures are made from, and dated for figures of past days.",
)

follow_ups = Table(
    "follow_ups",
    metadata,
    Column("follow_up_id", _ID, primary_key=True),
    Column("campaign_id", _ID, nullable=False),
    Column("client_id", _ID, nullable=False),
    Column("number", Integer, nullable=False, comment="The highest fact received; `state` is the state after it."),
    Column("state", JSONB, nullable=False),
    Column("interactions", Integer, nullable=False, comment="Unplanned interactions among the facts received."),
    Column("generation", Integer, nullable=False, comment="The newest generation whose counters hold this row."),
    Column("advisor_id", _ID, nullable=False, comment="The advisor of record (spec 5.11)."),
    Column("entry_date", Date, nullable=False),
    Column("closing", Text),
    Column("success", Boolean, nullable=False),
    Column("initial_potential", _MONEY, nullable=False),
    Column("potential", _MONEY, nullable=False),
    Column("collected", _MONEY, nullable=False),
    Column("position", Text, comment="The step at which it stands; null at the end, and before a plan is known."),
    Column("plan_version", Integer, nullable=False, comment="The definition version `position` follows; 0 for none."),
    Column("conclusion_kind", Text),
    Column("concluded_on", Date),
    Column("step_number", Integer, comment="The position counted from 1; at the end, one more than there are steps."),
    Column("overdue", Boolean, nullable=False, server_default=text("false"), comment="Late at its position."),
    Column("last_activity", _TIME, comment="When something was last done for the client."),
    Index("follow_ups_by_campaign", "campaign_id", "generation", "follow_up_id"),
    Index("follow_ups_by_advisor", "advisor_id", "campaign_id"),
    Index("follow_ups_by_client", "client_id"),
    *(Index(f"follow_ups_by_{column}", "campaign_id", column, "follow_up_id") for column in LISTED_BY),
    Index("follow_ups_by_result", "campaign_id", "closing", "conclusion_kind", "follow_up_id"),
    Index("follow_ups_open", "campaign_id", "entry_date", "follow_up_id", postgresql_where=text("closing is null")),
    Index("follow_ups_overdue", "campaign_id", "entry_date", "follow_up_id", postgresql_where=text("overdue")),
    Index(
        "follow_ups_collected",
        *("campaign_id", "concluded_on", "advisor_id"),
        postgresql_include=["collected"],
        postgresql_where=text("success"),
    ),
    comment="Each follow-up as its facts say, with what lists sort and filter by.",
)

amount_counters = Table(
    "amount_counters",
    metadata,
    Column("campaign_id", _ID, primary_key=True),
    Column("generation", Integer, primary_key=True),
    Column("advisor_id", _ID, primary_key=True),
    Column("opens_on", Date, primary_key=True, comment="Entry date of open follow-ups: WAITING before it."),
    Column("clients", BigInteger, nullable=False),
    Column("accepted", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),
    Column("in_progress", BigInteger, nullable=False),
    Column("archived", BigInteger, nullable=False),
    Column("contacts", BigInteger, nullable=False),
    Column("converting", BigInteger, nullable=False, comment="Denominator of the conversion rate."),
    Column("converting_while_waiting", BigInteger, nullable=False, comment="The same before `opens_on`."),
    Column("overdue", BigInteger, nullable=False, server_default=text("0"), comment="Late at their position."),
    Column("potential", _MONEY, nullable=False),
    Column("remaining_potential", _MONEY, nullable=False),
    Column("collected", _MONEY, nullable=False),
    comment="Clients and euros per campaign, advisor of record and opening day.",
)

step_counters = Table(
    "step_counters",
    metadata,
    Column("campaign_id", _ID, primary_key=True),
    Column("generation", Integer, primary_key=True),
    Column("advisor_id", _ID, primary_key=True),
    Column("opens_on", Date, primary_key=True),
    Column("step_id", Text, primary_key=True),
    Column("step_group", Text, primary_key=True),
    Column("group_while_waiting", Text, primary_key=True, comment="The group before `opens_on`."),
    Column("clients", BigInteger, nullable=False),
    Column("passed", BigInteger, nullable=False, comment="Numerator of the pass-through rate."),
    Column("passed_while_waiting", BigInteger, nullable=False),
    comment="Clients per step and group.",
)

campaigns = Table(
    "campaigns",
    metadata,
    Column("campaign_id", _ID, primary_key=True),
    Column("version", Integer, nullable=False, comment="0 while only facts of the campaign are known."),
    Column("serving_generation", Integer, nullable=False, comment="The counters that readers see; 0 for none."),
    Column("serving_version", Integer, nullable=False),
    Column("target_generation", Integer, nullable=False, comment="The counters that are being built, or the same."),
    Column("target_version", Integer, nullable=False),
    Column("name", Text, nullable=False, server_default=text("''")),
    Column("owner_id", Text, nullable=False, server_default=text("''")),
    Column("creator_id", Text, nullable=False, server_default=text("''")),
    Column("target", _MONEY),
    Column("start_date", Date),
    Column("end_date", Date),
    Column("archived", Boolean, nullable=False, server_default=text("false")),
    Column("deleted", Boolean, nullable=False, server_default=text("false")),
    Column("created_at", _TIME),
    comment="Each campaign as last defined, and which of its counters are whole.",
)

campaign_versions = Table(
    "campaign_versions",
    metadata,
    Column("campaign_id", _ID, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("definition", JSONB, nullable=False, comment="CampaignDefined, whole."),
    Column("saved_at", _TIME, nullable=False),
    comment="Every definition received: the plans that generations follow, dated for figures of past days.",
)

shares = Table(
    "shares",
    metadata,
    Column("campaign_id", _ID, primary_key=True),
    Column("advisor_id", _ID, primary_key=True),
    Column("amount", _MONEY, nullable=False),
    Index("shares_by_advisor", "advisor_id"),
    comment="The target allocation as last defined.",
)

checks = Table(
    "checks",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("campaign_id", _ID, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", _TIME, nullable=False),
    Column("ended_at", _TIME),
    Column("differences", Integer, comment="Null while it runs, and when the plan changed meanwhile."),
    Column("examples", JSONB, nullable=False, server_default=text("'[]'")),
    Index("checks_by_campaign", "campaign_id", "id"),
    comment="Each recomputation of a campaign's counters from its facts, and what it found.",
)

refills = Table(
    "refills",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", _TIME, nullable=False),
    Column("after_seq", BigInteger, nullable=False, server_default=text("0"), comment="How far it is."),
    Column("added", BigInteger, nullable=False, server_default=text("0"), comment="Facts that were missing here."),
    Column("ended_at", _TIME),
    comment="Each reading of all facts from the follow-up service.",
)

exports = Table(
    "exports",
    metadata,
    Column("export_id", _ID, primary_key=True),
    Column("asker_id", Text, nullable=False),
    Column("asked_at", _TIME, nullable=False),
    Column("content", Text, nullable=False, comment="A hash of what was asked, to know a repeated call."),
    Column("wish", JSONB, nullable=False),
    Column("attempt", Integer, nullable=False, server_default=text("0"), comment="How often it was begun."),
    Column("leased_until", _TIME, comment="Until when the present attempt has it to itself."),
    Column("progress", BigInteger, nullable=False, server_default=text("0"), comment="Rows so far."),
    Column("reach", JSONB, comment="What the asker could see when the file was made."),
    Column("failure", Text, comment="The code of the refusal that it ended with."),
    Column("cancelled", Boolean, nullable=False, server_default=text("false")),
    Column("ended_at", _TIME),
    Column("document_id", _ID),
    Index("exports_waiting", "asked_at", postgresql_where=text("ended_at is null")),
    Index("exports_by_asker", "asker_id", "asked_at"),
    comment="Jobs that make one file each, for their asker alone.",
)

documents = document_tables(metadata)
