"""Commands of people by HTTP: what is recorded, refused, hidden, forbidden, pending; and what is no command at all."""

from datetime import timedelta
from typing import Any

import pytest

from services.followup.ports import UNCLEAR, EngineAnswer
from tests.services.followup.conftest import MANAGER, STRANGER, Service

SOME_ID = "5a0c7a0e-0000-4000-8000-0000000000aa"


async def test_a_step_is_recorded_and_the_next_one_offered(service: Service) -> None:
    follow_up = service.a_follow_up()

    answer = await service.command(follow_up, "CompleteStep", step_id="first-call")

    assert answer.status_code == 200
    told = answer.json()
    assert (told["verdict"], told["number"], told["next_step"]) == ("applied", 2, "second-call")


async def test_the_same_key_again_is_a_duplicate_with_the_same_number(service: Service) -> None:
    follow_up = service.a_follow_up()
    await service.command(follow_up, "RecordInteraction", interaction="REMINDER", key="k-1")

    again = await service.command(follow_up, "RecordInteraction", interaction="REMINDER", key="k-1")

    assert (again.json()["verdict"], again.json()["number"]) == ("duplicate", 2)
    assert len(service.log.facts[follow_up]) == 1


async def test_the_same_key_with_other_content_is_refused_by_name(service: Service) -> None:
    follow_up = service.a_follow_up()
    await service.command(follow_up, "RecordInteraction", interaction="REMINDER", key="k-1")

    again = await service.command(follow_up, "RecordInteraction", interaction="TASK", key="k-1")

    assert (again.status_code, again.json()["code"]) == (409, "id_reused")


async def test_a_refusal_says_what_is_missing(service: Service) -> None:
    follow_up = service.a_follow_up()

    answer = await service.command(follow_up, "CompleteStep", step_id="meeting")

    assert (answer.status_code, answer.json()["code"]) == (409, "mandatory_step_missing")
    assert answer.json()["data"] == {"step": "meeting", "missing": ["first-call"]}
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_verdict_that_takes_long_is_pending_with_where_to_ask(service: Service) -> None:
    follow_up = service.a_follow_up()
    service.engine.answers = [EngineAnswer(failure=UNCLEAR)]

    answer = await service.command(follow_up, "CompleteStep", step_id="first-call")
    asked = await service.http.get(answer.json()["ask"])

    assert (answer.status_code, answer.json()["verdict"]) == (202, "pending")
    assert (asked.status_code, asked.json()["verdict"]) == (200, "pending")


async def test_a_follow_up_out_of_reach_does_not_exist(service: Service) -> None:
    follow_up = service.a_follow_up()
    service.asker = STRANGER

    for kind, fields in (("CompleteStep", {"step_id": "first-call"}), ("WithdrawClient", {})):
        answer = await service.command(follow_up, kind, **fields)
        assert (answer.status_code, answer.json()["code"]) == (404, "follow_up_unknown")
    assert service.engine.sent == []


async def test_a_verdict_out_of_reach_does_not_exist(service: Service) -> None:
    follow_up = service.a_follow_up()
    service.engine.answers = [EngineAnswer(failure=UNCLEAR)]
    answer = await service.command(follow_up, "CompleteStep", step_id="first-call")
    service.asker = STRANGER

    asked = await service.http.get(answer.json()["ask"])

    assert (asked.status_code, asked.json()["code"]) == (404, "command_unknown")


async def test_withdrawing_a_client_takes_the_right_to_manage(service: Service) -> None:
    follow_up = service.a_follow_up()

    refused = await service.command(follow_up, "WithdrawClient")
    service.asker = MANAGER
    done = await service.command(follow_up, "WithdrawClient")

    assert (refused.status_code, refused.json()["data"]) == (403, {"missing": "manage_campaigns"})
    assert (done.status_code, done.json()["verdict"]) == (200, "applied")


async def test_an_entry_date_outside_the_campaign_is_refused(service: Service) -> None:
    today = service.clock.today()
    follow_up = service.a_follow_up(entry=today + timedelta(days=3))
    service.asker = MANAGER

    answer = await service.command(follow_up, "MoveEntryDate", entry_date=(today + timedelta(days=90)).isoformat())

    assert answer.status_code == 422


async def test_a_conclusion_without_a_date_is_of_today(service: Service) -> None:
    follow_up = service.a_follow_up()

    answer = await service.command(follow_up, "Conclude", conclusion="SALE", collected="12.50")

    assert answer.json()["verdict"] == "applied"
    assert service.log.facts[follow_up][0].fact.on == service.clock.today()


BAD: dict[str, dict[str, Any]] = {
    "no kind": {"step_id": "first-call"},
    "an unknown kind": {"kind": "Explode"},
    "one of the house's own": {"kind": "CloseArchived"},
    "a field too many": {"kind": "CompleteStep", "step_id": "first-call", "surprise": 1},
    "a step id with blanks": {"kind": "CompleteStep", "step_id": "first call"},
    "an endless step id": {"kind": "CompleteStep", "step_id": "x" * 10_000},
    "a step id that is a number": {"kind": "CompleteStep", "step_id": 7},
    "a step id with a nul": {"kind": "CompleteStep", "step_id": "first\x00call"},
    "too many ticks": {"kind": "CompleteStep", "step_id": "first-call", "ticked": ["x"] * 201},
    "a negative amount": {"kind": "Conclude", "conclusion": "SALE", "collected": "-1"},
    "three decimals": {"kind": "Conclude", "conclusion": "SALE", "collected": "1.001"},
    "no number": {"kind": "Conclude", "conclusion": "SALE", "collected": "NaN"},
    "a number beyond all": {"kind": "Conclude", "conclusion": "SALE", "collected": "1e400"},
    "an infinite amount": {"kind": "Conclude", "conclusion": "SALE", "collected": "Infinity"},
    "an amount beyond all": {"kind": "Conclude", "conclusion": "SALE", "collected": "1" * 30},
    "a day that does not exist": {"kind": "Conclude", "conclusion": "SALE", "on": "2026-02-30"},
    "a moment without a zone": {"kind": "CompleteStep", "step_id": "first-call", "occurred_at": "2026-03-01T10:00:00"},
    "no reason": {"kind": "UndoCompletion", "step_id": "first-call"},
    "an empty reason": {"kind": "UndoCompletion", "step_id": "first-call", "note": ""},
    "a blank reason": {"kind": "WithdrawConclusion", "note": " \n\t"},
    "an amendment without reason": {"kind": "AmendConclusion", "conclusion": "SALE", "on": "2026-11-02"},
    "an endless note": {"kind": "CompleteStep", "step_id": "first-call", "note": "x" * 20_001},
    "an endless account of what was said": {
        "kind": "RecordInteraction",
        "interaction": "FOLLOW_UP_SHEET",
        "details": {"said": "x" * 20_001},
    },
    "an appointment without a zone": {
        "kind": "PlanInteraction",
        "interaction": "APPOINTMENT",
        "details": {"starts_at": "2026-12-01T10:00:00"},
    },
    "an appointment at the end of time": {
        "kind": "PlanInteraction",
        "interaction": "APPOINTMENT",
        "details": {"starts_at": "9999-12-31T23:59:59-14:00"},
    },
    "a moment before all zones": {
        "kind": "CompleteStep",
        "step_id": "first-call",
        "occurred_at": "0001-01-01T00:00:00+14:00",
    },
    "a place of two lines": {
        "kind": "PlanInteraction",
        "interaction": "APPOINTMENT",
        "details": {"place": "Lille\nLens"},
    },
    "an endless appointment": {
        "kind": "PlanInteraction",
        "interaction": "APPOINTMENT",
        "details": {"duration_minutes": 10_081},
    },
    "an unknown detail": {"kind": "BeginStep", "step_id": "first-call", "details": {"colour": "red"}},
    "a channel of smoke": {
        "kind": "PlanInteraction",
        "interaction": "REMINDER",
        "details": {"channel": "SMOKE"},
    },
    "a correction of nothing": {"kind": "AmendInteraction", "step_id": "first-call", "details": {}},
    "a correction of two at once": {"kind": "AmendInteraction", "step_id": "first-call", "number": 3, "note": "x"},
    "a correction of none": {"kind": "AmendInteraction", "note": "x"},
    "an item both ticked and not": {
        "kind": "AmendInteraction",
        "step_id": "first-call",
        "ticked": ["a"],
        "unticked": ["a"],
    },
    "the first fact as an interaction": {"kind": "CompleteInteraction", "number": 1},
    "reopened without a reason": {"kind": "ReopenInteraction", "number": 3},
    "a note with a nul": {"kind": "CompleteStep", "step_id": "first-call", "note": "a\x00b"},
}


@pytest.mark.parametrize("case", BAD)
async def test_what_is_no_command_is_refused_and_never_written_down(service: Service, case: str) -> None:
    follow_up = service.a_follow_up()

    answer = await service.http.post(f"/api/followups/{follow_up}/commands", json=BAD[case])

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert service.log.rows == []


async def test_a_note_of_two_megabytes_is_too_large_and_says_so(service: Service) -> None:
    answer = await service.command(
        service.a_follow_up(), "CompleteStep", step_id="first-call", note="x" * 2_000_000, key="k-1"
    )

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert service.log.rows == []


async def test_details_that_do_not_go_with_the_kind_are_refused_by_name(service: Service) -> None:
    follow_up = service.a_follow_up()

    answers = [
        await service.command(follow_up, "BeginStep", step_id="first-call", details={"place": "Lille"}),
        await service.command(follow_up, "RecordInteraction", interaction="TASK", details={"place": "Lille"}),
    ]

    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(422, "details_of_another_kind")}
    assert answers[0].json()["data"] == {"kind": "TASK", "fields": ["place"]}
    assert service.log.rows == []


async def test_who_does_not_reach_a_follow_up_learns_nothing_of_its_interactions(service: Service) -> None:
    follow_up = service.a_follow_up()
    service.asker = STRANGER

    answers = [
        await service.http.get(f"/api/followups/{follow_up}/{part}")
        for part in ("choices", "interactions", "timeline", "steps/first-call/undo", "steps/first-call/email")
    ]
    answers.append(await service.command(follow_up, "AmendInteraction", number=3, note="x"))

    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "follow_up_unknown")}


async def test_a_repetition_without_details_is_known_as_one_and_one_with_others_is_not(service: Service) -> None:
    follow_up = service.a_follow_up()
    await service.command(follow_up, "RecordInteraction", interaction="REMINDER", key="k-1", details={"channel": "SMS"})

    again = await service.command(
        follow_up, "RecordInteraction", interaction="REMINDER", key="k-1", details={"channel": "SMS"}
    )
    other = await service.command(
        follow_up, "RecordInteraction", interaction="REMINDER", key="k-1", details={"channel": None}
    )

    assert again.json()["verdict"] == "duplicate"
    assert (other.status_code, other.json()["code"]) == (409, "id_reused")


async def test_half_a_surrogate_pair_in_a_note_is_refused(service: Service) -> None:
    follow_up = service.a_follow_up()

    answer = await service.http.post(
        f"/api/followups/{follow_up}/commands",
        content=b'{"kind": "CompleteStep", "step_id": "first-call", "note": "\\ud800"}',
        headers={"content-type": "application/json"},
    )

    assert answer.status_code == 422
    assert service.log.rows == []


@pytest.mark.parametrize("key", ["", " ", "x" * 201, "two words"])
async def test_a_key_that_is_none_is_refused(service: Service, key: str) -> None:
    answer = await service.command(service.a_follow_up(), "CompleteStep", step_id="first-call", key=key)

    assert answer.status_code == 422


@pytest.mark.parametrize("follow_up", ["x", "1", SOME_ID.upper(), f"{SOME_ID}'--"])
async def test_an_id_of_a_wrong_shape_is_refused(service: Service, follow_up: str) -> None:
    answer = await service.command(follow_up, "CompleteStep", step_id="first-call")

    assert answer.status_code == 422


async def test_something_that_happens_tomorrow_is_refused(service: Service) -> None:
    tomorrow = (service.clock.now() + timedelta(days=1)).isoformat()

    answer = await service.command(service.a_follow_up(), "CompleteStep", step_id="first-call", occurred_at=tomorrow)

    assert (answer.status_code, answer.json()["code"]) == (409, "in_the_future")
