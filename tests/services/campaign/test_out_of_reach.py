"""Whoever names clients in a job learns nothing of those out of reach: they are told as clients who do not exist."""

import json

import pytest

from shared.contracts.directory import CalendarFound, PresentCalendar
from shared.rulebook.ids import client_id
from tests.services.campaign.clients import a_campaign_of, do
from tests.services.campaign.test_csv_clients import send

FAR, NOBODY = "c4", "nobodys"
"""A client of Arras, whom the managers of Lille do not reach; and an id that stands for no client."""


def told(answer, name):
    """What is told of the client of that name, who is left out of it, and so are job and moment."""
    text = json.dumps({key: value for key, value in answer.items() if key not in {"job_id", "asked_at"}})
    return text.replace(client_id(name), "it").replace(f'"{name}"', '"it"')


async def a_campaign_with_all(door):
    """A campaign with clients in and out of reach of `branch`."""
    return await a_campaign_of(door, "c1", "c2", "c4")


@pytest.mark.parametrize(
    ("what", "more"), [("withdraw", {}), ("change", {"potential": "5"}), ("change", {"entry_date": "2026-05-04"})]
)
@pytest.mark.parametrize("by_id", [False, True])
async def test_a_job_on_targeted_clients_tells_those_out_of_reach_as_those_who_do_not_exist(door, what, more, by_id):
    campaign_id = await a_campaign_with_all(door)

    answers = []
    for name in (FAR, NOBODY):
        named = {"client_id": client_id(name)} if by_id else {"client": name}
        clients = [{"client": "c3"} | more, named | more, named | more]
        answers.append(told(await do(door, campaign_id, what, clients, by="branch"), name))

    assert answers[0] == answers[1]
    assert json.loads(answers[0])["skipped_by_reason"] == {"not_targeted": 1, "unknown_client": 1, "named_twice": 1}


@pytest.mark.parametrize("by_id", [False, True])
@pytest.mark.parametrize("more", [{}, {"entry_date": "2030-01-01"}])
async def test_a_job_that_targets_tells_those_out_of_reach_as_those_who_do_not_exist(door, more, by_id):
    campaign_id = await a_campaign_with_all(door)

    answers = []
    for name in (FAR, NOBODY):
        named = {"client_id": client_id(name)} if by_id else {"client": name}
        job = await door.target(campaign_id, [{"client": "c1"}, named | more, named | more], by="branch")
        answers.append(told(job, name))

    assert answers[0] == answers[1]
    assert json.loads(answers[0])["skipped_by_reason"] == {"already_targeted": 1, "unknown_client": 2}


@pytest.mark.parametrize("dry_run", [True, False])
async def test_a_file_of_clients_is_told_alike(door, dry_run):
    campaign_id = await a_campaign_with_all(door)

    answers = []
    for name in (FAR, NOBODY):
        body = f"client\nc3\n{name}\n"
        answer = (await send(door, campaign_id, body, by="branch", dry_run=dry_run)).json()
        if not dry_run:
            answer = await door.job_when_worked(campaign_id, answer["job"]["job_id"], by="branch")
            await door.ask("POST", f"/{campaign_id}/clients/withdraw", json={"clients": [{"client": "c3"}]})
        answers.append(told(answer, name))

    assert "unknown_client" in answers[0]
    assert answers[0] == answers[1]


async def test_spreading_clients_is_told_alike(door, bus):
    await a_calendar(bus)
    campaign_id = await a_campaign_with_all(door)

    answers = []
    for name in (FAR, NOBODY):
        seen, alone = [
            await door.ask("POST", f"/{campaign_id}/clients/spread/preview", by="branch", json={"clients": clients})
            for clients in ([{"client": "c3"}, {"client": name}], [{"client": name}])
        ]
        answers.append((told(seen.json(), name), alone.json()["code"]))

    assert answers[0] == answers[1]
    assert (json.loads(answers[0][0])["clients"], answers[0][1]) == (1, "nothing_to_spread")


async def a_calendar(bus):
    """A directory that says how the deployment works."""

    async def present(_: PresentCalendar) -> CalendarFound:
        return CalendarFound(country="FR", closing_days=(), revision=1)

    await bus.answer(PresentCalendar, present)
