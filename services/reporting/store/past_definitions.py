"""Campaigns as they were defined on a past day: steps, dates, target and shares of the version saved by then."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Numeric, Uuid, case, cast, column, func, select, tuple_
from sqlalchemy.dialects.postgresql import JSONB, distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.ports.reading import AsOf, Axis, Scope
from services.reporting.store.places import places_before
from services.reporting.store.reach import within
from services.reporting.tables import campaign_versions
from shared.contracts.campaign import CampaignDefined

_ID = Uuid(as_uuid=False)


class PastShare(NamedTuple):
    """An advisor's part of a target, in euros."""

    campaign_id: str
    advisor_id: str
    amount: Decimal


async def definitions_as_of(
    connection: AsyncConnection, as_of: AsOf, campaign_ids: Collection[str]
) -> dict[str, CampaignDefined | None]:
    """The definition of each campaign as of the day; None before the campaign.

    By date of happening a campaign that was saved after it had begun is taken as it was saved first.
    """
    columns = campaign_versions.c
    later = columns.saved_at >= as_of.end
    dated = (
        select(columns.campaign_id, columns.definition, later.label("later"))
        .ext(distinct_on(columns.campaign_id))
        .where(columns.campaign_id.in_(campaign_ids))
        .order_by(columns.campaign_id, later, case((later, columns.version), else_=-columns.version))
    )
    found: dict[str, CampaignDefined | None] = dict.fromkeys(campaign_ids)
    for row in await connection.execute(dated):
        definition = CampaignDefined.model_validate(row.definition)
        begun = as_of.axis is Axis.HAPPENED and definition.start_date <= as_of.day
        if begun or not row.later:
            found[row.campaign_id] = definition
    return found


async def past_shares(
    connection: AsyncConnection, as_of: AsOf, scope: Scope, definitions: Sequence[CampaignDefined]
) -> list[PastShare]:
    """The shares of these definitions within the scope; a client has none."""
    if scope.client_id is not None or not definitions:
        return []
    share = (
        func.jsonb_array_elements(campaign_versions.c.definition["shares"])
        .table_valued(column("value", JSONB))
        .render_derived(name="share")
    )
    advisor_id = cast(share.c.value["advisor_id"].astext, _ID)
    amount = func.sum(cast(share.c.value["amount"].astext, Numeric(18, 2)))
    versions = tuple_(campaign_versions.c.campaign_id, campaign_versions.c.version)
    allocated = (
        select(campaign_versions.c.campaign_id, advisor_id.label("advisor_id"), amount.label("amount"))
        .join(share, versions.in_([(one.campaign_id, one.version) for one in definitions]))
        .where(within(scope, advisor_id, places_before(as_of.end)))
        .group_by(campaign_versions.c.campaign_id, advisor_id)
    )
    rows: Sequence[Any] = (await connection.execute(allocated)).all()
    return [PastShare(row.campaign_id, row.advisor_id, row.amount) for row in rows]
