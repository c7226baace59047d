"""Follow-ups as they are read: what may be entered now, what blocks the rest, and pages within reach."""

from datetime import timedelta

import pytest

from tests.services.followup.conftest import MANAGER, STRANGER, Service


async def test_a_page_shows_what_may_be_entered_and_what_blocks_the_rest(service: Service) -> None:
    follow_up = service.a_follow_up()
    await service.command(follow_up, "CompleteStep", step_id="first-call")

    page = (await service.http.get(f"/api/followups/{follow_up}")).json()

    assert (page["status"], page["position"], page["proposed_step"]) == ("OPEN", "second-call", "second-call")
    shown = [(step["id"], step["state"], step["enterable"], step["blocked_by"]) for step in page["steps"]]
    assert shown == [
        ("first-call", "done", False, []),
        ("second-call", "not_begun", True, []),
        ("meeting", "not_begun", True, []),
        ("paperwork", "not_begun", False, ["meeting"]),
    ]
    assert [step["sales"] for step in page["steps"]] == [False, False, True, False]


async def test_a_waiting_follow_up_offers_nothing(service: Service) -> None:
    follow_up = service.a_follow_up(entry=service.clock.today() + timedelta(days=1))

    page = (await service.http.get(f"/api/followups/{follow_up}")).json()

    assert page["status"] == "WAITING"
    assert not [step["id"] for step in page["steps"] if step["enterable"]]


async def test_a_page_out_of_reach_does_not_exist(service: Service) -> None:
    follow_up = service.a_follow_up()
    service.asker = STRANGER

    answers = [await service.http.get(f"/api/followups/{follow_up}{part}") for part in ("", "/timeline")]

    assert [(one.status_code, one.json()["code"]) for one in answers] == [(404, "follow_up_unknown")] * 2


async def test_a_list_holds_what_is_in_reach_and_says_where_the_next_page_begins(service: Service) -> None:
    for number in range(3):
        service.a_follow_up(f"client-{number}")
    service.a_follow_up("elsewhere", advisor=STRANGER)
    service.asker = MANAGER

    everything = (await service.http.get("/api/followups")).json()
    page = (await service.http.get("/api/followups", params={"limit": 2})).json()

    assert (len(everything["items"]), everything["next"]) == (3, None)
    assert page["next"] == f"1000.00:{page['items'][1]['follow_up_id']}"


@pytest.mark.parametrize(
    ("status", "entered_by", "enters_after", "closing"),
    [("OPEN", True, False, None), ("WAITING", False, True, None), ("CONCLUDED", False, False, "CONCLUDED")],
)
async def test_a_status_is_asked_for_by_entry_date_or_closing(
    service: Service, status: str, *, entered_by: bool, enters_after: bool, closing: str | None
) -> None:
    await service.http.get("/api/followups", params={"status": status})

    (asked,) = service.reading.asked
    assert (asked.entered_by is not None, asked.enters_after is not None) == (entered_by, enters_after)
    assert asked.closing == closing


@pytest.mark.parametrize("after", ["x", ":", "1000", "NaN:x", "sNaN:x", "Infinity:x", "1:not-an-id", "1:" + "0" * 60])
async def test_a_cursor_of_nonsense_is_refused(service: Service, after: str) -> None:
    answer = await service.http.get("/api/followups", params={"after": after})

    assert (answer.status_code, answer.json()["code"]) == (422, "cursor_invalid")


@pytest.mark.parametrize(
    "wrong", [{"limit": 0}, {"limit": 201}, {"limit": "x"}, {"status": "ALIVE"}, {"campaign_id": "x' or 1=1 --"}]
)
async def test_a_filter_of_a_wrong_type_is_refused(service: Service, wrong: dict[str, str]) -> None:
    assert (await service.http.get("/api/followups", params=wrong)).status_code == 422
