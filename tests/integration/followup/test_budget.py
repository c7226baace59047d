"""What a completed step costs the engine, as the server itself counts it: events, state transitions, bytes."""

from decimal import Decimal

from shared.contracts.campaign import StepDefinition
from shared.rulebook.commands import CompleteStep, Conclude
from shared.rulebook.follow_up import ConclusionKind
from shared.rulebook.steps import StepKind
from tests.integration.followup.histories import Size, size_of
from tests.integration.followup.world import World

EVENTS, TRANSITIONS, BYTES = 6, 1, 1_200
STEPS = tuple(
    StepDefinition(
        id=f"0195f3c0-7e2a-7cc1-9b1e-5d2f4a6b8c{number:02}", title=f"Step {number}", kind=StepKind.TASK, mandatory=True
    )
    for number in range(10)
)
"""Ids as long as ours."""


async def test_a_completed_step_stays_within_its_budget(world: World) -> None:
    follow_up = await world.a_follow_up(await world.a_campaign(steps=STEPS))
    await world.do(follow_up, CompleteStep(STEPS[0].id))  # the first one shares its task with the start
    costs = []
    for step in STEPS[1:]:
        before = await size_of(world.execution(follow_up))
        await world.do(follow_up, CompleteStep(step.id, frozenset()))
        costs.append(await size_of(world.execution(follow_up)) - before)

    largest = Size(*(max(getattr(cost, name) for cost in costs) for name in ("events", "transitions", "size")))
    measured = f"events, transitions, bytes per step: {[(cost.events, cost.transitions, cost.size) for cost in costs]}"

    assert largest.events <= EVENTS, measured
    assert largest.transitions == TRANSITIONS, measured
    assert largest.size <= BYTES, measured


async def test_a_whole_follow_up_stays_small(world: World) -> None:
    follow_up = await world.a_follow_up()
    for step in ("first-call", "second-call", "meeting", "paperwork"):
        await world.do(follow_up, CompleteStep(step))
    await world.do(follow_up, Conclude(ConclusionKind.SALE, world.clock.today(), Decimal("12.50")))
    await world.execution(follow_up).result()

    size = await size_of(world.execution(follow_up))

    # 4 to start, 5 a step, 6 for the conclusion (it changes the status that operators filter by), 7 to end.
    assert size.events <= 40, size
    assert size.size <= 12_000, size
