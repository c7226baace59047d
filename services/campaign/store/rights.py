"""What the rights of somebody on a campaign are decided by."""

from sqlalchemy import ColumnElement, and_, exists, false, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.campaign.ports import Campaign
from services.campaign.store.reach import is_covered
from services.campaign.tables import allocations, campaigns, clients, targeted_clients, users
from shared.rulebook.access import Principal, Target


async def target_of(connection: AsyncConnection, campaign: Campaign, reader: Principal) -> Target:
    """See the ports."""
    definition = campaign.definition
    this = literal(definition.campaign_id, campaigns.c.campaign_id.type)
    owner_path = select(users.c.unit_path).where(users.c.user_id == definition.owner_id)
    found = await connection.execute(
        select(
            is_covered(reader, this).label("covered"),
            _takes_part(reader, this).label("takes_part"),
            owner_path.scalar_subquery().label("owner_path"),
        )
    )
    row = found.one()
    return Target(
        creator_id=definition.creator_id,
        owner_id=definition.owner_id,
        owner_unit_path=tuple(row.owner_path or ()),
        covered=row.covered,
        takes_part=row.takes_part,
    )


def _takes_part(reader: Principal, campaign: ColumnElement[str]) -> ColumnElement[bool]:
    if reader.crm:
        return false()
    return or_(
        exists().where(and_(allocations.c.campaign_id == campaign, allocations.c.advisor_id == reader.user_id)),
        exists().where(
            and_(
                targeted_clients.c.campaign_id == campaign,
                targeted_clients.c.closing.is_distinct_from("WITHDRAWN"),
                targeted_clients.c.client_id == clients.c.client_id,
                clients.c.advisor_id == reader.user_id,
            )
        ),
    )
