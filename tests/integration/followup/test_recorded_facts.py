"""Rules 5 and 6 of the write path: facts are kept until recorded, recorded once, and a contradiction is an incident."""

import asyncio
from dataclasses import replace
from decimal import Decimal

from sqlalchemy import text
from temporalio.client import WorkflowExecutionStatus

from services.followup.ports import Leased, NewCommand, Outcome
from shared.contracts.workflow import NumberedFact
from shared.rulebook.commands import Conclude, RecordInteraction
from shared.rulebook.facts import Fact, FactKind
from shared.rulebook.follow_up import ConclusionKind
from shared.rulebook.steps import StepKind
from tests.integration.followup.conftest import AnotherWorld
from tests.integration.followup.engines import FreezingEngine
from tests.integration.followup.waiting import until
from tests.integration.followup.world import LATER, World

CALL = RecordInteraction(StepKind.REMINDER)


async def test_an_execution_ends_only_after_its_last_fact_is_recorded(world: World, another: AnotherWorld) -> None:
    dying = await another(around=lambda real: FreezingEngine(real, after=True))
    later = await another(ahead=LATER)
    follow_up = await world.a_follow_up()
    conclude = Conclude(ConclusionKind.SALE, world.clock.today(), Decimal("12.50"))
    caller = asyncio.create_task(dying.do(follow_up, conclude))
    await asyncio.wait_for(dying.engine.frozen.wait(), 10)
    await until(lambda: _asked_in_vain(world, follow_up))

    description = await world.execution(follow_up).describe()
    await later.upkeep.send_again()
    await world.execution(follow_up).result()

    assert description.status is WorkflowExecutionStatus.RUNNING
    assert await world.kinds(follow_up) == ["ClientTargeted", "Concluded"]
    dying.engine.thaw()
    assert (await caller).number == 2


async def test_the_answer_brings_what_an_earlier_sender_left_unrecorded(world: World) -> None:
    follow_up = await world.a_follow_up()
    lost = world.wish(follow_up, CALL)
    leased = await _admitted(world, lost)
    await world.desk._sender.send(leased)

    # The database was restored to a moment at which the command was not yet known.
    async with world.database.transaction() as conn:
        await conn.execute(text("delete from commands where command_id = :id"), {"id": lost.command_id})
    verdict = await world.do(follow_up, CALL)

    assert (verdict.kind, verdict.number) == ("applied", 3)
    facts = await world.facts(follow_up)
    assert [(fact.number, fact.command_id) for fact in facts][1:] == [(2, lost.command_id), (3, verdict.command_id)]
    assert await _incidents(world, follow_up) == [("unknown_command", {"number": 2})]


async def test_recording_an_answer_twice_writes_fact_event_and_verdict_once(world: World) -> None:
    follow_up = await world.a_follow_up()
    leased = await _admitted(world, world.wish(follow_up, CALL))
    outcome = await world.desk._sender.send(leased)

    for _ in range(3):
        recorded = await world.log.record([outcome, outcome])

    assert [(one.kind, one.number) for answer in recorded for one in answer.verdicts] == [("applied", 2)] * 2
    assert await world.kinds(follow_up) == ["ClientTargeted", "InteractionRecorded"]
    assert await _count(world, "outbox", follow_up) == 2
    assert await _count(world, "incidents", follow_up) == 0


async def test_a_number_held_with_other_content_is_an_incident_and_changes_nothing(world: World) -> None:
    follow_up = await world.a_follow_up()
    await world.do(follow_up, CALL)
    leased = await _admitted(world, world.wish(follow_up, CALL))
    other = Fact(FactKind.STEP_COMPLETED, world.clock.today(), 1, step_id="meeting")

    recorded = await world.log.record(
        [_outcome(leased, NumberedFact(number=2, command_id=leased.command_id, fact=other))]
    )

    assert recorded[0].verdicts == ()
    assert await _incidents(world, follow_up) == [("other_content", {"number": 2, "command": leased.command_id})]
    assert await world.kinds(follow_up) == ["ClientTargeted", "InteractionRecorded"]
    assert [one.kind for one in await world.log.verdicts("tests", [leased.source_id])] == ["pending"]


async def test_a_gap_is_an_incident_and_changes_nothing(world: World) -> None:
    follow_up = await world.a_follow_up()
    leased = await _admitted(world, world.wish(follow_up, CALL))
    fact = Fact(FactKind.INTERACTION_RECORDED, world.clock.today(), 1, interaction=StepKind.TASK)

    await world.log.record([_outcome(leased, NumberedFact(number=4, command_id=leased.command_id, fact=fact))])

    assert await _incidents(world, follow_up) == [("gap", {"held": 1, "received": 4})]
    assert await world.kinds(follow_up) == ["ClientTargeted"]


async def test_a_verdict_is_written_once_and_callers_are_told_what_the_row_says(world: World) -> None:
    follow_up = await world.a_follow_up()
    leased = await _admitted(world, world.wish(follow_up, CALL))
    outcome = await world.desk._sender.send(leased)
    await world.log.record([replace(outcome, facts=(), refused="closed", data={"closing": "ARCHIVED"})])

    told = await world.log.record([outcome])

    assert [(one.kind, one.code) for one in told[0].verdicts] == [("refused", "closed")]


async def test_one_contradiction_leaves_the_others_of_its_transaction_alone(world: World) -> None:
    wrong, right = await world.a_follow_up(), await world.a_follow_up()
    contradicting = await _admitted(world, world.wish(wrong, CALL))
    sound = await world.desk._sender.send(await _admitted(world, world.wish(right, CALL)))
    fact = Fact(FactKind.INTERACTION_RECORDED, world.clock.today(), 1, interaction=StepKind.TASK)

    await world.log.record(
        [_outcome(contradicting, NumberedFact(number=9, command_id=contradicting.command_id, fact=fact)), sound]
    )

    assert await world.kinds(right) == ["ClientTargeted", "InteractionRecorded"]


def _outcome(leased: Leased, *facts: NumberedFact) -> Outcome:
    return Outcome(leased, facts=facts)


async def _admitted(world: World, wish: NewCommand) -> Leased:
    """Written down and leased, and sent by nobody yet."""
    (leased,) = await world.log.admit([wish])
    assert isinstance(leased, Leased)
    return leased


async def _asked_in_vain(world: World, follow_up: str) -> bool:
    """Whether the execution has asked once at least whether its last fact is recorded, and was told no."""
    description = (await world.execution(follow_up).describe()).raw_description
    return any(activity.attempt >= 2 for activity in description.pending_activities)


async def _incidents(world: World, follow_up: str) -> list[tuple[str, object]]:
    async with world.database.reading() as conn:
        rows = await conn.execute(text("select kind, data from incidents where follow_up_id = :id"), {"id": follow_up})
        return [(row[0], row[1]) for row in rows]


async def _count(world: World, table: str, follow_up: str) -> int:
    where = "subject like '%' || :id" if table == "outbox" else "follow_up_id = cast(:id as uuid)"
    async with world.database.reading() as conn:
        counted = await conn.execute(text(f"select count(*) from {table} where {where}"), {"id": follow_up})  # noqa: S608
        return int(counted.scalar_one())
