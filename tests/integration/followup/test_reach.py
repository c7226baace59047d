"""Who sees which follow-ups: the reach in SQL says what the rulebook says, at every level."""

from uuid import uuid4

import pytest

from services.followup.ports import FollowUpFilter
from services.followup.store.people import PostgresPeople
from shared.contracts.directory import UserChanged
from shared.rulebook.access import AccessLevel, Principal, in_reach
from tests.integration.followup.world import World

EVERYWHERE = Principal("5a0c7a0e-0000-4000-8000-00000000000b", "u", ("u",), access_level=AccessLevel.ALL)
NETWORK, REGION, BRANCH, ELSEWHERE = (str(uuid4()) for _ in range(4))
PATHS = {"branch": (NETWORK, REGION, BRANCH), "region": (NETWORK, REGION), "elsewhere": (NETWORK, ELSEWHERE)}


@pytest.mark.parametrize("level", list(AccessLevel))
async def test_a_list_holds_just_the_follow_ups_within_reach(world: World, level: AccessLevel) -> None:
    campaign = await world.a_campaign()
    advisors = {}
    for place, path in PATHS.items():
        follow_up = await world.a_follow_up(campaign, start=False)
        async with world.database.reading() as conn:
            query = f"select advisor_id::text from follow_ups where follow_up_id = '{follow_up}'"  # noqa: S608
            advisor = (await conn.exec_driver_sql(query)).scalar_one()
        advisors[follow_up] = (advisor, path)
        user = UserChanged(
            user_id=advisor, external_id=advisor, name=place, unit_id=path[-1], unit_path=path, revision=1
        )
        await PostgresPeople(world.database).keep_users([user])
    # Of whoever moved to the region a moment ago, this service knows the unit of before.
    for place, seen_by_level in (("region", (0, 1, 1, 2, 3)), ("elsewhere", (0, 1, 2, 3, 3))):
        me = next(advisor for advisor, path in advisors.values() if path == PATHS[place])
        principal = Principal(user_id=me, unit_id=REGION, unit_path=PATHS["region"], access_level=level)

        seen = {row.follow_up_id for row in await world.reading.page(principal, FollowUpFilter(campaign_id=campaign))}
        one_by_one = {one for one in advisors if await world.reading.one(principal, one) is not None}

        by_rule = {one for one, (advisor, path) in advisors.items() if in_reach(principal, advisor, path)}
        assert seen == one_by_one == by_rule
        assert len(seen) == seen_by_level[list(AccessLevel).index(level)]


async def test_pages_follow_each_other_without_gap_or_repetition(world: World) -> None:
    campaign = await world.a_campaign()
    all_of_them = {await world.a_follow_up(campaign, start=False) for _ in range(5)}

    pages = [await world.reading.page(EVERYWHERE, FollowUpFilter(campaign_id=campaign, limit=2))]
    while len(pages[-1]) == 2:
        last = pages[-1][-1]
        after = (last.state.potential, last.follow_up_id)
        wanted = FollowUpFilter(campaign_id=campaign, limit=2, after=after)
        pages.append(await world.reading.page(EVERYWHERE, wanted))

    seen = [row.follow_up_id for page in pages for row in page]
    assert len(seen) == 5
    assert set(seen) == all_of_them
