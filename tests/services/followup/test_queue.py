"""Commands that wait for the engine: none is sent too late, none is leased in vain, all are decided in the end."""

import asyncio
from datetime import timedelta

from services.followup.ports import UNCLEAR, EngineAnswer, NewCommand
from services.followup.use_cases.command_desk import CommandDesk
from services.followup.use_cases.flow import Flow
from services.followup.use_cases.send import Sender
from shared.rulebook.commands import RecordInteraction
from shared.rulebook.steps import StepKind
from tests.services.followup.conftest import Service

_DEADLINE = timedelta(seconds=8)
_AT_ONCE = timedelta(seconds=0.05)


async def test_a_command_whose_turn_came_too_late_is_not_sent_but_by_whoever_leases_it_next(service: Service) -> None:
    flow = Flow(1)
    desk = CommandDesk(
        service.log, Sender(service.engine, service.clock, deadline=_DEADLINE), flow, answer_within=_AT_ONCE
    )
    service.log.lease = timedelta(0)

    async with flow.turn():
        late = await desk.submit(_a_call(service))
    await desk.close()
    sent_late = len(service.engine.sent)
    service.log.lease = _DEADLINE + timedelta(seconds=12)
    for leased in await service.log.claim_due(10):
        desk.drive(leased)
    await desk.close()
    (verdict,) = await service.log.verdicts("tests", ["call"])

    assert (late.kind, sent_late) == ("pending", 0)
    assert (verdict.kind, len(service.engine.sent)) == ("applied", 1)
    assert flow.allowed == 1


async def test_a_command_whose_send_came_to_nothing_is_told_as_pending_without_waiting_for_its_time(
    service: Service,
) -> None:
    sender = Sender(service.engine, service.clock, deadline=_DEADLINE)
    desk = CommandDesk(service.log, sender, Flow(1), answer_within=timedelta(hours=1))
    service.engine.answers = [EngineAnswer(failure=UNCLEAR)]

    async with asyncio.timeout(20):
        verdict = await desk.submit(_a_call(service))
    await desk.close()

    assert (verdict.kind, verdict.source_id, verdict.repeated) == ("pending", "call", False)


async def test_there_is_room_for_so_many_commands_as_get_their_turn_in_time(service: Service) -> None:
    flow = Flow(3)
    desk = CommandDesk(
        service.log, Sender(service.engine, service.clock, deadline=_DEADLINE), flow, answer_within=_AT_ONCE
    )

    empty = desk.room
    async with flow.turn(), flow.turn(), flow.turn():
        await asyncio.gather(*(desk.submit(_a_call(service, f"call {number}")) for number in range(5)))
        waiting = desk.room
        flow.unanswered()
        slower = desk.room
    await desk.close()

    assert (empty, waiting, slower) == (48, 43, 27)


def _a_call(service: Service, name: str = "call") -> NewCommand:
    follow_up = service.a_follow_up(f"client of {name}")
    return NewCommand(
        command_id=f"c-{name}",
        source="tests",
        source_id=name,
        content="",
        follow_up_id=follow_up,
        command=RecordInteraction(StepKind.REMINDER),
        door="crm",
        actor="crm",
        occurred_at=service.clock.now(),
        received_at=service.clock.now(),
    )
