"""Whoever chooses follow-ups for a job learns nothing of those out of reach: they are told as if they did not exist."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.rulebook.ids import follow_up_id
from tests.integration.followup.many import BORIS, FAR, follow_ups
from tests.integration.followup.test_jobs_api import JOBS, Door, door

__all__ = ["door"]
ORDERS: dict[str, dict[str, Any]] = {
    "conclude": {"kind": "conclude", "conclusion": "SALE", "total": "10.00"},
    "reassign": {"kind": "reassign", "to": [BORIS.user_id]},
    "withdraw": {"kind": "withdraw"},
}


async def everything_told(door: Door, body: dict[str, Any]) -> dict[str, Any]:
    """All that somebody is told of such a job: tried, run, its receipt, undone."""
    tried = await door.http.post(f"{JOBS}/dry-run", json=body)
    asked = await door.http.post(JOBS, json=body)
    assert (tried.status_code, asked.status_code) == (200, 202), asked.text
    job = f"{JOBS}/{asked.json()['id']}"
    await door.finish(asked.json()["id"])
    done = await told_of(door, job)
    await door.http.post(f"{job}/undo", json={"reason": "for the test"})
    await door.finish(asked.json()["id"])
    return {"tried": tried.json(), "done": done, "undone": await told_of(door, job)}


async def told_of(door: Door, job: str) -> dict[str, Any]:
    """The job and its receipt, without what is its own and no other job's."""
    shown = (await door.http.get(job)).json()
    items = (await door.http.get(f"{job}/items")).json()["items"]
    receipt = (await door.http.get(f"{job}/receipt.csv")).text
    own = {"id", "asked_at", "finished_at"}
    return {
        "job": {key: value for key, value in shown.items() if key not in own},
        "items": [{**item, "number": None} for item in items],
        "lines": len(receipt.splitlines()),
    }


def without(told: Any, *ids: str) -> str:
    """What is told, with these ids masked."""
    text = str(told)
    for one in ids:
        text = text.replace(one, "it")
    return text


def alike(told: dict[str, Any], *ids: str) -> tuple[Any, list[str], int]:
    """What is told of a job with these ids masked, in no order of ids."""
    return told["job"], sorted(without(item, *ids) for item in told["items"]), told["lines"]


@pytest.mark.parametrize("kind", ORDERS)
async def test_follow_ups_out_of_reach_are_told_as_those_that_do_not_exist(door: Door, kind: str) -> None:
    campaign = await door.world.a_campaign()
    near = await follow_ups(door.world, campaign, [300, 100], start=False)
    far = await follow_ups(door.world, campaign, [500], advisor=FAR, start=False)
    nobodys = [follow_up_id(campaign, str(uuid4()))]

    beyond = await everything_told(door, ORDERS[kind] | {"chosen": {"ids": [*near, *far]}})
    unknown = await everything_told(door, ORDERS[kind] | {"chosen": {"ids": [*near, *nobodys]}})

    assert beyond["tried"] == unknown["tried"]
    assert (beyond["done"]["job"]["chosen"], beyond["done"]["job"]["done"]) == (3, 2)
    for then in ("done", "undone"):
        assert alike(beyond[then], *far) == alike(unknown[then], *nobodys)
    assert "'refused': {'follow_up_unknown': 1}" in str(beyond["tried"])


@pytest.mark.parametrize("kind", ORDERS)
async def test_a_filter_that_names_what_is_out_of_reach_finds_as_much_as_one_that_names_nothing(
    door: Door, kind: str
) -> None:
    campaign = await door.world.a_campaign()
    await follow_ups(door.world, campaign, [500], advisor=FAR, start=False)
    there = [{"campaign_id": campaign}, {"advisor_id": FAR.user_id}, {"unit_id": FAR.unit_id}]
    nowhere = [{name: str(uuid4()) for name in one} for one in there]

    beyond, unknown = [
        [
            without(await everything_told(door, ORDERS[kind] | {"chosen": {"filter": one}}), *one.values())
            for one in all_
        ]
        for all_ in (there, nowhere)
    ]

    assert beyond == unknown
    assert all("'chosen': 0" in one for one in beyond)


async def test_an_advisor_out_of_reach_is_told_as_one_who_does_not_exist(door: Door) -> None:
    near = await follow_ups(door.world, await door.world.a_campaign(), [1], start=False)

    async def refused(advisor: str) -> list[httpx.Response]:
        body = {"kind": "reassign", "to": [advisor], "chosen": {"ids": near}}
        return [await door.http.post(path, json=body) for path in (JOBS, f"{JOBS}/dry-run")]

    nobody = str(uuid4())
    beyond, unknown = await refused(FAR.user_id), await refused(nobody)

    assert [one.status_code for one in beyond] == [422, 422]
    assert [without(one.json(), FAR.user_id) for one in beyond] == [without(one.json(), nobody) for one in unknown]
