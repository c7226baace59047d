"""Sending one command: what travels with it, what is repeated with more, and what an answer comes to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.followup.ports import NOT_FOUND, UNCLEAR, EngineAnswer, Leased, NewCommand
from services.followup.use_cases.send import Sender
from services.followup.use_cases.take_signals import fingerprint, said
from shared.contracts.workflow import DEADLINE_PASSED, DEFINITION_NEEDED, STATE_NEEDED
from shared.rulebook.commands import Command, CompleteStep, Conclude, RecordInteraction
from shared.rulebook.follow_up import Closing, ConclusionKind
from shared.rulebook.steps import StepKind
from shared.runtime.clock import Clock
from tests.services.followup.conftest import PARIS, Service
from tests.support.fakes_followup import FakeEngine

CALL = RecordInteraction(StepKind.REMINDER)
CLOCK = Clock(PARIS)
DEADLINE = timedelta(seconds=8)


async def test_a_plan_travels_only_when_the_execution_may_know_an_older_one(service: Service) -> None:
    same, older = await _leased(service), await _leased(service, known_version=0)

    await _send(service.engine, same)
    await _send(service.engine, older)

    assert [message.plan is None for _, message in service.engine.sent] == [True, False]


async def test_a_deadline_never_outlives_the_lease(service: Service) -> None:
    leased = await _leased(service)
    short = replace(leased, leased_until=CLOCK.now() + timedelta(seconds=1))

    await _send(service.engine, short)

    assert service.engine.sent[0][1].deadline == short.leased_until


@pytest.mark.parametrize(("failure", "given"), [(DEFINITION_NEEDED, "plan"), (STATE_NEEDED, "state")])
async def test_what_an_execution_lacks_is_sent_under_a_new_id(service: Service, failure: str, given: str) -> None:
    leased = await _leased(service, started=True)
    service.engine.answers = [EngineAnswer(failure=failure), EngineAnswer(failure="rule.closed")]

    outcome = await _send(service.engine, leased)

    assert outcome.refused == "closed"
    (first, lacking), (second, complete) = service.engine.sent
    assert (first, second) == (leased.command_id, f"{leased.command_id}~1.1")
    assert (getattr(lacking, given), getattr(complete, given) is None) == (None, False)


async def test_an_execution_not_found_is_started_from_the_recorded_state(service: Service) -> None:
    leased = await _leased(service, started=True)
    service.engine.answers = [EngineAnswer(failure=NOT_FOUND)]

    outcome = await _send(service.engine, leased)

    assert [fact.number for fact in outcome.facts] == [2]
    assert list(service.engine.executions) == [leased.follow_up.follow_up_id]


async def test_a_closed_follow_up_is_sent_to_with_a_start(service: Service) -> None:
    leased = await _leased(service, started=True)
    closed = replace(leased.follow_up, state=replace(leased.follow_up.state, closing=Closing.WITHDRAWN))

    outcome = await _send(service.engine, replace(leased, follow_up=closed))

    assert (outcome.refused, len(service.engine.sent)) == ("closed", 1)


@pytest.mark.parametrize("failure", [UNCLEAR, DEADLINE_PASSED, "KeyError", DEFINITION_NEEDED])
async def test_what_is_no_rulebook_code_leaves_the_verdict_open(service: Service, failure: str) -> None:
    service.engine.answers = [EngineAnswer(failure=failure)] * 4

    outcome = await _send(service.engine, await _leased(service, started=True))

    assert outcome.unclear


async def test_a_step_that_has_to_wait_is_refused_without_being_sent(service: Service) -> None:
    entry = CLOCK.today() + timedelta(days=2)
    leased = await _leased(service, entry_date=entry)

    outcome = await _send(service.engine, leased)

    assert (outcome.refused, outcome.data) == ("waiting", {"entry_date": entry.isoformat()})
    assert service.engine.sent == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (CompleteStep("a", frozenset("xyz")), CompleteStep("a", frozenset("zyx")), True),
        (CompleteStep("a", frozenset("xyz")), CompleteStep("a", frozenset("xy")), False),
        (CompleteStep("a"), CompleteStep("b"), False),
        (Conclude(ConclusionKind.SALE, CLOCK.today()), Conclude(ConclusionKind.REFUSAL, CLOCK.today()), False),
    ],
)
def test_a_fingerprint_tells_contents_apart_and_nothing_else(one: Command, other: Command, *, same: bool) -> None:
    assert (fingerprint(said(one)) == fingerprint(said(other))) is same


def test_a_fingerprint_is_the_same_in_every_process() -> None:
    ticked = CompleteStep("meeting", frozenset({"identity", "income", "address", "consent"}))

    assert fingerprint(said(ticked)) == "56cf351189070d8f3894e95edf1e7cc8"


async def _send(engine: FakeEngine, leased: Leased):
    return await Sender(engine, CLOCK, deadline=DEADLINE).send(leased)


async def _leased(
    service: Service, *, known_version: int = 1, started: bool = False, command: Command = CALL, **state: object
) -> Leased:
    follow_up = service.a_follow_up(f"client-{len(service.log.known)}")
    known = service.log.known[follow_up]
    service.log.known[follow_up] = replace(
        known, known_version=known_version, started=started, state=replace(known.state, **state)
    )
    now = datetime.now(UTC)
    (leased,) = await service.log.admit(
        [
            NewCommand(
                command_id=f"c-{follow_up}",
                source="tests",
                source_id=follow_up,
                content="",
                follow_up_id=follow_up,
                command=command,
                door="crm",
                actor="crm",
                occurred_at=now,
                received_at=now,
            )
        ]
    )
    assert isinstance(leased, Leased)
    return leased
