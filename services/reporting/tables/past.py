"""Where the follow-ups as of a past day stand while one reader looks at them.

No tables of the schema: each transaction that lists a past day makes its own, and they are gone with it.
"""

from sqlalchemy import Boolean, Column, DateTime, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from services.reporting.tables.figures import follow_ups

_metadata = MetaData()
_ID = Uuid(as_uuid=False)

past_known = Table(
    "past_known",
    _metadata,
    Column("follow_up_id", _ID),
    Column("number", Integer, comment="The last fact as of the day."),
    Column("interactions", Integer),
    Column("folds", Boolean, comment="Facts happened in another order than they were recorded in."),
    Column("last_activity", DateTime(timezone=True)),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)
past_follow_ups = Table(
    "past_follow_ups",
    _metadata,
    *(Column(one.name, one.type) for one in follow_ups.c),
    Column("shape", JSONB, comment="What its position depends on, besides the plan; null where it is told itself."),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)
past_standings = Table(
    "past_standings",
    _metadata,
    Column("campaign_id", _ID),
    Column("shape", JSONB),
    Column("position", Text),
    Column("step_number", Integer),
    Column("overdue", Boolean),
    Column("plan_version", Integer),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)
