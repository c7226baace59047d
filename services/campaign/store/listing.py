"""The list of campaigns: what the reader sees, filtered, searched, in one of four orders, page by page (spec 2.6)."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Text, and_, cast, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.campaign.ports import Listed, ListSort, Wanted
from services.campaign.store.reach import sees_campaign
from services.campaign.tables import campaigns, list_orders, users
from shared.rulebook.access import Principal
from shared.rulebook.campaign import CampaignStatus

_UNORDERED = 9_999_999_999
"""Sorts behind every rank that a user gave: campaigns made since stand last."""
_PLACES: dict[ListSort, ColumnElement[str]] = {
    ListSort.ORDER: func.lpad(cast(func.coalesce(list_orders.c.rank, _UNORDERED), Text), 10, "0"),
    ListSort.NAME: campaigns.c.sort_key,
    ListSort.START: cast(campaigns.c.start_date, Text),
    ListSort.END: cast(campaigns.c.end_date, Text),
}


async def list_page(connection: AsyncConnection, reader: Principal, wanted: Wanted) -> Sequence[Listed]:
    """At most `wanted.limit` campaigns after the place of the last one seen."""
    place = _PLACES[wanted.sort]
    page = (
        select(
            campaigns.c.campaign_id,
            campaigns.c.key,
            campaigns.c.version,
            campaigns.c.name,
            campaigns.c.owner_id,
            users.c.name.label("owner_name"),
            campaigns.c.start_date,
            campaigns.c.end_date,
            campaigns.c.archived,
            place.label("place"),
            campaigns.c.number,
        )
        .outerjoin(users, users.c.user_id == campaigns.c.owner_id)
        .outerjoin(
            list_orders,
            and_(list_orders.c.campaign_id == campaigns.c.campaign_id, list_orders.c.user_id == reader.user_id),
        )
        .where(~campaigns.c.deleted, sees_campaign(reader))
        .where(or_(*(has_status(status, wanted.today) for status in sorted(wanted.statuses))))
        .order_by(place, campaigns.c.number)
        .limit(wanted.limit)
    )
    if wanted.search:
        page = page.where(campaigns.c.sort_key.contains(_folded(wanted.search), autoescape=True))
    if wanted.after is not None:
        after, number = wanted.after
        page = page.where(tuple_(place, campaigns.c.number) > tuple_(literal(after, Text), literal(number, BigInteger)))
    return [_listed(row) for row in (await connection.execute(page)).mappings()]


def has_status(status: CampaignStatus, today: date) -> ColumnElement[bool]:
    """Whether the row of `campaigns` has that status; says the same as `rulebook.campaign.campaign_status`."""
    begun = campaigns.c.start_date <= today
    over = campaigns.c.end_date < today
    match status:
        case CampaignStatus.ARCHIVED:
            return campaigns.c.archived
        case CampaignStatus.UPCOMING:
            return and_(~campaigns.c.archived, ~begun)
        case CampaignStatus.RUNNING:
            return and_(~campaigns.c.archived, begun, ~over)
        case CampaignStatus.ENDED:
            return and_(~campaigns.c.archived, begun, over)


def _listed(row: Mapping[Any, Any]) -> Listed:
    columns = dict(row)
    number = columns.pop("number")
    return Listed(**{**columns, "place": (columns["place"], number)})


def _folded(search: str) -> str:
    """The search as `campaigns.sort_key` writes it: lower case, without accents."""
    lower = search.lower().replace("œ", "oe").replace("æ", "ae")
    return re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFD", lower))
