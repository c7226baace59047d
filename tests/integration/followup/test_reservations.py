"""While a step is being removed nothing new is done on it: people are refused by name, the CRM's signals wait."""

from dataclasses import replace
from datetime import timedelta

from shared.rulebook.access import AccessLevel, Principal
from shared.rulebook.commands import CompleteStep, RecordInteraction
from shared.rulebook.errors import Refused
from shared.rulebook.steps import StepKind
from tests.integration.followup.conftest import AnotherWorld
from tests.integration.followup.engines import FreezingEngine
from tests.integration.followup.waiting import until
from tests.integration.followup.world import STEPS, World, a_definition

HOUR = timedelta(hours=1)
SOMEBODY = Principal("5a0c7a0e-0000-4000-8000-00000000000b", "u", ("u",), access_level=AccessLevel.ALL)
CALL = RecordInteraction(StepKind.REMINDER)


async def test_a_person_is_refused_by_name(world: World) -> None:
    campaign = await world.a_campaign()
    follow_up = await world.a_follow_up(campaign)
    await world.definitions.reserve(campaign, ["second-call"])

    (refused,) = await world.log.admit([_by_somebody(world, follow_up)])

    assert isinstance(refused, Refused)
    assert (refused.code, refused.data) == ("step_being_removed", {"step": "second-call"})


async def test_a_signal_waits_until_the_step_is_gone_and_is_then_refused(world: World) -> None:
    campaign = await world.a_campaign()
    follow_up = await world.a_follow_up(campaign)
    counts = await world.definitions.reserve(campaign, ["second-call"])
    await world.do(follow_up, CompleteStep("first-call"))

    waiting = await world.do(follow_up, CompleteStep("second-call"), key="late-1", park=HOUR)
    await world.do(follow_up, CALL)  # a fact frees what is parked, but not this; nor does a version known already
    await world.definitions.hold(a_definition(campaign, 1))
    assert await _decided(world, "late-1") is None
    await world.definitions.hold(a_definition(campaign, 2, steps=[STEPS[0], *STEPS[2:]]))

    assert counts is not None
    assert (counts.completed, waiting.kind, waiting.code) == ((), "parked", "step_being_removed")
    assert await until(lambda: _decided(world, "late-1")) == ("refused", "step_unknown")
    assert "second-call" not in [fact.fact.step_id for fact in await world.facts(follow_up)]


async def test_a_signal_waits_until_the_step_is_released_and_is_then_applied(world: World) -> None:
    campaign = await world.a_campaign()
    follow_up = await world.a_follow_up(campaign)
    await world.do(follow_up, CompleteStep("first-call"))
    await world.definitions.reserve(campaign, ["second-call"])
    await world.do(follow_up, CompleteStep("second-call"), key="late-2", park=HOUR)

    await world.definitions.release(campaign)

    assert await until(lambda: _decided(world, "late-2")) == ("applied", None)


async def test_a_signal_parked_before_does_not_slip_through(world: World) -> None:
    campaign = await world.a_campaign()
    follow_up = await world.a_follow_up(campaign)
    await world.do(follow_up, CompleteStep("second-call"), key="late-3", park=HOUR)
    counts = await world.definitions.reserve(campaign, ["second-call"])

    await world.do(follow_up, CompleteStep("first-call"))

    assert counts is not None
    assert await world.kinds(follow_up) == ["ClientTargeted", "StepCompleted"]
    await world.definitions.release(campaign)
    assert await until(lambda: _decided(world, "late-3")) == ("applied", None)


async def test_counting_waits_for_what_is_on_its_way(world: World, another: AnotherWorld) -> None:
    slow = await another(around=lambda real: FreezingEngine(real, after=True))
    campaign = await world.a_campaign()
    follow_up = await world.a_follow_up(campaign)
    await slow.desk.leave([slow.wish(follow_up, CompleteStep("first-call"))])

    during = await world.definitions.reserve(campaign, ["first-call"])
    slow.engine.thaw()
    counts = await until(lambda: world.definitions.reserve(campaign, ["first-call"]))

    assert during is None
    assert counts.completed == ("first-call",)


async def test_of_a_whole_campaign_it_is_told_whether_anything_was_recorded(world: World) -> None:
    untouched, touched = await world.a_campaign(), await world.a_campaign()
    await world.a_follow_up(untouched)
    await world.do(await world.a_follow_up(touched), CALL)

    counts = [await world.definitions.reserve(campaign, None) for campaign in (untouched, touched)]

    assert [one.anything_recorded for one in counts if one] == [False, True]


def _by_somebody(world: World, follow_up: str):
    return replace(world.wish(follow_up, CompleteStep("second-call")), principal=SOMEBODY)


async def _decided(world: World, key: str) -> tuple[str, str | None] | None:
    await world.upkeep.send_again()
    (verdict,) = await world.log.verdicts("tests", [key])
    return (verdict.kind, verdict.code) if verdict.kind in {"applied", "refused"} else None
