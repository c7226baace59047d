"""What of follow-ups and jobs a reader sees, as SQL (spec 1.2)."""

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from services.followup.tables import advisors, bulk_jobs
from shared.rulebook.access import AccessLevel, Principal
from shared.runtime import reach

_PEOPLE = reach.Seats(
    person=advisors.c.advisor_id,
    unit=advisors.c.unit_path[sa.func.cardinality(advisors.c.unit_path)],
    unit_path=advisors.c.unit_path,
)


def in_reach(reader: Principal, advisor: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether the reach covers the clients of the advisor in that column."""
    return reach.in_reach(reader, advisor, _PEOPLE)


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
