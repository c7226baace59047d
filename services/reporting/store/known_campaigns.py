"""The campaigns that a reader may find, and whether the reach covers something in each today."""

from typing import Any

from sqlalchemy import Select, Text, cast, exists, or_, select

from services.reporting.ports.reading import Scope
from services.reporting.store.reach import within
from services.reporting.tables import advisors, amount_counters, campaigns, shares
from shared.rulebook.access import Principal


def known_campaigns(reader: Principal, campaign_id: str | None) -> Select[Any]:
    """Campaigns defined, deleted ones too, with `covered` and the unit of their owner, in order of creation."""
    scope = Scope(reader)
    targeted = select(amount_counters.c.clients).where(
        amount_counters.c.campaign_id == campaigns.c.campaign_id,
        amount_counters.c.generation == campaigns.c.serving_generation,
        amount_counters.c.clients > 0,
        within(scope, amount_counters.c.advisor_id),
    )
    allocated = select(shares.c.amount).where(
        shares.c.campaign_id == campaigns.c.campaign_id, within(scope, shares.c.advisor_id)
    )
    known = (
        select(
            campaigns,
            advisors.c.unit_path.label("owner_unit_path"),
            or_(exists(targeted), exists(allocated)).label("covered"),
        )
        .outerjoin(advisors, cast(advisors.c.user_id, Text) == campaigns.c.owner_id)
        .where(campaigns.c.version > 0)
        .order_by(campaigns.c.created_at, campaigns.c.campaign_id)
    )
    return known if campaign_id is None else known.where(campaigns.c.campaign_id == campaign_id)
