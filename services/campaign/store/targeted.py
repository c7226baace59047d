"""The clients of a campaign within a reach: filtered, searched, in one of three orders, page by page."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Text, Uuid, and_, cast, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.campaign.ports import TargetedRow, TargetedSort, TargetedWanted
from services.campaign.store.reach import in_reach
from services.campaign.tables import clients, targeted_clients, users
from shared.rulebook.access import Principal
from shared.rulebook.follow_up import Closing, FollowUpStatus
from shared.rulebook.spread import Spreading

_HIGHEST = 10**16
_rows = targeted_clients.c
# As texts that sort as the values do; the highest potential first.
_PLACES: dict[TargetedSort, ColumnElement[str]] = {
    TargetedSort.CLIENT: literal("", Text),
    TargetedSort.POTENTIAL: func.to_char(_HIGHEST - _rows.potential, "FM00000000000000000.00"),
    TargetedSort.ENTRY: cast(_rows.entry_date, Text),
}


async def open_of_advisors(
    connection: AsyncConnection, campaign_id: str, advisor_ids: Collection[str], reader: Principal
) -> Mapping[str, int]:
    """How many clients of each of the advisors, within reach, have an open follow-up in the campaign."""
    advisor = clients.c.advisor_id
    found = await connection.execute(
        select(advisor, func.count())
        .join(targeted_clients, _rows.client_id == clients.c.client_id)
        .where(_rows.campaign_id == campaign_id, _rows.closing.is_(None), advisor.in_(advisor_ids))
        .where(in_reach(reader, advisor))
        .group_by(advisor)
    )
    return {row[0]: row[1] for row in found}


async def targeted_page(
    connection: AsyncConnection, campaign_id: str, reader: Principal, wanted: TargetedWanted
) -> Sequence[TargetedRow]:
    """At most `wanted.limit` clients after the place of the last one seen."""
    place = _PLACES[wanted.sort]
    page = (
        select(
            _rows.client_id,
            clients.c.external_id,
            clients.c.name,
            clients.c.advisor_id,
            users.c.name.label("advisor_name"),
            _rows.potential,
            _rows.initial_potential,
            _rows.entry_date,
            _rows.closing,
            _rows.job_id,
            place.label("place"),
        )
        .join(clients, clients.c.client_id == _rows.client_id)
        .outerjoin(users, users.c.user_id == clients.c.advisor_id)
        .where(_rows.campaign_id == campaign_id, in_reach(reader, clients.c.advisor_id))
        .where(or_(*(has_state(state, wanted.today) for state in sorted(wanted.states))))
        .order_by(place, _rows.client_id)
        .limit(wanted.limit)
    )
    if wanted.advisor_id is not None:
        page = page.where(clients.c.advisor_id == wanted.advisor_id)
    if wanted.search:
        found = (column.icontains(wanted.search, autoescape=True) for column in (clients.c.name, clients.c.external_id))
        page = page.where(or_(*found))
    if wanted.after is not None:
        after, client_id = wanted.after
        page = page.where(tuple_(place, _rows.client_id) > tuple_(literal(after, Text), cast(client_id, Uuid())))
    return [_row(row) for row in (await connection.execute(page)).mappings()]


async def waiting_clients(
    connection: AsyncConnection, campaign_id: str, reader: Principal, today: date
) -> dict[Spreading, date]:
    """The WAITING clients within the reader's reach under their present advisors, with their entry dates."""
    found = await connection.execute(
        select(_rows.client_id, clients.c.advisor_id, _rows.potential, _rows.entry_date)
        .join(clients, clients.c.client_id == _rows.client_id)
        .where(_rows.campaign_id == campaign_id, in_reach(reader, clients.c.advisor_id))
        .where(has_state(FollowUpStatus.WAITING, today))
    )
    return {Spreading(row.client_id, row.advisor_id, row.potential): row.entry_date for row in found}


def has_state(state: FollowUpStatus, today: date) -> ColumnElement[bool]:
    """Whether the row of `targeted_clients` has that state; says the same as `rulebook.standing.status_of`."""
    match state:
        case FollowUpStatus.WAITING:
            return and_(_rows.closing.is_(None), _rows.entry_date > today)
        case FollowUpStatus.OPEN:
            return and_(_rows.closing.is_(None), _rows.entry_date <= today)
        case _:
            return _rows.closing == state.value


def _row(row: Mapping[Any, Any]) -> TargetedRow:
    columns = dict(row)
    closing = columns["closing"]
    columns["closing"] = None if closing is None else Closing(closing)
    return TargetedRow(**{**columns, "place": (columns["place"], columns["client_id"])})
