"""A campaign service that is killed while it removes a step leaves nothing closed, and nothing half saved."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import nats.errors
import pytest
from sqlalchemy import text

from services.campaign.store.neighbours import AskedFollowUps
from services.followup.store.neighbours import AskedCampaigns
from services.followup.use_cases.reservations import open_again
from shared.contracts.campaign import DefinitionFound
from shared.rulebook.commands import CompleteStep
from tests.integration.followup.test_preview import OLD, a_campaign, a_follow_up, door, edit_of
from tests.integration.followup.waiting import until
from tests.integration.followup.world import STEPS, World, a_definition
from tests.services.campaign.conftest import Door

__all__ = ["door"]
FIRST, LAST = CompleteStep("first-call"), CompleteStep("second-call")


class SilentCampaigns:
    """A campaign service that does not answer."""

    async def present(self, campaign_id: str) -> DefinitionFound | None:
        return None


class Says:
    """A campaign service that has this version."""

    def __init__(self, definition: Any) -> None:
        self._definition = definition

    async def present(self, campaign_id: str) -> DefinitionFound | None:
        return DefinitionFound(definition=self._definition)


class KilledBeforeTelling(AskedFollowUps):
    """Reserves, and then is heard of no more."""

    async def release(self, *_: Any, **__: Any) -> None:
        pass

    async def hold(self, *_: Any) -> bool:
        return False


async def test_a_reservation_whose_time_is_over_opens_again_by_itself(world: World) -> None:
    campaign = await world.a_campaign()
    follow_up = await world.a_follow_up(campaign)
    await world.do(follow_up, FIRST)
    await world.definitions.reserve(campaign, ["second-call"], by="killed", seconds=0.001)
    parked = await world.do(follow_up, LAST, key="waits", park=timedelta(hours=1))

    opened = await open_again(world.definitions, Says(a_definition(campaign)))

    assert (parked.code, opened) == ("step_being_removed", 1)
    assert await until(lambda: _applied(world, "waits"))


async def test_one_that_still_may_be_saved_stays(world: World) -> None:
    campaign = await world.a_campaign()
    await world.definitions.reserve(campaign, ["second-call"], by="lives")

    assert await open_again(world.definitions, Says(a_definition(campaign))) == 0


async def test_while_nobody_says_whether_it_was_saved_it_stays(world: World) -> None:
    campaign = await world.a_campaign()
    await world.definitions.reserve(campaign, None, by="killed", seconds=0.001)

    assert await open_again(world.definitions, SilentCampaigns()) == 0
    assert await world.definitions.ended_reservations(9) == [campaign]


async def test_a_version_that_was_saved_after_all_is_held_instead(world: World) -> None:
    campaign = await world.a_campaign()
    follow_up = await world.a_follow_up(campaign)
    await world.do(follow_up, FIRST)
    await world.definitions.reserve(campaign, ["second-call"], by="killed", seconds=0.001)

    await open_again(world.definitions, Says(a_definition(campaign, 2, steps=[STEPS[0], *STEPS[2:]])))

    assert (await world.do(follow_up, LAST)).code == "step_unknown"
    assert await world.definitions.ended_reservations(9) == []


async def test_what_one_reserved_another_neither_takes_nor_opens(world: World) -> None:
    campaign = await world.a_campaign()
    await world.definitions.reserve(campaign, ["second-call"], by="first")

    taken = await world.definitions.reserve(campaign, ["meeting"], by="other")
    await world.definitions.release(campaign, by="other")
    again = await world.definitions.reserve(campaign, ["second-call"], by="first")
    await world.definitions.release(campaign, by="first")

    assert taken is None
    assert again is not None
    assert await world.definitions.reserve(campaign, ["meeting"], by="other") is not None


@pytest.fixture
async def killed_door(world: World, door: Door) -> Door:
    """The campaign service on real parts, which falls silent after it reserved."""
    kept = door.app.state.door
    door.app.state.door = replace(kept, desk=replace(kept.desk, follow_ups=KilledBeforeTelling(world.bus)))
    return door


async def test_killed_before_the_save_the_step_opens_again(
    world: World, killed_door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign, follow_up = await _begun(world, killed_door)

    async def killed(*_: Any) -> None:
        raise nats.errors.TimeoutError

    monkeypatch.setattr("services.campaign.store.campaigns.PostgresChanging.save", killed)
    answer = await _remove_third(killed_door, campaign)
    closed = await world.definitions.reserve(campaign["campaign_id"], ["third"], by="other")
    await _let_time_pass(world)
    opened = await open_again(world.definitions, AskedCampaigns(world.bus))

    assert (answer.status_code, closed, opened) == (503, None, 1)
    assert (await world.do(follow_up, CompleteStep("third"))).kind == "applied"


async def test_killed_after_the_save_the_next_command_follows_it(world: World, killed_door: Door) -> None:
    campaign, follow_up = await _begun(world, killed_door)

    answer = await _remove_third(killed_door, campaign)
    await _let_time_pass(world)
    await open_again(world.definitions, AskedCampaigns(world.bus))

    assert (answer.status_code, answer.json()["held"]) == (200, False)
    assert (await world.do(follow_up, CompleteStep("third"))).kind == "refused"


async def _begun(world: World, door: Door) -> tuple[dict[str, Any], str]:
    campaign = await a_campaign(door, world)
    held = await AskedCampaigns(world.bus).present(campaign["campaign_id"])
    assert held is not None
    assert held.definition is not None
    await world.definitions.hold(held.definition)
    done = (CompleteStep("first"), CompleteStep("second"))
    return campaign, await a_follow_up(world, campaign["campaign_id"], "anne", *done)


async def _remove_third(door: Door, campaign: dict[str, Any]) -> Any:
    edit = edit_of(campaign, [OLD[0], OLD[1], OLD[3]])
    return await door.ask("PUT", f"/{campaign['campaign_id']}", json=edit, headers={"If-Match": '"1"'})


async def _let_time_pass(world: World) -> None:
    async with world.database.transaction() as connection:
        await connection.execute(text("update campaigns set reserved_until = now() where reserved_until is not null"))


async def _applied(world: World, key: str) -> bool:
    await world.upkeep.send_again()
    (verdict,) = await world.log.verdicts("tests", [key])
    return verdict.kind == "applied"
