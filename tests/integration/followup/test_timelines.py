"""Timelines by HTTP, and the check that folds everything again from the facts alone, on the real parts."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from services.followup.__main__ import timeline_check
from services.followup.settings import Settings
from services.followup.store.checking import PostgresRecords
from services.followup.store.people import PostgresPeople
from services.followup.use_cases.check_timelines import Checked, check_timelines
from services.followup.use_cases.take_signals import Signal, command_of
from shared.rulebook.access import AccessLevel, Principal
from shared.rulebook.commands import CompleteStep
from shared.rulebook.ids import client_id, follow_up_id
from tests.integration.followup.conftest import AnotherWorld
from tests.integration.followup.door import EVERYBODY, PATH, Door
from tests.integration.followup.many import ANNE, a_client
from tests.integration.followup.world import World


async def a_life(world: World, door: Door, follow_up: str) -> None:
    """Steps, corrections, unplanned interactions, refusals, an undone completion, a conclusion amended."""
    await door.did(follow_up, "BeginStep", step_id="first-call", note="No answer", details={"due_on": "2026-12-01"})
    await door.command(follow_up, "CompleteStep", step_id="meeting")
    await door.did(follow_up, "CompleteStep", step_id="first-call", note="Reached", details={"due_on": None})
    await door.did(follow_up, "AmendInteraction", step_id="first-call", note="Reached her husband")
    await door.did(follow_up, "PlanInteraction", interaction="APPOINTMENT", details={"place": "Lille"})
    await door.did(follow_up, "CancelInteraction", number=5, note="Ill")
    await door.did(follow_up, "RecordInteraction", interaction="REMINDER", details={"channel": "SMS"})
    await door.did(follow_up, "ReopenInteraction", number=7, note="Never sent")
    await door.did(follow_up, "CompleteInteraction", number=7)
    await world.do(follow_up, CompleteStep("meeting"))
    await door.did(follow_up, "UndoCompletion", step_id="first-call", note="Wrong client")
    await door.did(follow_up, "CompleteStep", step_id="first-call")
    await door.did(follow_up, "Conclude", conclusion="SALE", collected="12.50")
    today = world.clock.today().isoformat()
    await door.did(follow_up, "AmendConclusion", conclusion="SALE", on=today, collected="13.00", note="Typo")
    await door.did(follow_up, "AmendInteraction", number=7, details={"channel": "LETTER"})


async def checked(world: World, **options: Any) -> list[Checked]:
    return [one async for one in check_timelines(PostgresRecords(world.database), **options)]


async def corrupt(world: World, statement: str) -> None:
    async with world.database.transaction() as conn:
        await conn.execute(sa.text(statement))


async def test_a_timeline_tells_who_did_what_from_where_under_which_version_and_what_was_refused(
    world: World, door: Door
) -> None:
    follow_up = await world.a_follow_up()
    await a_life(world, door, follow_up)

    items = (await door.get(f"{follow_up}/timeline"))["items"]

    assert [(item["number"], item["kind"]) for item in items] == [
        (1, "ClientTargeted"),
        (2, "StepBegun"),
        (None, "CompleteStep"),
        (3, "StepCompleted"),
        (4, "InteractionAmended"),
        (5, "InteractionPlanned"),
        (6, "InteractionCancelled"),
        (7, "InteractionRecorded"),
        (8, "InteractionReopened"),
        (9, "InteractionCompleted"),
        (10, "StepCompleted"),
        (11, "CompletionUndone"),
        (12, "StepCompleted"),
        (13, "Concluded"),
        (14, "ConclusionAmended"),
        (15, "InteractionAmended"),
    ]
    refused = items[2]
    assert (refused["verdict"], refused["code"]) == ("refused", "mandatory_step_missing")
    assert refused["data"] == {"step": "meeting", "missing": ["first-call"]}
    assert [item["note"] for item in items[1:5]] == ["No answer", None, "Reached", "Reached her husband"]
    assert (items[1]["details"], items[3]["details"]) == ({"due_on": "2026-12-01"}, {"due_on": None})
    assert [item["door"] for item in items] == ["job", *["screen"] * 9, "crm", *["screen"] * 5]
    assert {item["version"] for item in items if item["number"]} == {1}
    assert (items[8]["of"], items[8]["note"], items[13]["collected"]) == (7, "Never sent", "12.50")


async def test_a_timeline_is_read_page_by_page_from_either_end(world: World, door: Door) -> None:
    follow_up = await world.a_follow_up()
    await a_life(world, door, follow_up)
    whole = [(item["number"], item["kind"]) for item in (await door.get(f"{follow_up}/timeline"))["items"]]

    for order, expected in (("oldest", whole), ("newest", whole[::-1])):
        found, after = [], {}
        while True:
            page = await door.get(f"{follow_up}/timeline", order=order, limit=3, **after)
            found += [(item["number"], item["kind"]) for item in page["items"]]
            if page["next"] is None:
                break
            after = {"after": page["next"]}
        assert found == expected


async def test_a_clients_timeline_holds_all_campaigns_and_only_for_who_reaches_the_client(
    world: World, door: Door
) -> None:
    client = str(uuid4())
    await PostgresPeople(world.database).keep_clients([a_client(client, ANNE)])
    campaigns = [await world.a_campaign(), await world.a_campaign()]
    for campaign in campaigns:
        await world.target(campaign, client)
    first, second = (follow_up_id(campaign, client) for campaign in campaigns)
    await door.did(first, "CompleteStep", step_id="first-call", note="Here")
    await door.did(second, "CompleteStep", step_id="first-call", note="There")

    door.asker = ANNE
    items = (await door.get(f"clients/{client}/timeline"))["items"]
    door.asker = Principal(str(uuid4()), "lille", PATH, access_level=AccessLevel.OWN)
    hidden = await door.http.get(f"/api/followups/clients/{client}/timeline")
    door.asker = EVERYBODY
    unknown = await door.http.get(f"/api/followups/clients/{uuid4()}/timeline")

    assert [(item["follow_up_id"], item["kind"]) for item in items] == [
        (second, "StepCompleted"),
        (first, "StepCompleted"),
        (second, "ClientTargeted"),
        (first, "ClientTargeted"),
    ]
    assert [(one.status_code, one.json()["code"]) for one in (hidden, unknown)] == [(404, "client_not_found")] * 2


async def test_a_signal_for_a_campaign_that_does_not_have_the_client_is_on_the_clients_timeline(
    world: World, door: Door, another: AnotherWorld
) -> None:
    client = client_id("c-none")
    await PostgresPeople(world.database).keep_clients([a_client(client, ANNE)])
    signal = Signal("w-1", "step_completed", "no-such", "c-none", world.clock.now(), step="first-call", note="Called")
    await world.desk.submit(command_of(signal, world.clock, door="crm", park_for=timedelta(hours=1)))
    door.asker = ANNE
    (waiting,) = (await door.get(f"clients/{client}/timeline"))["items"]

    tomorrow = await another(ahead=timedelta(days=1))
    await tomorrow.upkeep.send_again()
    (refused,) = (await door.get(f"clients/{client}/timeline"))["items"]

    assert (waiting["verdict"], waiting["code"], waiting["note"]) == ("parked", "follow_up_unknown", "Called")
    assert (refused["verdict"], refused["code"]) == ("refused", "follow_up_unknown")
    assert refused["data"] == {"campaign": "no-such", "client": "c-none"}


async def test_everything_folded_again_from_the_facts_is_the_read_model(world: World, door: Door) -> None:
    follow_ups = [await world.a_follow_up() for _ in range(2)]
    for follow_up in follow_ups:
        await a_life(world, door, follow_up)

    found = await checked(world)

    assert found == [Checked(follow_up, 15, ()) for follow_up in sorted(follow_ups)]


CORRUPTIONS = {
    "interaction #3": "update interactions set details = details || '{\"note\": \"x\"}' where key = '#3'",
    "interaction first-call": "delete from interactions where key = 'first-call'",
    "state": "update follow_ups set state = jsonb_set(state, '{potential}', '1') where true",
    "columns": "update follow_ups set closing = 'CONCLUDED' where true",
    "state after fact 2": "update facts set event = jsonb_set(event, '{after,potential}', '1') where number = 2",
    "verdict of the command of fact 3": "update commands set number = 9 where number = 3",
    "facts are numbered [1, 3] to [1, 3]": "delete from facts where number = 2",
}


async def test_whatever_was_changed_behind_the_facts_is_found(world: World, door: Door) -> None:
    damaged = {}
    for difference, statement in CORRUPTIONS.items():
        follow_up = await world.a_follow_up()
        await door.did(follow_up, "CompleteStep", step_id="first-call")
        await door.did(follow_up, "RecordInteraction", interaction="REMINDER", note="said")
        await corrupt(world, f"{statement} and follow_up_id = '{follow_up}'")
        damaged[follow_up] = (difference,)

    assert {one.follow_up_id: one.differences for one in await checked(world)} == damaged


async def test_interactions_are_written_anew_from_the_facts(world: World, door: Door) -> None:
    follow_up = await world.a_follow_up()
    await a_life(world, door, follow_up)
    before = await door.interactions(follow_up)
    await corrupt(world, "delete from interactions")

    (first,) = await checked(world, mend=True)

    assert first.differences == ("interaction #5", "interaction #7", "interaction first-call", "interaction meeting")
    assert [one.differences for one in await checked(world)] == [()]
    assert await door.interactions(follow_up) == before


async def test_the_command_says_what_it_checked_and_fails_when_anything_differs(
    world: World, door: Door, fresh_database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    follow_up = await world.a_follow_up()
    await door.did(follow_up, "CompleteStep", step_id="first-call")
    settings = Settings(database_url=fresh_database)

    passed = await asyncio.to_thread(timeline_check, settings, [])
    said = capsys.readouterr().out.splitlines()
    await corrupt(world, "delete from interactions")
    failed = await asyncio.to_thread(timeline_check, settings, ["--mend"])
    found = capsys.readouterr().out.splitlines()

    assert (passed, said) == (0, ['{"follow_ups": 1, "facts": 2, "differing": 0}'])
    assert (failed, len(found)) == (1, 2)
    assert found[0] == f'{{"follow_up_id": "{follow_up}", "differences": ["interaction first-call"]}}'
    assert await asyncio.to_thread(timeline_check, settings, []) == 0


@pytest.mark.parametrize("after", ["x", "1.2", "1.2.3.4", "-1.1.1", f"{'9' * 17}.1.1", "1.-2.3"])
async def test_a_cursor_of_nonsense_is_refused(world: World, door: Door, after: str) -> None:
    follow_up = await world.a_follow_up(start=False)

    answer = await door.http.get(f"/api/followups/{follow_up}/timeline", params={"after": after})

    assert (answer.status_code, answer.json()["code"]) == (422, "cursor_invalid")
