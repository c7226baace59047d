"""The five kinds of interaction by HTTP, on the real engine and database: what is said, corrected, ticked, undone."""

import asyncio
from datetime import timedelta

import pytest

from shared.contracts.campaign import ChecklistItemDefinition, StepDefinition
from shared.rulebook.steps import StepKind
from tests.integration.followup.door import Door
from tests.integration.followup.world import World, a_definition

STEPS = (
    StepDefinition(
        id="file",
        title="File",
        kind=StepKind.TASK,
        mandatory=True,
        offers_next=True,
        checklist=(
            ChecklistItemDefinition(id="id", text="Identity", mandatory=True),
            ChecklistItemDefinition(id="leaflet", text="Leaflet", mandatory=False),
        ),
    ),
    StepDefinition(
        id="letter",
        title="Letter",
        kind=StepKind.EMAIL,
        mandatory=False,
        email_subject="{{campaign_name}} for\n{{client_name}}",
        email_body="Dear {{client_name}}, until {{end_date}}.",
    ),
    StepDefinition(id="meeting", title="Meeting", kind=StepKind.APPOINTMENT, mandatory=True),
    StepDefinition(id="sheet", title="Sheet", kind=StepKind.FOLLOW_UP_SHEET, mandatory=False),
)


@pytest.fixture
async def follow_up(world: World) -> str:
    return await world.a_follow_up(await world.a_campaign(steps=STEPS))


async def test_a_task_is_taken_up_ticked_item_by_item_and_completed(door: Door, follow_up: str) -> None:
    await door.did(follow_up, "BeginStep", step_id="file", details={"due_on": "2026-12-24"}, note="Call first")
    to_do = (await door.interactions(follow_up))["file"]
    await door.did(follow_up, "AmendInteraction", step_id="file", details={"progress": "IN_PROGRESS"})
    refused = await door.command(follow_up, "CompleteStep", step_id="file")
    await door.did(follow_up, "AmendInteraction", step_id="file", ticked=["id"])
    await door.did(follow_up, "CompleteStep", step_id="file")
    done = (await door.interactions(follow_up))["file"]

    assert (to_do["status"], to_do["due_on"], to_do["note"]) == ("TO_DO", "2026-12-24", "Call first")
    assert (refused.status_code, refused.json()["code"]) == (409, "checklist_incomplete")
    assert refused.json()["data"] == {"step": "file", "missing": ["id"]}
    assert (done["status"], done["progress"], done["note"]) == ("COMPLETED", "IN_PROGRESS", "Call first")
    assert [(item["id"], item["ticked"]) for item in done["checklist"]] == [("id", True), ("leaflet", False)]


async def test_an_appointment_is_planned_moved_cancelled_and_planned_anew(door: Door, follow_up: str) -> None:
    await door.did(follow_up, "CompleteStep", step_id="file", ticked=["id"])
    planned = {"starts_at": "2026-12-01T10:00:00+01:00", "duration_minutes": 45, "place": "Lille"}
    await door.did(follow_up, "BeginStep", step_id="meeting", details=planned)
    await door.did(follow_up, "AmendInteraction", step_id="meeting", details={"place": "Roubaix"})
    moved = (await door.interactions(follow_up))["meeting"]
    await door.did(follow_up, "CancelEntry", step_id="meeting", note="The client is ill")
    cancelled = (await door.interactions(follow_up))["meeting"]
    await door.did(follow_up, "CompleteStep", step_id="meeting", details={"place": "Lens"})
    held = (await door.interactions(follow_up))["meeting"]

    assert (moved["status"], moved["place"], moved["duration_minutes"]) == ("PLANNED", "Roubaix", 45)
    assert moved["starts_at"] == "2026-12-01T09:00:00Z"
    assert (cancelled["status"], cancelled["starts_at"], cancelled["note"]) == ("CANCELLED", None, None)
    assert (held["status"], held["place"], held["starts_at"]) == ("HELD", "Lens", None)


async def test_unplanned_ones_of_every_kind_never_change_the_position(door: Door, follow_up: str) -> None:
    for kind in StepKind:
        await door.did(follow_up, "RecordInteraction", interaction=kind, note=f"unplanned {kind}")
    planned = await door.did(
        follow_up, "PlanInteraction", interaction="REMINDER", details={"due_on": "2026-12-02", "channel": "PHONE"}
    )
    await door.did(follow_up, "CompleteInteraction", number=planned["number"], details={"channel": "SMS"})
    found = await door.interactions(follow_up)

    assert planned["number"] == 7
    assert (found["#7"]["status"], found["#7"]["channel"], found["#7"]["due_on"]) == ("DONE", "SMS", "2026-12-02")
    assert [found[f"#{n}"]["status"] for n in range(2, 7)] == ["COMPLETED", "HELD", "DONE", "COMPLETED", "SENT"]
    assert (await door.get(follow_up))["position"] == "file"


async def test_one_that_was_done_is_reopened_with_a_reason_and_one_cancelled_is_not(door: Door, follow_up: str) -> None:
    await door.did(follow_up, "RecordInteraction", interaction="APPOINTMENT", details={"place": "Lille"})
    await door.did(follow_up, "ReopenInteraction", number=2, note="Wrong client")
    reopened = (await door.interactions(follow_up))["#2"]
    await door.did(follow_up, "CancelInteraction", number=2)
    answers = [
        await door.command(follow_up, "ReopenInteraction", number=2, note="again"),
        await door.command(follow_up, "AmendInteraction", number=2, note="again"),
        await door.command(follow_up, "CompleteInteraction", number=2),
        await door.command(follow_up, "CompleteInteraction", number=99),
        await door.command(follow_up, "AmendInteraction", number=99, note="x"),
    ]

    assert (reopened["status"], reopened["place"], reopened["note"]) == ("PLANNED", "Lille", None)
    assert [answer.json()["code"] for answer in answers] == [
        "interaction_cancelled",
        "interaction_cancelled",
        "interaction_not_pending",
        "interaction_unknown",
        "interaction_unknown",
    ]


async def test_a_sheet_is_complete_when_it_is_saved(door: Door, follow_up: str) -> None:
    draft = await door.command(
        follow_up, "PlanInteraction", interaction="FOLLOW_UP_SHEET", details={"said": "Wants to think"}
    )
    saved = await door.did(
        follow_up, "RecordInteraction", interaction="FOLLOW_UP_SHEET", details={"said": "Wants to think"}
    )
    await door.did(follow_up, "AmendInteraction", number=saved["number"], details={"said": "Wants to think about it"})
    found = (await door.interactions(follow_up))["#2"]

    assert (draft.status_code, draft.json()["code"]) == (422, "sheet_completes_when_saved")
    assert (found["status"], found["said"]) == ("COMPLETED", "Wants to think about it")


async def test_an_email_comes_from_its_template_and_is_recorded_as_sent_elsewhere(
    world: World, door: Door, follow_up: str
) -> None:
    letter = await door.get(f"{follow_up}/steps/letter/email")
    await door.did(follow_up, "CompleteStep", step_id="file", ticked=["id"])
    sent = {"subject": letter["subject"], "body": letter["body"]}
    await door.did(follow_up, "CompleteStep", step_id="letter", details=sent)
    other = await door.http.get(f"/api/followups/{follow_up}/steps/meeting/email")

    end = (world.clock.today() + timedelta(days=60)).strftime("%d/%m/%Y")
    assert letter["subject"] == "Autumn for {{client_name}}"
    assert letter["body"] == f"Dear {{{{client_name}}}}, until {end}."
    assert letter["unfilled"] == ["client_name"]
    found = (await door.interactions(follow_up))["letter"]
    assert (found["status"], found["subject"]) == ("SENT", "Autumn for {{client_name}}")
    assert (other.status_code, other.json()["code"]) == (409, "not_an_email")


async def test_undoing_says_beforehand_and_with_it_what_it_changes(door: Door, follow_up: str) -> None:
    await door.did(follow_up, "CompleteStep", step_id="file", ticked=["id"])
    await door.did(follow_up, "CompleteStep", step_id="meeting", note="He came")
    before = await door.get(f"{follow_up}/steps/file/undo")
    answer = await door.did(follow_up, "UndoCompletion", step_id="file", note="Papers were missing")
    again = await door.http.get(f"/api/followups/{follow_up}/steps/file/undo")

    assert before == {
        "position_before": "sheet",
        "position_after": "file",
        "blocked": ["letter", "sheet"],
        "begun_and_blocked": [],
        "kept": ["meeting"],
        "conclusion_offered": True,
    }
    assert answer["undone"] == before
    assert (again.status_code, again.json()["code"]) == (409, "not_completed")
    assert (await door.interactions(follow_up))["file"]["status"] == "UNDONE"


async def test_the_begun_entry_of_a_removed_step_goes_on_as_an_unplanned_interaction(world: World, door: Door) -> None:
    campaign = await world.a_campaign(steps=STEPS)
    follow_up = await world.a_follow_up(campaign)
    await door.did(follow_up, "CompleteStep", step_id="file", ticked=["id"])
    await door.did(follow_up, "BeginStep", step_id="meeting", details={"place": "Lille"})
    without = tuple(step for step in STEPS if step.id != "meeting")
    await world.definitions.hold(a_definition(campaign, 2, steps=without).model_copy(update={"sales_step": "file"}))

    refused = await door.command(follow_up, "CompleteStep", step_id="meeting")
    await door.did(follow_up, "CompleteInteraction", step_id="meeting", details={"place": "Lens"})
    found = (await door.interactions(follow_up))["meeting"]

    assert (refused.status_code, refused.json()["code"]) == (409, "step_removed")
    assert (found["status"], found["place"], found["planned_by_step"]) == ("HELD", "Lens", False)


async def test_of_two_who_complete_a_step_at_once_one_does_and_the_other_is_told(door: Door, follow_up: str) -> None:
    answers = await asyncio.gather(
        *(door.command(follow_up, "CompleteStep", step_id="file", ticked=["id"]) for _ in range(2))
    )

    told = sorted((answer.status_code, answer.json().get("code")) for answer in answers)
    assert told == [(200, None), (409, "already_completed")]
