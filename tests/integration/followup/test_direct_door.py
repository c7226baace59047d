"""Rule 9 of the write path: a CRM may signal the workflow itself, with anything; nothing wedges and nothing is lost."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from temporalio.api.common.v1 import Payload, Payloads, WorkflowExecution
from temporalio.api.workflowservice.v1 import SignalWorkflowExecutionRequest

from services.followup.use_cases.take_signals import UNNAMED, Signal, command_of
from shared.rulebook.commands import CompleteStep, Conclude
from shared.rulebook.follow_up import ConclusionKind
from shared.rulebook.steps import StepKind
from tests.integration.followup.histories import FAILED_TASKS, events_of
from tests.integration.followup.waiting import until
from tests.integration.followup.world import World

YESTERDAY = datetime.now(UTC) - timedelta(days=1)
CALLED = {"id": "crm-1", "step": "first-call", "occurred_at": YESTERDAY.isoformat()}

UNREADABLE: Mapping[str, bytes] = {
    "no JSON": b"\xff\xfe\x00nonsense",
    "half of it": json.dumps(CALLED).encode()[:30],
    "a list": b"[1, 2]",
    "a number": b"7",
    "null": b"null",
    "nothing": b"",
    "a missing field": json.dumps({"id": "crm-9", "occurred_at": YESTERDAY.isoformat()}).encode(),
    "wrong types": json.dumps({**CALLED, "step": {"a": 1}, "id": 7}).encode(),
    "an unknown field": json.dumps({**CALLED, "surprise": True}).encode(),
    "an unknown type": json.dumps({**CALLED, "type": "exploded"}).encode(),
    "another client": json.dumps({**CALLED, "campaign": "other", "client": "other"}).encode(),
    "a campaign without client": json.dumps({**CALLED, "campaign": "other"}).encode(),
    "a client without campaign": json.dumps({**CALLED, "client": "other"}).encode(),
    "no time zone": json.dumps({**CALLED, "occurred_at": "2026-01-01T10:00:00"}).encode(),
    "a nul in a field name": b'{"\\u0000": 1}',
    "a lone surrogate in a field name": b'{"\\ud800": 1}',
    "a lone surrogate in a value": json.dumps(CALLED).encode().replace(b"crm-1", b"\\ud800"),
    "deeply nested": b"[" * 8000,
    "one megabyte": json.dumps({**CALLED, "note": "x" * 1_000_000}).encode(),
}


async def test_a_direct_signal_becomes_a_fact(world: World) -> None:
    follow_up = await world.a_follow_up()

    await world.execution(follow_up).signal("step_completed", CALLED)
    await until(lambda: _has_facts(world, follow_up, 2))

    fact = (await world.facts(follow_up))[-1]
    assert (fact.fact.kind, fact.fact.step_id) == ("StepCompleted", "first-call")
    assert (fact.door, fact.actor) == ("direct", "crm")
    assert fact.occurred_at == YESTERDAY
    assert [(one.kind, one.number) for one in await world.log.verdicts("crm", ["crm-1"])] == [("applied", 2)]


async def test_the_same_signal_again_stays_a_duplicate_through_either_door(world: World) -> None:
    follow_up = await world.a_follow_up()
    handle = world.execution(follow_up)
    interaction = {"id": "crm-2", "interaction": "REMINDER", "occurred_at": YESTERDAY.isoformat()}
    await handle.signal("interaction_recorded", interaction)
    await until(lambda: _has_facts(world, follow_up, 2))

    await handle.signal("interaction_recorded", interaction)
    await handle.signal("step_completed", {**CALLED, "id": "crm-3"})
    await until(lambda: _has_facts(world, follow_up, 3))
    by_http = command_of(
        Signal("crm-2", "interaction_recorded", UNNAMED, UNNAMED, YESTERDAY, interaction=StepKind.REMINDER),
        world.clock,
        door="crm",
        park_for=timedelta(hours=1),
        follow_up=follow_up,
    )
    verdict = await world.desk.submit(by_http)

    assert (verdict.kind, verdict.number, verdict.repeated) == ("applied", 2, True)
    assert await world.kinds(follow_up) == ["ClientTargeted", "InteractionRecorded", "StepCompleted"]


async def test_a_signal_that_breaks_a_rule_is_kept_with_its_reason(world: World) -> None:
    follow_up = await world.a_follow_up()
    await world.do(follow_up, CompleteStep("first-call"))

    await world.execution(follow_up).signal("step_completed", {**CALLED, "id": "crm-4"})

    async def refused() -> list[tuple[str, str | None]]:
        found = await world.log.verdicts("crm", ["crm-4"])
        return [(one.kind, one.code) for one in found if one.kind != "pending"]

    assert await until(refused) == [("refused", "already_completed")]


async def test_an_id_reused_with_other_content_is_kept_with_that_reason(world: World) -> None:
    follow_up = await world.a_follow_up()
    handle = world.execution(follow_up)
    await handle.signal("step_completed", {**CALLED, "id": "crm-6"})
    await until(lambda: _has_facts(world, follow_up, 2))

    await handle.signal("step_completed", {**CALLED, "id": "crm-6", "step": "meeting"})

    kept = await until(lambda: _kept(world, follow_up))
    assert [(row["verdict"], row["code"], row["body"]["step_id"]) for row in kept] == [
        ("refused", "id_reused", "meeting")
    ]


@pytest.mark.parametrize("case", UNREADABLE)
async def test_a_signal_that_cannot_be_read_is_kept_and_wedges_nothing(world: World, case: str) -> None:
    follow_up = await world.a_follow_up()

    await _signal(world, follow_up, "step_completed", UNREADABLE[case])
    kept = await until(lambda: _kept(world, follow_up))
    verdict = await world.do(follow_up, CompleteStep("first-call"))

    assert [(row["verdict"], row["code"]) for row in kept] == [("refused", "invalid_signal")]
    begins = base64.b64decode(kept[0]["body"]["payload"])
    assert UNREADABLE[case].startswith(begins)
    assert verdict.kind == "applied"
    events = await events_of(world.execution(follow_up))
    assert not [kind for kind in FAILED_TASKS if events[kind]]


async def test_signals_of_odd_shapes_wedge_nothing(world: World) -> None:
    follow_up = await world.a_follow_up()
    handle = world.execution(follow_up)
    await handle.signal("step_completed")
    await handle.signal("step_completed", args=["a", "b", "c"])
    await handle.signal("no\x00such\ud83d\ude00name".encode("utf-16", "surrogatepass").decode("utf-16"), {"a": "\x00"})
    await handle.signal("command", CALLED)
    await _signal(world, follow_up, "step_completed", b"\x00\x01", encoding=b"binary/of-our-own")

    kept = await until(lambda: _kept(world, follow_up, 5))
    verdict = await world.do(follow_up, CompleteStep("first-call"))

    assert {(row["verdict"], row["code"]) for row in kept} == {("refused", "invalid_signal")}
    assert verdict.kind == "applied"


async def test_many_signals_at_once_are_taken_in_their_order_by_bounded_batches(world: World) -> None:
    follow_up = await world.a_follow_up()
    handle = world.execution(follow_up)
    interaction = {"interaction": "REMINDER", "occurred_at": YESTERDAY.isoformat()}
    async with world.database.transaction() as conn:  # nobody can log a signal meanwhile
        await conn.execute(text("lock table commands in exclusive mode"))
        for number in range(50):
            await handle.signal("interaction_recorded", {**interaction, "id": f"crm-many-{number:02}"})
    await until(lambda: _has_facts(world, follow_up, 51))

    async with world.database.reading() as conn:
        rows = await conn.execute(
            text("select source_id from commands where follow_up_id = :id order by number"), {"id": follow_up}
        )
        assert list(rows.scalars()) == [f"crm-many-{number:02}" for number in range(50)]


async def test_an_execution_that_ends_hands_its_signals_on_first(world: World) -> None:
    follow_up = await world.a_follow_up()
    await world.execution(follow_up).signal("step_completed", {**CALLED, "id": "crm-5"})
    await world.do(follow_up, Conclude(ConclusionKind.REFUSAL, world.clock.today()))

    await world.execution(follow_up).result()

    assert await world.log.verdicts("crm", ["crm-5"])


async def _signal(world: World, follow_up: str, name: str, data: bytes, *, encoding: bytes = b"json/plain") -> None:
    """As a client of another language would, whatever its converter makes."""
    payload = Payload(metadata={"encoding": encoding}, data=data)
    await world.client.workflow_service.signal_workflow_execution(
        SignalWorkflowExecutionRequest(
            namespace=world.client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=world.execution(follow_up).id),
            signal_name=name,
            input=Payloads(payloads=[payload]),
        )
    )


async def _kept(world: World, follow_up: str, number: int = 1) -> list[Any]:
    async with world.database.reading() as conn:
        rows = await conn.execute(
            text(
                "select verdict, code, body from commands where follow_up_id = :id and source in ('direct', 'reused')"
            ),
            {"id": follow_up},
        )
        found = list(rows.mappings())
    return found if len(found) >= number else []


async def _has_facts(world: World, follow_up: str, number: int) -> bool:
    return len(await world.facts(follow_up)) >= number
