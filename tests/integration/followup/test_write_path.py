"""The write path on the real engine and PostgreSQL: what a rule prevents, shown."""

from decimal import Decimal

from shared.rulebook.commands import CompleteStep, Conclude
from shared.rulebook.follow_up import ConclusionKind
from tests.integration.followup.world import World


async def test_a_completed_step_is_recorded_with_its_verdict(world: World) -> None:
    follow_up = await world.a_follow_up()

    verdict = await world.do(follow_up, CompleteStep("first-call"))

    assert (verdict.kind, verdict.number) == ("applied", 2)


async def test_a_step_past_a_missing_mandatory_one_is_refused_with_what_is_missing(world: World) -> None:
    follow_up = await world.a_follow_up()

    verdict = await world.do(follow_up, CompleteStep("meeting"))

    assert (verdict.kind, verdict.code) == ("refused", "mandatory_step_missing")
    assert verdict.data == {"step": "meeting", "missing": ["first-call"]}


async def test_a_concluded_follow_up_ends_its_execution_and_still_takes_a_late_step(world: World) -> None:
    follow_up = await world.a_follow_up()
    await world.do(follow_up, CompleteStep("first-call"))

    concluded = await world.do(follow_up, Conclude(ConclusionKind.SALE, world.clock.today(), Decimal("12.50")))
    await world.client.get_workflow_handle(f"follow-up/{follow_up}").result()
    late = await world.do(follow_up, CompleteStep("meeting"))

    assert concluded.kind == "applied"
    assert (late.kind, late.number) == ("applied", 4)
