"""Rule 10 of the write path: a command that is merely early waits for what it needs, and is refused at expiry."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from services.followup.ports import Leased, Outcome
from shared.rulebook.commands import CompleteStep, Conclude
from shared.rulebook.errors import NotVisible
from shared.rulebook.follow_up import ConclusionKind
from shared.rulebook.ids import follow_up_id
from shared.runtime.identifiers import uuid7
from tests.integration.followup.conftest import AnotherWorld
from tests.integration.followup.waiting import until
from tests.integration.followup.world import STEPS, World, a_definition

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("started", [True, False], ids=["running", "not-started"])
async def test_a_signal_before_its_predecessor_is_parked_and_applied_when_that_comes(
    world: World, *, started: bool
) -> None:
    follow_up = await world.a_follow_up(start=started)
    early = await world.do(follow_up, CompleteStep("meeting"), key=f"early-{started}", park=HOUR)

    await world.do(follow_up, CompleteStep("first-call"))
    await until(lambda: _has_facts(world, follow_up, 3))

    assert (early.kind, early.code) == ("parked", "mandatory_step_missing")
    assert [fact.fact.step_id for fact in await world.facts(follow_up)] == [None, "first-call", "meeting"]
    asked = await world.log.verdicts("tests", [f"early-{started}"])
    assert [(verdict.kind, verdict.number, verdict.code) for verdict in asked] == [("applied", 3, None)]


async def test_parked_signals_are_tried_again_in_the_order_in_which_they_came(world: World) -> None:
    steps = ("paperwork", "meeting", "second-call")
    follow_up = await world.a_follow_up()
    for step in steps:
        await world.do(follow_up, CompleteStep(step), park=HOUR)

    await world.do(follow_up, CompleteStep("first-call"))
    await until(lambda: _has_facts(world, follow_up, 5))

    # The paperwork, tried first, still lacked the meeting; the meeting, recorded, brought it back.
    assert [fact.fact.step_id for fact in await world.facts(follow_up)][2:] == ["meeting", "paperwork", "second-call"]


async def test_a_parked_signal_is_judged_by_a_new_definition_at_once(world: World) -> None:
    campaign = await world.a_campaign()
    follow_up = await world.a_follow_up(campaign)
    early = await world.do(follow_up, CompleteStep("meeting"), key="early-2", park=HOUR)
    optional = (STEPS[0].model_copy(update={"mandatory": False}), *STEPS[1:])

    await world.definitions.hold(a_definition(campaign, 2, steps=optional))
    await until(lambda: _taken_up(world))
    await until(lambda: _has_facts(world, follow_up, 2))

    assert (early.kind, early.code) == ("parked", "mandatory_step_missing")
    assert [(one.kind, one.number) for one in await world.log.verdicts("tests", ["early-2"])] == [("applied", 2)]
    assert [fact.fact.version for fact in await world.facts(follow_up)] == [1, 2]


async def test_a_parked_signal_blocks_nobody(world: World) -> None:
    follow_up = await world.a_follow_up()
    await world.do(follow_up, CompleteStep("meeting"), park=HOUR)

    other = await world.do(follow_up, CompleteStep("second-call"), park=HOUR)
    concluded = await world.do(follow_up, Conclude(ConclusionKind.REFUSAL, world.clock.today()))

    assert other.kind == "parked"
    assert (concluded.kind, concluded.number) == ("applied", 2)


async def test_a_parked_signal_is_refused_at_expiry_with_what_was_missing(world: World, another: AnotherWorld) -> None:
    follow_up = await world.a_follow_up()
    await world.do(follow_up, CompleteStep("meeting"), key="early-3", park=HOUR)
    tomorrow = await another(ahead=2 * HOUR)

    before = await world.log.expire_parked()
    await tomorrow.upkeep.send_again()

    assert before == []
    asked = await world.log.verdicts("tests", ["early-3"])
    assert [(verdict.kind, verdict.code) for verdict in asked] == [("refused", "mandatory_step_missing")]
    assert [verdict.data for verdict in asked] == [{"step": "meeting", "missing": ["first-call"]}]


async def test_a_signal_for_an_unknown_client_is_parked_and_applied_after_targeting(world: World) -> None:
    campaign, client = await world.a_campaign(), str(uuid4())
    follow_up = follow_up_id(campaign, client)
    early = await world.do(follow_up, CompleteStep("first-call"), key="early-4", park=HOUR)

    await world.target(campaign, client)
    await until(lambda: _taken_up(world))
    await until(lambda: _has_facts(world, follow_up, 2))

    assert early.kind == "parked"
    asked = await world.log.verdicts("tests", ["early-4"])
    assert [(verdict.kind, verdict.number) for verdict in asked] == [("applied", 2)]


async def test_a_signal_for_a_client_who_never_comes_is_refused_by_name(world: World, another: AnotherWorld) -> None:
    await world.do(str(uuid4()), CompleteStep("first-call"), key="early-5", park=HOUR)
    tomorrow = await another(ahead=2 * HOUR)

    await tomorrow.upkeep.send_again()

    asked = await world.log.verdicts("tests", ["early-5"])
    assert [(verdict.kind, verdict.code) for verdict in asked] == [("refused", "follow_up_unknown")]


async def test_a_signal_for_a_client_whom_an_archived_campaign_does_not_take_goes_on_waiting(world: World) -> None:
    campaign, client = await world.a_campaign(), str(uuid4())
    await world.do(follow_up_id(campaign, client), CompleteStep("first-call"), key="early-6", park=HOUR)
    await world.definitions.hold(a_definition(campaign, 2, archived=True))

    await world.target(campaign, client)

    asked = await world.log.verdicts("tests", ["early-6"])
    assert [(verdict.kind, verdict.code) for verdict in asked] == [("parked", "follow_up_unknown")]


async def test_a_refusal_that_comes_after_what_it_waited_for_does_not_park(world: World, another: AnotherWorld) -> None:
    follow_up = await world.a_follow_up()
    await world.do(follow_up, CompleteStep("first-call"))
    (leased,) = await world.log.admit([world.wish(follow_up, CompleteStep("meeting"), key="early-7", park=HOUR)])
    assert isinstance(leased, Leased)
    state_before = replace(leased.follow_up.state, number=1)
    sent_before = replace(leased, follow_up=replace(leased.follow_up, state=state_before))

    (recorded,) = await world.log.record([Outcome(sent_before, refused="mandatory_step_missing")])
    (pending,) = await world.log.verdicts("tests", ["early-7"])
    await (await another(ahead=timedelta(seconds=2))).upkeep.send_again()
    await until(lambda: _has_facts(world, follow_up, 3))

    assert (recorded.verdicts, pending.kind, pending.code) == ((), "pending", None)
    asked = await world.log.verdicts("tests", ["early-7"])
    assert [(verdict.kind, verdict.number) for verdict in asked] == [("applied", 3)]


async def test_a_client_targeted_while_its_signal_is_being_parked_gets_it(world: World) -> None:
    campaign, client = await world.a_campaign(), str(uuid4())
    async with world.database.transaction() as conn:
        await conn.execute(text("lock table commands in exclusive mode"))
        early = asyncio.create_task(world.do(follow_up_id(campaign, client), CompleteStep("first-call"), park=HOUR))
        await until(lambda: _waits_for_a_lock(world, 1))
        targeting = asyncio.create_task(world.target(campaign, client))
        await until(lambda: _waits_for_a_lock(world, 2))
    await targeting

    assert (await early).kind == "parked"
    await until(lambda: _taken_up(world))
    await until(lambda: _has_facts(world, follow_up_id(campaign, client), 2))


async def test_one_whose_client_came_unseen_is_judged_at_expiry_rather_than_refused(
    world: World, another: AnotherWorld
) -> None:
    follow_up = await world.a_follow_up()
    await world.do(follow_up, CompleteStep("meeting"), key="early-6", park=HOUR)
    async with world.database.transaction() as conn:  # as a process leaves it that died between two transactions
        await conn.execute(
            text("update commands set code = 'follow_up_unknown', body = body || cast(:step as jsonb)"),
            {"step": '{"step_id": "first-call"}'},
        )
    tomorrow = await another(ahead=2 * HOUR)

    await until(lambda: _taken_up_or_done(tomorrow, "early-6"))

    assert [(one.kind, one.number) for one in await world.log.verdicts("tests", ["early-6"])] == [("applied", 2)]


async def test_two_replicas_that_park_the_same_ids_in_opposite_orders_never_wait_in_a_circle(
    world: World, another: AnotherWorld
) -> None:
    replica = await another()
    nobody = str(uuid4())
    for attempt in range(10):
        wishes = [world.wish(nobody, CompleteStep("a"), key=f"{attempt}-{n}", park=HOUR) for n in range(200)]

        forwards, backwards = await asyncio.gather(
            world.log.admit(wishes), replica.log.admit([replace(one, command_id=uuid7()) for one in reversed(wishes)])
        )

        assert {one.kind for one in [*forwards, *backwards]} == {"parked"}
        assert len({one.command_id for one in [*forwards, *backwards]}) == 200


async def test_what_is_not_to_be_parked_is_refused_at_once(world: World) -> None:
    with pytest.raises(NotVisible):
        await world.do(str(uuid4()), CompleteStep("first-call"))


async def _has_facts(world: World, follow_up: str, number: int) -> bool:
    return len(await world.facts(follow_up)) >= number


async def _taken_up(world: World) -> bool:
    return await world.upkeep.send_again() > 0


async def _taken_up_or_done(world: World, key: str) -> bool:
    await world.upkeep.send_again()
    return any(one.kind in {"applied", "refused"} for one in await world.log.verdicts("tests", [key]))


async def _waits_for_a_lock(world: World, number: int) -> bool:
    async with world.database.reading() as conn:
        waiting = await conn.execute(
            text("select count(*) from pg_locks where not granted and relation = 'commands'::regclass")
        )
        return waiting.scalar_one() >= number
