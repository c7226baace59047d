"""The definition is stamped on commands, not broadcast: the very next command follows the version held."""

from shared.rulebook.commands import CompleteStep
from tests.integration.followup.conftest import AnotherWorld
from tests.integration.followup.engines import WatchedEngine
from tests.integration.followup.histories import size_of
from tests.integration.followup.world import STEPS, World, a_definition

OPTIONAL_FIRST = (STEPS[0].model_copy(update={"mandatory": False}), *STEPS[1:])


async def test_the_very_next_command_follows_the_version_held_without_a_message_to_the_execution(
    world: World, another: AnotherWorld
) -> None:
    watched = await another(around=WatchedEngine)
    campaign = await world.a_campaign()
    follow_up = await world.a_follow_up(campaign)
    refused = await watched.do(follow_up, CompleteStep("meeting"))
    before = await size_of(world.execution(follow_up))

    held = await world.definitions.hold(a_definition(campaign, 2, steps=OPTIONAL_FIRST))
    untouched = await size_of(world.execution(follow_up))
    verdict = await watched.do(follow_up, CompleteStep("meeting"))

    assert (refused.code, held) == ("mandatory_step_missing", 2)
    assert untouched == before
    assert (verdict.kind, verdict.number) == ("applied", 2)
    assert [fact.fact.version for fact in await world.facts(follow_up)] == [1, 2]
    assert [len(watched.engine.sent), len(watched.engine.answers)] == [2, 2]


async def test_a_version_travels_once_and_not_with_every_command(world: World, another: AnotherWorld) -> None:
    watched = await another(around=WatchedEngine)
    campaign = await world.a_campaign()
    follow_up = await world.a_follow_up(campaign)
    await world.definitions.hold(a_definition(campaign, 2))

    for step in ("first-call", "second-call", "meeting"):
        await watched.do(follow_up, CompleteStep(step))

    assert [message.plan is not None for message in watched.engine.sent] == [True, False, False]
    assert [message.version for message in watched.engine.sent] == [2, 2, 2]


async def test_an_older_version_that_comes_late_changes_nothing(world: World) -> None:
    campaign = await world.a_campaign()
    follow_up = await world.a_follow_up(campaign)
    await world.definitions.hold(a_definition(campaign, 3, steps=OPTIONAL_FIRST))

    held = await world.definitions.hold(a_definition(campaign, 2))

    assert held == 3
    assert (await world.do(follow_up, CompleteStep("meeting"))).kind == "applied"


async def test_a_refused_command_leaves_the_execution_with_the_version_it_knew(
    world: World, another: AnotherWorld
) -> None:
    watched = await another(around=WatchedEngine)
    campaign = await world.a_campaign()
    follow_up = await world.a_follow_up(campaign)
    await world.do(follow_up, CompleteStep("second-call"))
    await world.definitions.hold(a_definition(campaign, 2))
    await watched.do(follow_up, CompleteStep("meeting"))

    verdict = await watched.do(follow_up, CompleteStep("first-call"))

    assert (verdict.kind, verdict.number) == ("applied", 2)
    assert [message.plan is not None for message in watched.engine.sent] == [True, True]
