"""What operators do about held signals: nothing is lost, and what they did stays on the timeline (spec 6.3)."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from services.followup.ports import TimelinePage
from services.followup.ports.held import HeldFilter
from services.followup.store.held import PostgresHeldCommands
from services.followup.store.timelines import PostgresTimelines
from services.followup.use_cases.handle_held import HandleHeld
from services.followup.use_cases.take_signals import Signal, command_of
from shared.rulebook.commands import CompleteStep
from shared.rulebook.errors import NotVisible, Refused
from shared.rulebook.ids import client_id, follow_up_id
from tests.integration.followup.conftest import AnotherWorld
from tests.integration.followup.told import events_told
from tests.integration.followup.waiting import until
from tests.integration.followup.world import World

HOUR = timedelta(hours=1)
YESTERDAY = datetime.now(UTC) - timedelta(days=1)
OPERATOR = str(uuid4())


def handle(world: World) -> HandleHeld:
    return HandleHeld(PostgresHeldCommands(world.database), world.clock.now, park_for=HOUR)


async def test_a_signal_refused_at_expiry_is_tried_again_and_applied(world: World, another: AnotherWorld) -> None:
    campaign, follow_up = await _a_client(world)
    await _send(world, "h-1", campaign, step="meeting")
    tomorrow = await another(ahead=2 * HOUR)
    await tomorrow.upkeep.send_again()
    await world.do(follow_up, CompleteStep("first-call"))
    (refused,) = await PostgresHeldCommands(world.database).page(HeldFilter(state="refused"))

    held = await handle(world).retry(refused.command_id, OPERATOR)
    await until(lambda: _is(world, "h-1", "applied"))

    assert (refused.source_id, refused.code, refused.kind) == ("h-1", "mandatory_step_missing", "CompleteStep")
    assert (refused.step_id, refused.campaign_id, refused.follow_up_id) == ("meeting", campaign, follow_up)
    assert (held.state, held.code) == ("waiting", None)
    assert [one.verdict for one in await events_told(world, "h-1")] == ["parked", "refused", "applied"]
    timeline = await PostgresTimelines(world.database).of_follow_up(follow_up, TimelinePage())
    (act,) = [entry for entry in timeline if (entry.body or {}).get("command") == "Retried"]
    assert (act.actor, act.verdict, act.code) == (OPERATOR, "refused", "mandatory_step_missing")


async def test_a_signal_tried_again_too_early_is_parked_again_for_the_whole_time(world: World) -> None:
    campaign, _ = await _a_client(world)
    await _send(world, "h-2", campaign, step="meeting")
    (parked,) = await PostgresHeldCommands(world.database).page(HeldFilter(state="parked"))

    await handle(world).retry(parked.command_id, OPERATOR)
    await until(lambda: _is(world, "h-2", "parked", attempts=2))

    (again,) = await PostgresHeldCommands(world.database).page(HeldFilter(state="parked"))
    assert again.park_until > parked.park_until


async def test_one_dismissed_is_kept_with_its_reason_and_may_still_be_tried_again(world: World) -> None:
    campaign, follow_up = await _a_client(world)
    await _send(world, "h-3", campaign, step="meeting")
    store = PostgresHeldCommands(world.database)
    (parked,) = await store.page(HeldFilter())

    dismissed = await handle(world).dismiss(parked.command_id, OPERATOR, "Sent by mistake.")
    await world.do(follow_up, CompleteStep("first-call"))

    assert (dismissed.state, dismissed.code, dismissed.dismissed) == ("refused", "mandatory_step_missing", True)
    assert await store.page(HeldFilter()) == []
    assert [one.command_id for one in await store.page(HeldFilter(dismissed=True))] == [parked.command_id]
    assert [one.verdict for one in await events_told(world, "h-3")] == ["parked", "refused"]
    (act,) = [
        one
        for one in await PostgresTimelines(world.database).of_follow_up(follow_up, TimelinePage())
        if (one.body or {}).get("command") == "Dismissed"
    ]
    assert (act.actor, act.verdict, act.note) == (OPERATOR, "parked", "Sent by mistake.")
    await handle(world).retry(parked.command_id, OPERATOR)
    await until(lambda: _is(world, "h-3", "applied"))


async def test_what_is_applied_or_came_from_a_screen_or_is_unknown_is_not_tried_again(world: World) -> None:
    campaign, follow_up = await _a_client(world)
    await _send(world, "h-4", campaign, step="first-call")
    (applied,) = await world.log.verdicts("crm", ["h-4"])
    screen = await world.do(follow_up, CompleteStep("first-call"))

    for command_id, error, code in (
        (applied.command_id, Refused, "not_retriable"),
        (screen.command_id, Refused, "not_retriable"),
        (str(uuid4()), NotVisible, "command_unknown"),
    ):
        with pytest.raises(error) as raised:
            await handle(world).retry(command_id, OPERATOR)
        assert raised.value.code == code
    with pytest.raises(Refused) as raised:
        await handle(world).dismiss(applied.command_id, OPERATOR, "why")
    assert raised.value.code == "not_held"


async def test_all_of_a_filter_are_tried_again_and_the_others_left_alone(world: World, another: AnotherWorld) -> None:
    campaign = await world.a_campaign()
    for number in range(4):
        await _send(world, f"h-5-{number}", campaign, client=f"c-{number}", step="first-call")
    await _send(world, "h-5-early", campaign, client="c-other", step="meeting")
    tomorrow = await another(ahead=2 * HOUR)
    await tomorrow.upkeep.send_again()
    for number in range(3):
        await world.target(campaign, client_id(f"c-{number}"))

    done = await handle(world).retry_all(HeldFilter(state="refused", code="follow_up_unknown"), OPERATOR)
    for number in range(3):
        await until(lambda number=number: _is(world, f"h-5-{number}", "applied"))

    assert done == (5, None)
    counts = await PostgresHeldCommands(world.database).counts()
    assert [(one.state, one.code, one.number) for one in counts] == [("parked", "follow_up_unknown", 2)]


async def test_pages_and_filters_hold_each_command_once(world: World) -> None:
    campaign, follow_up = await _a_client(world)
    for number in range(5):
        await _send(world, f"h-6-{number}", campaign, step="meeting" if number % 2 else "unheard-of")
    store = PostgresHeldCommands(world.database)

    first = await store.page(HeldFilter(limit=3))
    rest = await store.page(HeldFilter(limit=3, after=first[-1].place))

    assert [one.source_id for one in [*first, *rest]] == [f"h-6-{number}" for number in (4, 3, 2, 1, 0)]
    assert [one.code for one in await store.page(HeldFilter(state="refused", campaign_id=campaign))] == [
        "step_unknown"
    ] * 3
    for none in (
        HeldFilter(state="waiting"),
        HeldFilter(code="closed"),
        HeldFilter(door="direct"),
        HeldFilter(follow_up_id=str(uuid4())),
        HeldFilter(received_before=YESTERDAY),
    ):
        assert await store.page(none) == []
    assert len(await store.page(HeldFilter(follow_up_id=follow_up, state="parked"))) == 2


async def _a_client(world: World) -> tuple[str, str]:
    campaign = await world.a_campaign()
    await world.target(campaign, client_id("c-1"))
    return campaign, follow_up_id(campaign, client_id("c-1"))


async def _send(world: World, id_: str, campaign: str, *, step: str, client: str = "c-1") -> None:
    signal = Signal(id_, "step_completed", campaign, client, YESTERDAY, step=step)
    await world.desk.submit(command_of(signal, world.clock, door="crm", park_for=HOUR))


async def _is(world: World, id_: str, kind: str, *, attempts: int = 1) -> bool:
    await world.upkeep.send_again()
    found = await PostgresHeldCommands(world.database).one((await world.log.verdicts("crm", [id_]))[0].command_id)
    return found is not None and found.state == kind and found.attempts >= attempts
