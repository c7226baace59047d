"""What compares and what tells changes: reconciliations, what they found, and the clock of live figures."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.reporting.tables.figures import metadata

_ID = Uuid(as_uuid=False)
_TIME = DateTime(timezone=True)

reconciliations = Table(
    "reconciliations",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", _TIME, nullable=False),
    Column("scheduled_on", Date, unique=True, comment="The day whose run it is; null when somebody asked."),
    Column("part", Text, nullable=False, comment="What is compared now."),
    Column("reached", Text, comment="How far this part is."),
    Column("resume_at", _TIME, comment="Not before this moment."),
    Column("leased_until", _TIME, comment="Until when one process has it to itself."),
    Column("follow_ups", BigInteger, nullable=False, server_default=text("0")),
    Column("executions", BigInteger, nullable=False, server_default=text("0")),
    Column("unsure", BigInteger, nullable=False, server_default=text("0")),
    Column("counters_at", _TIME, comment="When the counters were asked to be recomputed."),
    Column("counters", Integer, comment="Counters that differed; null until it is known."),
    Column("problem", Text, comment="Why it does not go on at present."),
    Column("ended_at", _TIME),
    Index(
        "reconciliations_one_at_a_time",
        text("(ended_at is null)"),
        unique=True,
        postgresql_where=text("ended_at is null"),
    ),
    comment="Each comparison with the owner of the facts and with the engine, and how far it is.",
)

reconciliation_differences = Table(
    "reconciliation_differences",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("number", BigInteger, nullable=False, comment="The reconciliation that saw it."),
    Column("kind", Text, nullable=False),
    Column("follow_up_id", _ID, nullable=False),
    Column("campaign_id", _ID),
    Column("outcome", Text, nullable=False, comment="suspected, found, repaired or open."),
    Column("details", JSONB, nullable=False, comment="Numbers and states, no names."),
    Column("reason", Text, comment="Why it was not repaired."),
    UniqueConstraint("number", "kind", "follow_up_id"),
    comment="What differed: at first suspected, since facts are on their way all the time.",
)

figure_clock = Table(
    "figure_clock",
    metadata,
    Column("one", Boolean, CheckConstraint("one"), primary_key=True, server_default=text("true")),
    Column("number", BigInteger, nullable=False),
    comment="Counts the transactions that changed figures, in the order of their commits.",
)

figure_changes = Table(
    "figure_changes",
    metadata,
    Column("campaign_id", _ID, primary_key=True, comment="All zeros: every campaign."),
    Column("advisor_id", _ID, primary_key=True, comment="All zeros: whoever reads it."),
    Column("number", BigInteger, nullable=False),
    Index("figure_changes_by_number", "number"),
    comment="At which number of the clock figures changed last, by advisor of record.",
)
