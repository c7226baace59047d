"""Entry dates are spread evenly over a campaign's days, after a look at the load, for those who wait or come."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

from shared.contracts.campaign import ClientsChanged, ClientsTargeted
from shared.contracts.directory import CalendarFound, PresentCalendar
from shared.rulebook.ids import client_id, user_id
from tests.services.campaign.clients import rows
from tests.services.campaign.conftest import code_of

ANNE, LOUIS = user_id("anne"), user_id("louis")
WEEK = {"start_date": "2026-05-04", "end_date": "2026-05-10"}
"""Monday to Sunday; Friday 8 May is a holiday in France."""


@pytest.fixture(autouse=True)
async def calendar(bus):
    """A directory that works on French working days, and not on 5 May; `broken` while it is in trouble."""
    state = SimpleNamespace(broken=False)

    async def present(_: PresentCalendar) -> CalendarFound:
        if state.broken:
            raise RuntimeError("no database")
        return CalendarFound(country="FR", closing_days=(date(2026, 5, 5),), revision=1)

    await bus.answer(PresentCalendar, present)
    return state


async def ask(door, campaign_id, body, *, what="", by="boss"):
    return await door.ask("POST", f"/{campaign_id}/clients/spread{what}", by=by, json=body)


async def test_those_who_wait_are_spread_over_working_days_the_highest_potential_first(door, heard):
    campaign_id = (await door.create(**WEEK))["campaign_id"]
    potentials = {"c1": "10", "c2": "900", "c3": "5"}
    await door.target(campaign_id, [{"client": name, "potential": one} for name, one in potentials.items()])

    answer = await ask(door, campaign_id, {})
    job = await door.job_when_worked(campaign_id, answer.json()["job_id"])

    told = (await heard(3))[2]
    assert isinstance(told, ClientsChanged)
    assert {one.client_id: one.entry_date for one in told.clients} == {client_id("c1"): date(2026, 5, 6)}
    assert (answer.status_code, job["kind"], job["accepted"]) == (202, "CHANGE", 1)


async def test_clients_are_targeted_on_the_days_that_the_preview_showed(door, heard):
    campaign_id = (await door.create(**WEEK))["campaign_id"]
    body = {
        "clients": [{"client": "c1", "potential": "1"}, {"client": "c2"}, {"client_id": client_id("c3")}],
        "working_days": False,
    }

    seen = (await ask(door, campaign_id, body, what="/preview")).json()
    answer = await ask(door, campaign_id, body)
    await door.job_when_worked(campaign_id, answer.json()["job_id"])

    assert (seen["first"], seen["last"], seen["days"], seen["clients"]) == ("2026-05-04", "2026-05-10", 7, 3)
    assert seen["weeks"] == [
        {
            "week": "2026-05-04",
            "clients": 3,
            "advisors": [
                {"advisor_id": ANNE, "advisor_name": "Anne", "clients": 2},
                {"advisor_id": LOUIS, "advisor_name": "Louis", "clients": 1},
            ],
        }
    ]
    told = (await heard(2))[1]
    assert isinstance(told, ClientsTargeted)
    assert {name: one["entry_date"] for name, one in (await rows(door, campaign_id)).items()} == {
        "c1": "2026-05-04",
        "c2": "2026-05-07",
        "c3": "2026-05-04",
    }


async def test_the_preview_keeps_nothing_and_names_each_week(door):
    campaign_id = (await door.create(start_date="2026-05-04", end_date="2026-05-17"))["campaign_id"]
    await door.target(campaign_id, [{"client": "c1"}, {"client": "c2"}])

    seen = (await ask(door, campaign_id, {}, what="/preview")).json()

    assert [(one["week"], one["clients"]) for one in seen["weeks"]] == [("2026-05-04", 1), ("2026-05-11", 1)]
    assert (seen["days"], seen["changing"]) == (7, 1)
    assert {one["entry_date"] for one in (await rows(door, campaign_id)).values()} == {"2026-05-04"}


async def test_everybody_spreads_what_lies_within_reach(door):
    campaign_id = (await door.create(**WEEK))["campaign_id"]
    await door.target(campaign_id, [{"client": "c1"}, {"client": "c3"}, {"client": "c5"}])

    clients = {
        by: (await ask(door, campaign_id, {}, what="/preview", by=by)).json().get("clients")
        for by in ("anne", "branch", "boss")
    }

    assert clients == {"anne": 1, "branch": 2, "boss": 3}
    assert (await ask(door, campaign_id, {}, by="nobody")).status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"first": "2026-05-03"}, 422, "entry_date_out_of_range"),
        ({"last": "9999-12-31"}, 422, "entry_date_out_of_range"),
        ({"first": "2026-05-06", "last": "2026-05-05"}, 422, "end_before_start"),
        ({"clients": []}, 422, "invalid_request"),
        ({"clients": [{"client": "c2", "entry_date": "2026-05-05"}]}, 422, "entry_date_given"),
        ({"clients": [{"client": "c2", "client_id": client_id("c2")}]}, 422, "client_unclear"),
        ({"clients": [{"client": "stranger"}]}, 422, "nothing_to_spread"),
    ],
)
async def test_a_call_that_is_wrong_spreads_nobody(door, body, status, code):
    campaign_id = (await door.create(**WEEK))["campaign_id"]
    await door.target(campaign_id, [{"client": "c1"}])

    for what in ("/preview", ""):
        refused = await ask(door, campaign_id, body, what=what)
        assert (refused.status_code, code_of(refused)) == (status, code)


async def test_an_ended_campaign_has_no_day_left_and_one_in_which_nobody_waits_nothing_to_spread(door):
    ended = (await door.create(end_date="2026-04-19"))["campaign_id"]
    running = (await door.create())["campaign_id"]
    await door.target(running, [{"client": "c1"}])

    refused = [await ask(door, one, {"clients": [{"client": "c1"}]}) for one in (ended,)]
    nobody = await ask(door, running, {})

    assert [(one.status_code, code_of(one)) for one in refused] == [(409, "campaign_ended")]
    assert (nobody.status_code, code_of(nobody)) == (422, "nothing_to_spread")


async def test_while_the_directory_cannot_say_its_calendar_nothing_is_spread_and_the_same_call_works_afterwards(
    door, calendar
):
    campaign_id = (await door.create(**WEEK))["campaign_id"]
    body = {"key": "once", "clients": [{"client": "c1"}, {"client": "c2"}]}

    calendar.broken = True
    refused = await ask(door, campaign_id, body)
    before = await rows(door, campaign_id)
    calendar.broken = False
    answer = await ask(door, campaign_id, body)
    job = await door.job_when_worked(campaign_id, answer.json()["job_id"])

    assert (refused.status_code, before) == (503, {})
    assert (job["accepted"], job["skipped"]) == (2, 0)
    assert {one["entry_date"] for one in (await rows(door, campaign_id)).values()} == {"2026-05-04", "2026-05-06"}


async def test_the_same_call_again_is_the_same_job_and_another_needs_another_key(door):
    campaign_id = (await door.create(**WEEK))["campaign_id"]
    await door.target(campaign_id, [{"client": "c1"}, {"client": "c2"}])
    body = {"key": "spread-1"}
    first = await ask(door, campaign_id, body)
    await door.job_when_worked(campaign_id, first.json()["job_id"])
    door.clock.set(datetime(2026, 5, 9, 8, 0, tzinfo=UTC))

    again = await ask(door, campaign_id, body)
    other = await ask(door, campaign_id, body | {"working_days": False})

    assert (again.status_code, again.json()["job_id"]) == (202, first.json()["job_id"])
    assert (other.status_code, code_of(other)) == (409, "key_taken")


async def test_a_client_who_is_in_the_campaign_takes_no_place_of_those_to_come(door):
    campaign_id = (await door.create(**WEEK))["campaign_id"]
    await door.target(campaign_id, [{"client": "c1"}])

    seen = (await ask(door, campaign_id, {"clients": [{"client": "c1"}, {"client": "c2"}]}, what="/preview")).json()

    assert seen["clients"] == 1
