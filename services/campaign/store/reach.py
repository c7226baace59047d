"""What of campaigns a reader sees, as SQL (spec 1.2, 1.3)."""

from decimal import Decimal

from sqlalchemy import ColumnElement, case, exists, false, or_, true

from services.campaign.tables import allocations, campaigns, clients, targeted_clients, users
from shared.rulebook.access import AccessLevel, Principal
from shared.runtime import reach

_PEOPLE = reach.Seats.of(users)


def in_reach(reader: Principal, advisor: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether the reach covers the clients of the advisor in that column."""
    return reach.in_reach(reader, advisor, _PEOPLE)


def is_covered(reader: Principal, campaign: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether the reach covers a targeted client or an allocated advisor of the campaign in that column (spec 1.3)."""
    if not (reader.crm or reader.access_level is not AccessLevel.NONE):
        return false()
    return or_(
        exists().where(allocations.c.campaign_id == campaign, in_reach(reader, allocations.c.advisor_id)),
        exists().where(
            targeted_clients.c.campaign_id == campaign,
            targeted_clients.c.client_id == clients.c.client_id,
            in_reach(reader, clients.c.advisor_id),
        ),
    )


def sees_campaign(reader: Principal) -> ColumnElement[bool]:
    """Whether the reader sees the row of `campaigns`; says the same as `rulebook.access.sees_campaign`."""
    if reader.crm:
        return true()
    return or_(_may_change(reader), is_covered(reader, campaigns.c.campaign_id))


def seen_target(reader: Principal) -> ColumnElement[Decimal | None]:
    """The target of the row of `campaigns` where the reader may see it: who may change it, or reads all (ADR 0028)."""
    if reader.crm or reader.access_level is AccessLevel.ALL:
        return campaigns.c.target
    return case((_may_change(reader), campaigns.c.target))


def _may_change(reader: Principal) -> ColumnElement[bool]:
    return or_(
        campaigns.c.creator_id == reader.user_id,
        campaigns.c.owner_id == reader.user_id,
        in_reach(reader, campaigns.c.owner_id) if reader.manage_campaigns else false(),
    )
