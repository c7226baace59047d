"""Jobs through their routes: what is answered, and what bad input gets."""

import csv
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from services.followup.api import follow_up_routes, job_routes
from services.followup.settings import Settings
from shared.rulebook.access import Principal
from shared.rulebook.errors import RuleBroken
from shared.runtime.http import service_app
from shared.runtime.security import current_principal
from tests.integration.followup.many import ANNE, FAR, MANAGER, follow_ups, let_in
from tests.integration.followup.world import World

JOBS = "/api/followups/jobs"


class Door:
    """The routes, and who asks."""

    def __init__(self, world: World, http: httpx.AsyncClient) -> None:
        self.world = world
        self.http = http
        self.asker: Principal = MANAGER

    async def start(self, *, path: str = JOBS, key: str | None = None, **body: object) -> httpx.Response:
        """Ask for a job."""
        headers = {} if key is None else {"Idempotency-Key": key}
        return await self.http.post(path, json={"kind": "conclude", "conclusion": "SALE"} | body, headers=headers)

    async def finish(self, job_id: str) -> None:
        """Run page after page."""
        for undo in (False, True):
            while not (await self.world.run_jobs.page(job_id, undo=undo)).finished:
                pass


@pytest.fixture
async def door(world: World) -> AsyncIterator[Door]:
    """The routes over the world."""
    app = service_app(title="Follow-ups", version="1", lifespan=_nothing, settings=Settings())
    app.include_router(job_routes(world.ask_jobs, world.jobs))
    app.include_router(follow_up_routes(world.reading, world.clock))
    await let_in(world)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as http:
        made = Door(world, http)
        app.dependency_overrides[current_principal] = lambda: made.asker
        yield made


async def test_a_job_from_its_start_to_its_undo(door: Door) -> None:
    ids = await follow_ups(door.world, await door.world.a_campaign(), [300, 100], start=False)
    chosen = {"ids": [*ids, ids[0]]}  # one chosen twice counts once

    tried = await door.start(path=f"{JOBS}/dry-run", chosen=chosen, total="0.05")
    asked = await door.start(chosen=chosen, total="0.05", key="k1")
    again = await door.start(chosen=chosen, total="0.05", key="k1")
    job_id = asked.json()["id"]
    await door.finish(job_id)
    shown = (await door.http.get(asked.headers["Location"])).json()
    receipt = (await door.http.get(f"{JOBS}/{job_id}/items", params={"outcome": "done"})).json()["items"]
    undo = await door.http.post(f"{JOBS}/{job_id}/undo", json={"reason": "the wrong list"})
    await door.finish(job_id)
    undone = (await door.http.get(f"{JOBS}/{job_id}")).json()

    assert (tried.status_code, tried.json()) == (
        200,
        {"would_do": 2, "refused": {}, "recorded": "0.05", "not_recorded": "0.00"},
    )
    assert (asked.status_code, again.json()["id"]) == (202, job_id)
    assert (shown["state"], shown["done"], shown["recorded"], shown["not_recorded"]) == (
        "FINISHED",
        2,
        "0.05",
        "0.00",
    )
    assert {item["follow_up_id"]: item["amount"] for item in receipt} == {ids[0]: "0.04", ids[1]: "0.01"}
    assert undo.status_code == 202
    assert (undone["state"], undone["undone"]) == ("UNDONE", 2)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"chosen": {"ids": []}}, 422),
        ({"chosen": {}}, 422),
        ({"chosen": {"filter": {}}}, 422),
        ({"chosen": {"ids": ["x"]}}, 422),
        ({"chosen": {"ids": [str(uuid4())], "filter": {"state": "OPEN"}}}, 422),
        ({"chosen": {"ids": [str(uuid4())]}, "each": "-1"}, 422),
        ({"chosen": {"ids": [str(uuid4())]}, "each": "NaN"}, 422),
        ({"chosen": {"ids": [str(uuid4())]}, "total": "0.001"}, 422),
        ({"chosen": {"ids": [str(uuid4())]}, "total": "1", "each": "1"}, 422),
        ({"chosen": {"ids": [str(uuid4())]}, "conclusion": "REFUSAL", "each": "1"}, 422),
        ({"chosen": {"ids": [str(uuid4())]}, "kind": "close_archived"}, 422),
        ({"chosen": {"ids": [str(uuid4())]}, "kind": "reassign", "to": []}, 422),
    ],
)
async def test_bad_orders_get_a_problem_and_leave_no_job(door: Door, body: dict[str, object], status: int) -> None:
    if body.get("kind"):
        answer = await door.http.post(JOBS, json=body)
    else:
        answer = await door.start(**body)

    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert (await door.http.get(JOBS)).json() == {"items": [], "next": None}


async def test_a_hundred_thousand_are_taken_and_one_more_is_not(door: Door) -> None:
    ids = [str(uuid4()) for _ in range(100_000)]

    taken = await door.start(chosen={"ids": ids})
    refused = await door.start(chosen={"ids": [*ids, str(uuid4())]})
    page = await door.world.run_jobs.page(taken.json()["id"], undo=False)

    assert (taken.status_code, refused.status_code) == (202, 422)
    assert (page.chosen, page.settled) == (500, 500)  # the first piece: all unknown


async def test_what_others_asked_for_does_not_exist(door: Door) -> None:
    ids = await follow_ups(door.world, await door.world.a_campaign(), [1], start=False)
    job_id = (await door.start(chosen={"ids": ids})).json()["id"]

    door.asker = FAR
    answers = [
        await door.http.get(f"{JOBS}/{job_id}"),
        await door.http.get(f"{JOBS}/{job_id}/items"),
        await door.http.get(f"{JOBS}/{job_id}/receipt.csv"),
        await door.http.post(f"{JOBS}/{job_id}/cancel"),
        await door.http.post(f"{JOBS}/{job_id}/undo", json={"reason": "x"}),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "job_unknown")] * 5


async def test_who_lacks_the_right_is_told_which(door: Door) -> None:
    door.asker = ANNE
    withdraw = await door.http.post(JOBS, json={"kind": "withdraw", "chosen": {"ids": [str(uuid4())]}})

    door.asker = Principal(ANNE.user_id, ANNE.unit_id, ANNE.unit_path)
    conclude = await door.start(chosen={"ids": [str(uuid4())]})

    assert (withdraw.status_code, withdraw.json()["data"]) == (403, {"missing": "manage_campaigns"})
    assert (conclude.status_code, conclude.json()["data"]) == (403, {"missing": "access_level"})


async def test_the_receipt_as_a_file_holds_no_formula_and_no_name_out_of_reach(door: Door) -> None:
    campaign = await door.world.a_campaign()
    (one,) = await follow_ups(door.world, campaign, [1], names=['=HYPERLINK("http://x";"y")'], start=False)
    (far,) = await follow_ups(door.world, campaign, [1], advisor=FAR, names=["Secret"], start=False)
    job_id = (await door.start(chosen={"ids": [one, far]}, each="2.50")).json()["id"]
    await door.finish(job_id)

    file = await door.http.get(f"{JOBS}/{job_id}/receipt.csv")

    rows = {row["follow_up_id"]: row for row in csv.DictReader(io.StringIO(file.text.lstrip("\ufeff")), delimiter=";")}
    assert file.headers["content-disposition"] == f'attachment; filename="receipt-{job_id}.csv"'
    assert (rows[one]["client_name"], rows[one]["amount"]) == ('\'=HYPERLINK("http://x";"y")', "2.50")
    assert (rows[far]["outcome"], rows[far]["code"], rows[far]["client_name"]) == ("refused", "follow_up_unknown", "")
    assert "Secret" not in file.text


async def test_jobs_and_items_are_paged(door: Door) -> None:
    ids = await follow_ups(door.world, await door.world.a_campaign(), [1] * 3, start=False)
    jobs = [(await door.start(chosen={"ids": ids})).json()["id"] for _ in range(3)]
    await door.finish(jobs[0])

    first = (await door.http.get(JOBS, params={"limit": 2})).json()
    rest = (await door.http.get(JOBS, params={"limit": 2, "after": first["next"]})).json()
    items = (await door.http.get(f"{JOBS}/{jobs[0]}/items", params={"limit": 2})).json()
    others = (await door.http.get(f"{JOBS}/{jobs[0]}/items", params={"limit": 2, "after": items["next"]})).json()
    broken = await door.http.get(JOBS, params={"after": "2026-13-45T00:00:00Z|x"})

    assert [job["id"] for job in [*first["items"], *rest["items"]]] == jobs[::-1]
    assert [item["follow_up_id"] for item in [*items["items"], *others["items"]]] == sorted(ids)
    assert rest["next"] is others["next"] is None
    assert (broken.status_code, broken.json()["code"]) == (422, "cursor_invalid")


async def test_cancelling_a_finished_job_and_undoing_it_twice_are_conflicts(door: Door) -> None:
    ids = await follow_ups(door.world, await door.world.a_campaign(), [1], start=False)
    job_id = (await door.start(chosen={"ids": ids})).json()["id"]
    early = await door.http.post(f"{JOBS}/{job_id}/undo", json={"reason": "x"})
    await door.finish(job_id)

    cancel = await door.http.post(f"{JOBS}/{job_id}/cancel")
    without = await door.http.post(f"{JOBS}/{job_id}/undo", json={"reason": ""})
    first = await door.http.post(f"{JOBS}/{job_id}/undo", json={"reason": "x"})
    second = await door.http.post(f"{JOBS}/{job_id}/undo", json={"reason": "x"})

    assert [(answer.status_code, answer.json().get("code")) for answer in (early, cancel, second)] == [
        (409, "job_not_over"),
        (409, "job_over"),
        (409, "job_undone"),
    ]
    assert (without.status_code, first.status_code) == (422, 202)


async def test_an_operator_stops_a_job_of_somebody_else(door: Door) -> None:
    ids = await follow_ups(door.world, await door.world.a_campaign(), [1], start=False)
    job_id = (await door.start(chosen={"ids": ids})).json()["id"]

    await door.world.ask_jobs.stop(job_id)
    await door.finish(job_id)

    job = (await door.http.get(f"{JOBS}/{job_id}")).json()
    assert (job["over"], job["done"]) == (True, 0)
    for unknown, code in ((job_id, "job_over"), (ids[0], "job_unknown")):
        with pytest.raises(RuleBroken, match=code):
            await door.world.ask_jobs.stop(unknown)


@asynccontextmanager
async def _nothing(app: FastAPI) -> AsyncIterator[None]:
    yield
