"""Held commands by HTTP: for operators alone, with ids, states and reasons, and neither names nor texts."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from services.followup.api import held_routes
from services.followup.settings import Settings
from services.followup.store.command_log import PostgresCommandLog
from services.followup.store.held import PostgresHeldCommands
from services.followup.use_cases.handle_held import HandleHeld
from services.followup.use_cases.take_signals import Signal, command_of
from shared.rulebook.access import AccessLevel, Principal
from shared.runtime.clock import FixedClock
from shared.runtime.database import Database
from shared.runtime.http import service_app
from shared.runtime.security import crm_principal, current_principal
from tests.services.followup.conftest import MANAGER, PARIS, _nothing

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
HELD = "/api/followups/commands"
OPERATOR = Principal("5a0c7a0e-0000-4000-8000-00000000000f", "it", ("it",), operator=True)
ADMINISTRATOR = replace(MANAGER, access_level=AccessLevel.ALL, administrator=True)
SOME_ID = "5a0c7a0e-0000-4000-8000-0000000000aa"
SECRET = "Mrs Martin's daughter answered."


@dataclass(slots=True)
class Operating:
    """The routes over a real log in which nobody's client is known."""

    log: PostgresCommandLog
    clock: FixedClock
    http: httpx.AsyncClient
    asker: Principal = OPERATOR

    async def send(self, *ids: str) -> None:
        for id_ in ids:
            signal = Signal(id_, "step_completed", "autumn", f"client-{id_}", NOW - HOUR, step="call", note=SECRET)
            await self.log.admit([command_of(signal, self.clock, door="crm", park_for=HOUR)])

    async def expire(self) -> None:
        self.clock.advance(HOUR)
        await self.log.expire_parked()

    async def listed(self, **filters: object) -> list[dict]:
        return (await self.http.get(HELD, params=filters)).raise_for_status().json()["items"]


@pytest.fixture
async def operating(fresh_database: str) -> AsyncIterator[Operating]:
    database, clock = Database(fresh_database, service="followup", pool_size=2), FixedClock(PARIS, NOW)
    log, held = PostgresCommandLog(database, clock, lease=HOUR), PostgresHeldCommands(database)
    app = service_app(title="Follow-ups", version="1", lifespan=_nothing, settings=Settings())
    app.include_router(held_routes(held, HandleHeld(held, clock.now, park_for=HOUR)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as http:
        made = Operating(log, clock, http)
        app.dependency_overrides[current_principal] = lambda: made.asker
        yield made
    await database.close()


async def test_a_parked_signal_is_shown_with_what_it_waits_for_and_no_text(operating: Operating) -> None:
    await operating.send("s-1")

    answer = await operating.http.get(HELD)

    (shown,) = answer.json()["items"]
    assert {name: shown[name] for name in ("source_id", "kind", "step_id", "state", "code", "data", "attempts")} == {
        "source_id": "s-1",
        "kind": "CompleteStep",
        "step_id": "call",
        "state": "parked",
        "code": "follow_up_unknown",
        "data": {"campaign": "autumn", "client": "client-s-1"},
        "attempts": 0,
    }
    assert shown["park_until"] == "2026-11-24T10:00:00Z"
    assert SECRET not in answer.text


async def test_what_the_house_asked_for_itself_and_was_refused_is_no_trouble(operating: Operating) -> None:
    signal = Signal("late", "step_completed", "autumn", "client-1", NOW - HOUR, step="call")
    await operating.log.admit([replace(command_of(signal, operating.clock, door="crm", park_for=HOUR), door="system")])
    await operating.expire()

    assert await operating.listed() == []
    assert (await operating.http.get(f"{HELD}/counts")).json() == {"counts": []}


@pytest.mark.parametrize("asker", [MANAGER, ADMINISTRATOR, crm_principal()], ids=["manager", "administrator", "crm"])
async def test_nobody_but_an_operator_sees_or_handles_them(operating: Operating, asker: Principal) -> None:
    await operating.send("s-1")
    (held,) = await operating.listed()
    operating.asker = asker

    answers = [
        await operating.http.get(HELD),
        await operating.http.get(f"{HELD}/counts"),
        await operating.http.post(f"{HELD}/retry", json={}),
        await operating.http.post(f"{HELD}/{held['command_id']}/retry"),
        await operating.http.post(f"{HELD}/{held['command_id']}/dismiss", json={"reason": "no"}),
    ]

    assert [(one.status_code, one.json()["data"]) for one in answers] == [(403, {"missing": "operator"})] * 5


async def test_counts_tell_states_reasons_and_the_age_of_the_oldest(operating: Operating) -> None:
    await operating.send("s-1", "s-2")
    await operating.expire()
    await operating.send("s-3")

    counts = (await operating.http.get(f"{HELD}/counts")).json()["counts"]

    assert counts == [
        {"state": "parked", "code": "follow_up_unknown", "number": 1, "oldest": "2026-11-24T10:00:00Z"},
        {"state": "refused", "code": "follow_up_unknown", "number": 2, "oldest": "2026-11-24T09:00:00Z"},
    ]


async def test_pages_follow_each_other_the_latest_first(operating: Operating) -> None:
    await operating.send("s-1", "s-2", "s-3")

    first = (await operating.http.get(HELD, params={"limit": 2})).json()
    last = (await operating.http.get(HELD, params={"limit": 2, "after": first["next"]})).json()

    assert [one["source_id"] for one in first["items"]] == ["s-3", "s-2"]
    assert [one["source_id"] for one in last["items"]] == ["s-1"]
    assert last["next"] is None


async def test_a_refused_signal_is_tried_again_once_dismissed_with_a_reason_and_named_by_state(
    operating: Operating,
) -> None:
    await operating.send("s-1", "s-2")
    await operating.expire()
    second, first = await operating.listed(state="refused")

    retried = await operating.http.post(f"{HELD}/{first['command_id']}/retry")
    dismissed = await operating.http.post(f"{HELD}/{second['command_id']}/dismiss", json={"reason": "Sent by mistake"})

    assert (retried.json()["state"], retried.json()["park_until"]) == ("parked", "2026-11-24T11:00:00Z")
    assert (dismissed.json()["state"], dismissed.json()["dismissed"]) == ("refused", True)
    assert "mistake" not in dismissed.text
    assert [one["source_id"] for one in await operating.listed()] == ["s-1"]
    assert [one["source_id"] for one in await operating.listed(dismissed=True)] == ["s-2"]
    again = await operating.http.post(f"{HELD}/{second['command_id']}/dismiss", json={"reason": "again"})
    assert (again.status_code, again.json()["code"]) == (409, "not_held")


async def test_more_than_one_chunk_is_tried_again_in_one_call(operating: Operating) -> None:
    signals = [Signal(f"m-{n}", "step_completed", "autumn", f"c-{n}", NOW - HOUR, step="call") for n in range(501)]
    await operating.log.admit([command_of(one, operating.clock, door="crm", park_for=HOUR) for one in signals])

    answer = await operating.http.post(f"{HELD}/retry", json={"code": "follow_up_unknown"})

    assert answer.json() == {"retried": 501, "next": None}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "?state=lost", None),
        ("GET", "?code=a'b", None),
        ("GET", "?campaign_id=autumn", None),
        ("GET", "?received_before=2026-01-01T00:00:00", None),
        ("GET", "?after=-1", None),
        ("GET", "?limit=201", None),
        ("GET", "?surprise=1", None),
        ("POST", "/retry", {"state": "waiting"}),
        ("POST", "/retry", {"surprise": 1}),
        ("POST", "/not-an-id/retry", None),
        ("POST", f"/{SOME_ID}/dismiss", {}),
        ("POST", f"/{SOME_ID}/dismiss", {"reason": ""}),
        ("POST", f"/{SOME_ID}/dismiss", {"reason": "x" * 2001}),
        ("POST", f"/{SOME_ID}/dismiss", {"reason": "a\x00"}),
    ],
)
async def test_what_makes_no_sense_is_refused(operating: Operating, method: str, path: str, body: object) -> None:
    answer = await operating.http.request(method, f"{HELD}{path}", json=body)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_what_does_not_exist_is_not_found(operating: Operating) -> None:
    answers = [
        await operating.http.post(f"{HELD}/{uuid4()}/retry"),
        await operating.http.post(f"{HELD}/{uuid4()}/dismiss", json={"reason": "no"}),
    ]

    assert [(one.status_code, one.json()["code"]) for one in answers] == [(404, "command_unknown")] * 2
