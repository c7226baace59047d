"""The list of campaigns: what the reader sees, filtered, searched, in one of six orders, page by page (spec 2.6)."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Text, and_, case, cast, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.campaign.ports import Listed, ListSort, Wanted
from services.campaign.store.reach import seen_target, sees_campaign
from services.campaign.tables import campaigns, list_orders, users
from shared.rulebook.access import Principal
from shared.rulebook.campaign import CampaignStatus

_UNORDERED = 9_999_999_999
"""Sorts behind every rank that a user gave: campaigns made since stand last."""


async def list_page(connection: AsyncConnection, reader: Principal, wanted: Wanted) -> Sequence[Listed]:
    """At most `wanted.limit` campaigns after the place of the last one seen."""
    target = seen_target(reader)
    place = _place(wanted, target)
    row = tuple_(place, campaigns.c.number)
    page = (
        select(
            campaigns.c.campaign_id,
            campaigns.c.key,
            campaigns.c.version,
            campaigns.c.name,
            campaigns.c.owner_id,
            users.c.name.label("owner_name"),
            target.label("target"),
            campaigns.c.start_date,
            campaigns.c.end_date,
            campaigns.c.archived,
            place.label("place"),
            campaigns.c.number,
        )
        .outerjoin(users, users.c.user_id == campaigns.c.owner_id)
        .outerjoin(list_orders, _own_order(reader))
        .where(~campaigns.c.deleted, sees_campaign(reader))
        .where(or_(*(has_status(status, wanted.today) for status in sorted(wanted.statuses))))
        .order_by(*(column.desc() if wanted.descending else column for column in (place, campaigns.c.number)))
        .limit(wanted.limit)
    )
    if wanted.search:
        page = page.where(campaigns.c.sort_key.contains(_folded(wanted.search), autoescape=True))
    if wanted.after is not None:
        last = tuple_(literal(wanted.after[0], Text), literal(wanted.after[1], BigInteger))
        page = page.where(row < last if wanted.descending else row > last)
    return [_listed(row) for row in (await connection.execute(page)).mappings()]


async def own_order(connection: AsyncConnection, reader: Principal) -> list[str]:
    """The ids of all campaigns that the reader sees, in the reader's own order."""
    found = await connection.execute(
        select(campaigns.c.campaign_id)
        .outerjoin(list_orders, _own_order(reader))
        .where(~campaigns.c.deleted, sees_campaign(reader))
        .order_by(_rank(), campaigns.c.number)
    )
    return list(found.scalars())


def _own_order(reader: Principal) -> ColumnElement[bool]:
    return and_(list_orders.c.campaign_id == campaigns.c.campaign_id, list_orders.c.user_id == reader.user_id)


def _place(wanted: Wanted, target: ColumnElement[Any]) -> ColumnElement[str]:
    """What the list is sorted by, as a text that sorts alike, so that one cursor serves every order."""
    match wanted.sort:
        case ListSort.ORDER:
            return _rank()
        case ListSort.NAME:
            return campaigns.c.sort_key
        case ListSort.START:
            return cast(campaigns.c.start_date, Text)
        case ListSort.END:
            return cast(campaigns.c.end_date, Text)
        case ListSort.TARGET:
            return func.coalesce(func.lpad(cast(target, Text), 20, "0"), "" if wanted.descending else "z")
        case ListSort.STATUS:
            order = [(has_status(status, wanted.today), str(at)) for at, status in enumerate(CampaignStatus)]
            return case(*order, else_="") + cast(campaigns.c.start_date, Text)


def _rank() -> ColumnElement[str]:
    return func.lpad(cast(func.coalesce(list_orders.c.rank, _UNORDERED), Text), 10, "0")


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
