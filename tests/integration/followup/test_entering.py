"""Entering and completing steps by HTTP: the proposal, the choices, what blocks the rest, what is offered at once."""

from datetime import timedelta
from typing import Any

from shared.contracts.campaign import StepDefinition
from shared.rulebook.steps import StepKind
from tests.integration.followup.door import Door
from tests.integration.followup.world import STEPS, World, a_definition


def ids(choices: list[dict[str, Any]]) -> list[str]:
    return [one["step_id"] for one in choices]


async def test_the_choices_hold_what_may_be_entered_and_say_what_blocks_the_rest(world: World, door: Door) -> None:
    follow_up = await world.a_follow_up()

    first = await door.get(f"{follow_up}/choices")
    await door.did(follow_up, "BeginStep", step_id="first-call")
    begun = await door.get(f"{follow_up}/choices")

    assert (first["proposal"]["step_id"], first["proposal"]["begun"]) == ("first-call", False)
    assert (begun["proposal"]["step_id"], begun["proposal"]["begun"]) == ("first-call", True)
    assert ids(first["choices"]) == ["first-call"]
    assert [(one["step_id"], one["reason"], one["blocked_by"]) for one in first["others"]] == [
        ("second-call", "blocked", [{"step_id": "first-call", "title": "First call"}]),
        ("meeting", "blocked", [{"step_id": "first-call", "title": "First call"}]),
        (
            "paperwork",
            "blocked",
            [{"step_id": "first-call", "title": "First call"}, {"step_id": "meeting", "title": "Meeting"}],
        ),
    ]
    assert first["unplanned"]


async def test_an_optional_step_left_out_stays_a_choice_behind_the_position(world: World, door: Door) -> None:
    follow_up = await world.a_follow_up()
    await door.did(follow_up, "CompleteStep", step_id="first-call")
    await door.did(follow_up, "CompleteStep", step_id="meeting")

    found = await door.get(f"{follow_up}/choices")
    await door.did(follow_up, "CompleteStep", step_id="second-call")

    assert found["proposal"]["step_id"] == "paperwork"
    assert [(one["step_id"], one["late"]) for one in found["choices"]] == [("second-call", True), ("paperwork", False)]
    assert [(one["step_id"], one["reason"]) for one in found["others"]] == [
        ("first-call", "completed"),
        ("meeting", "completed"),
    ]
    assert (await door.get(follow_up))["position"] == "paperwork"


async def test_the_next_step_is_offered_where_it_says_so_and_the_conclusion_at_the_sales_step_and_the_last(
    world: World, door: Door
) -> None:
    follow_up = await world.a_follow_up()
    offers = {}
    for step in ("first-call", "meeting", "second-call", "paperwork"):
        told = await door.did(follow_up, "CompleteStep", step_id=step)
        offers[step] = (told["next_step"], told["conclusion_offered"])

    assert offers == {
        "first-call": ("second-call", False),
        "meeting": (None, True),
        "second-call": (None, False),
        "paperwork": (None, True),
    }
    end = await door.get(f"{follow_up}/choices")
    assert (end["proposal"], end["choices"], end["conclusion_offered"]) == (None, [], True)


async def test_waiting_closed_and_archived_follow_ups_offer_nothing_and_say_why(world: World, door: Door) -> None:
    tomorrow = world.clock.today() + timedelta(days=1)
    waiting = await world.a_follow_up(entry=tomorrow)
    closed = await world.a_follow_up()
    await door.did(closed, "Conclude", conclusion="REFUSAL")
    campaign = await world.a_campaign()
    archived = await world.a_follow_up(campaign)
    await world.definitions.hold(a_definition(campaign, 2, archived=True))

    for follow_up, reason in ((waiting, "waiting"), (closed, "closed"), (archived, "archived")):
        found = await door.get(f"{follow_up}/choices")
        assert (found["proposal"], found["choices"], found["unplanned"]) == (None, [], False)
        assert {one["reason"] for one in found["others"]} == {reason}


async def test_a_step_removed_a_moment_ago_is_refused_by_name(world: World, door: Door) -> None:
    campaign = await world.a_campaign()
    follow_up = await world.a_follow_up(campaign)
    await world.definitions.hold(a_definition(campaign, 2, steps=STEPS[1:]))

    answer = await door.command(follow_up, "CompleteStep", step_id="first-call")

    assert (answer.status_code, answer.json()["code"]) == (409, "step_unknown")
    assert [item["code"] for item in (await door.get(f"{follow_up}/timeline"))["items"]] == [None, "step_unknown"]


async def test_an_amount_on_a_refusal_and_a_conclusion_on_a_withdrawn_follow_up_are_refused(
    world: World, door: Door
) -> None:
    follow_up = await world.a_follow_up()

    amount = await door.command(follow_up, "Conclude", conclusion="REFUSAL", collected="10.00")
    await door.did(follow_up, "WithdrawClient")
    withdrawn = await door.command(follow_up, "Conclude", conclusion="SALE")

    assert (amount.status_code, amount.json()["code"]) == (409, "amount_without_success")
    assert (withdrawn.status_code, withdrawn.json()["code"]) == (409, "closed")
    assert withdrawn.json()["data"] == {"closing": "WITHDRAWN"}
    refused = [item for item in (await door.get(f"{follow_up}/timeline"))["items"] if item["verdict"] == "refused"]
    assert [item["code"] for item in refused] == ["amount_without_success", "closed"]


async def test_moments_in_the_future_or_before_the_entry_are_refused(world: World, door: Door) -> None:
    follow_up = await world.a_follow_up()
    now = world.clock.now()

    answers = [
        await door.command(follow_up, kind, occurred_at=(now + timedelta(days=days)).isoformat(), **fields)
        for days in (2, -21)
        for kind, fields in (
            ("CompleteStep", {"step_id": "first-call"}),
            ("BeginStep", {"step_id": "first-call"}),
            ("RecordInteraction", {"interaction": "TASK"}),
            ("PlanInteraction", {"interaction": "TASK"}),
        )
    ]

    assert {answer.status_code for answer in answers} == {409}
    assert [answer.json()["code"] for answer in answers] == ["in_the_future"] * 4 + ["before_entry_date"] * 4


async def test_an_item_of_another_step_is_refused_by_name(world: World, door: Door) -> None:
    lists = [
        StepDefinition.model_validate(
            {
                "id": step,
                "title": step,
                "kind": StepKind.TASK,
                "mandatory": False,
                "checklist": [{"id": f"{step}-item", "text": "Item", "mandatory": False}],
            }
        )
        for step in ("one", "two")
    ]
    follow_up = await world.a_follow_up(await world.a_campaign(steps=[*lists, STEPS[2]]))

    answer = await door.command(follow_up, "CompleteStep", step_id="one", ticked=["two-item"])

    assert (answer.status_code, answer.json()["code"]) == (409, "checklist_item_elsewhere")
    assert answer.json()["data"] == {"step": "one", "items": ["two-item"]}


HOSTILE = "'; drop table facts; --\u202e<script>alert(1)</script>{{client.name}}\\u0000 %s \U0001f9e8"


async def test_hostile_texts_are_kept_as_they_are_and_shown_as_they_were(world: World, door: Door) -> None:
    follow_up = await world.a_follow_up()

    await door.did(follow_up, "BeginStep", step_id="first-call", note=HOSTILE)
    await door.did(follow_up, "PlanInteraction", interaction="APPOINTMENT", details={"place": HOSTILE})

    found = await door.interactions(follow_up)
    assert (found["first-call"]["note"], found["#3"]["place"]) == (HOSTILE, HOSTILE)
    items = (await door.get(f"{follow_up}/timeline"))["items"]
    assert (items[1]["note"], items[2]["details"]) == (HOSTILE, {"place": HOSTILE})
