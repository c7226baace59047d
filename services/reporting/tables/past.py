"""Where the follow-ups as of a past day stand while one reader looks at them."""

from sqlalchemy import Column, MetaData, Table
from sqlalchemy.dialects.postgresql import JSONB

from services.reporting.tables.figures import follow_ups

past_follow_ups = Table(
    "past_follow_ups",
    MetaData(),
    *(Column(one.name, one.type, primary_key=one.primary_key) for one in follow_ups.c),
    Column("shape", JSONB, comment="What its position depends on, besides the plan."),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)
"""No table of the schema: each transaction that lists a past day makes its own, and it is gone with it."""
