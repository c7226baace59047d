"""The reach of a reader as SQL (spec 1.2), by advisor; says the same as `rulebook.access.in_reach`: a test compares."""

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from services.followup.tables import advisors, bulk_jobs
from shared.rulebook.access import AccessLevel, Principal


def in_reach(principal: Principal, advisor: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether the reach covers the clients of the advisor in that column."""
    if principal.crm or principal.access_level is AccessLevel.ALL:
        return sa.true()
    match principal.access_level:
        case AccessLevel.NONE:
            return sa.false()
        case AccessLevel.OWN:
            return advisor == principal.user_id
        case AccessLevel.UNIT:
            inside = advisors.c.unit_path[sa.func.cardinality(advisors.c.unit_path)] == principal.unit_id
        case _:
            inside = advisors.c.unit_path.contains([principal.unit_id])
    # One's own clients wherever one sits by now: this service may not have heard of the move yet. A union, since an
    # *or* would keep the planner from going by the advisors.
    own = sa.select(sa.literal(principal.user_id, advisors.c.advisor_id.type))
    return advisor.in_(sa.select(advisors.c.advisor_id).where(inside).union_all(own))


def sees_job(reader: Principal) -> ColumnElement[bool]:
    """Whether the reader sees the row of `bulk_jobs`: asked for it, or manages campaigns and reaches whoever did.

    Its counts and its list are the asker's, so that nobody learns more from them than by asking alike (ADR 0055).
    """
    own = bulk_jobs.c.asker_id == reader.user_id
    if not reader.manage_campaigns or reader.access_level is AccessLevel.NONE:
        return own
    if reader.access_level is AccessLevel.ALL:
        return sa.true()
    askers = sa.select(sa.cast(advisors.c.advisor_id, sa.Text)).where(in_reach(reader, advisors.c.advisor_id))
    return sa.or_(own, bulk_jobs.c.asker_id.in_(askers))
