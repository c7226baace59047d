import asyncio
import json
from contextlib import asynccontextmanager
from datetime import date
from typing import Annotated

import httpx
import pytest
from fastapi import Body, FastAPI, UploadFile
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import DataError, OperationalError

from shared.rulebook.access import Principal
from shared.rulebook.errors import Forbidden, Invalid, NotVisible, Refused
from shared.runtime.http import service_app
from shared.runtime.principals import Stale
from shared.runtime.problems import NotFound
from shared.runtime.questions import NobodyAnswers
from shared.runtime.security import CurrentPrincipal, Security, crm_principal
from shared.runtime.settings import Settings

ERRORS = {
    "refused": Refused("already_completed", {"step": "s1"}),
    "invalid": Invalid("amount_negative"),
    "forbidden": Forbidden("right_missing", {"missing": "manage_campaigns"}),
    "hidden": NotVisible("not_visible"),
    "absent": NotFound(),
    "stale": Stale(),
    "database": OperationalError("select 1", {}, Exception("refused")),
    "unstorable": DataError("insert", {}, Exception("NUL")),
    "nobody": NobodyAnswers("questions.x"),
    "bug": ZeroDivisionError("Dupont"),
}


class Thing(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=10)
    on: date


def an_app(**settings) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_app):
        yield

    app = service_app(title="Things", version="1", lifespan=lifespan, settings=Settings(**settings))

    @app.get("/api/things/{kind}")
    async def fail(kind: str) -> None:
        raise ERRORS[kind]

    @app.post("/api/things")
    async def create(thing: Thing) -> Thing:
        return thing

    @app.post("/api/raw")
    async def raw(body: Annotated[dict[str, int], Body()]) -> int:
        return len(body)

    @app.post("/api/files")
    async def upload(file: UploadFile) -> int:
        return len(await file.read())

    @app.get("/api/me")
    async def me(principal: CurrentPrincipal) -> str:
        return principal.user_id

    return app


@pytest.fixture
async def client():
    async with a_client(an_app(max_body_bytes=1000)) as client:
        yield client


def a_client(app) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://test")


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("refused", 409, "already_completed"),
        ("invalid", 422, "amount_negative"),
        ("forbidden", 403, "right_missing"),
        ("hidden", 404, "not_visible"),
        ("absent", 404, "not_found"),
        ("stale", 503, "rights_unavailable"),
        ("database", 503, "database_unavailable"),
        ("unstorable", 422, "invalid_value"),
        ("nobody", 503, "service_unavailable"),
        ("bug", 500, "unexpected"),
    ],
)
async def test_every_error_is_a_problem_with_its_status_and_code(client, kind, status, code):
    answer = await client.get(f"/api/things/{kind}")

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Dupont" not in answer.text


async def test_an_outage_says_when_to_try_again(client):
    assert (await client.get("/api/things/database")).headers["retry-after"] == "1"


@pytest.mark.parametrize(
    ("accept", "title"),
    [
        (None, "Droit manquant"),
        ("en-GB,en;q=0.9,fr;q=0.5", "Not allowed"),
        ("de,fr;q=0.4,en;q=0.3", "Droit manquant"),
        ("garbage;q=x", "Droit manquant"),
    ],
)
async def test_a_problem_speaks_the_readers_language(client, accept, title):
    headers = {"accept-language": accept} if accept else {}

    assert (await client.get("/api/things/forbidden", headers=headers)).json()["title"] == title


async def test_unknown_addresses_and_methods_are_problems_too(client):
    assert (await client.get("/nowhere")).json()["code"] == "not_found"
    wrong = await client.delete("/api/things")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")
    assert wrong.headers["allow"] == "POST"


async def test_wrong_fields_are_named_and_what_came_in_is_not_sent_back(client):
    answer = await client.post("/api/things", json={"name": "secret-secret-secret", "x" * 500: 1})
    errors = answer.json()["data"]["errors"]

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert [error["field"] for error in errors] == ["body.name", "body.on", "body." + "x" * 100]
    assert "secret" not in answer.text


async def test_a_flood_of_errors_is_cut_short(client):
    answer = await client.post("/api/raw", json={f"k{n}": "a" for n in range(60)})

    assert len(answer.json()["data"]["errors"]) == 20


@pytest.mark.parametrize(
    "body",
    [b"{", b"\xff\xfe", b"", b'{"name": NaN}', b"[" * 900, b'{"name": "\\ud800", "on": "2026-01-01"}', b"1" * 900],
)
async def test_a_body_that_cannot_be_read_is_the_senders_fault(client, body):
    answer = await client.post("/api/things", content=body, headers={"content-type": "application/json"})

    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


PART = b'--x\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'


@pytest.mark.parametrize(
    ("path", "kind", "start"),
    [("/api/things", "application/json", b""), ("/api/files", "multipart/form-data; boundary=x", PART)],
)
async def test_a_body_over_the_limit_is_refused_whether_announced_or_not(client, path, kind, start):
    async def chunks():
        yield start
        for _ in range(50):
            yield b" " * 100

    announced = await client.post(path, content=start + b" " * 5000, headers={"content-type": kind})
    chunked = await client.post(path, content=chunks(), headers={"content-type": kind})

    for answer in (announced, chunked):
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_answers_carry_an_id_and_safe_headers(client):
    answer = await client.get("/nowhere", headers={"x-request-id": "abc-1"})
    forged = await client.get("/nowhere", headers={"x-request-id": "a b\tc" * 50})

    assert answer.headers["x-request-id"] == "abc-1"
    assert len(forged.headers["x-request-id"]) == 32
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


async def test_health_readiness_and_measures(client):
    assert (await client.get("/healthz")).json() == {"status": "alive"}
    not_ready = await client.get("/readyz")
    assert (not_ready.status_code, not_ready.json()["failures"]) == (503, {"start": "NotStarted"})
    await client.get("/api/things/absent")
    measures = (await client.get("/metrics")).text

    assert (
        'jalon_http_request_seconds_count{method="GET",route="/api/things/{kind}",service="things",status="404"}'
        in (measures)
    )


class FakeVerifier:
    async def verify(self, token):
        from shared.runtime.tokens import Identity, InvalidToken  # noqa: PLC0415

        if token == "crm":
            return Identity("crm", frozenset({"crm"}), 0)
        if token.startswith("good-"):
            return Identity(token.removeprefix("good-"), frozenset(), 0)
        raise InvalidToken


class FakePrincipals:
    def __init__(self, stale=False):
        self.stale = stale

    async def fresh(self):
        if self.stale:
            raise Stale

    def get(self, user_id):
        return None


async def ask(token=None, *, stale=False):
    app = an_app()
    app.state.security = Security(FakeVerifier(), FakePrincipals(stale))
    async with a_client(app) as client:
        return await client.get("/api/me", headers={"authorization": token} if token else {})


@pytest.mark.parametrize("token", [None, "Basic eDp5", "Bearer bad", "Bearer"])
async def test_without_a_valid_token_nobody_is_let_in(token):
    answer = await ask(token)

    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_person_whom_the_directory_does_not_know_is_kept_out():
    answer = await ask("Bearer good-nobody")

    assert (answer.status_code, answer.json()["code"]) == (403, "unknown_user")


async def test_stale_rights_let_nobody_in():
    assert (await ask("Bearer good-alice", stale=True)).status_code == 503


async def test_the_crm_needs_no_entry_in_the_directory():
    assert (await ask("Bearer crm")).json() == "crm"
    assert crm_principal() == Principal(user_id="crm", unit_id="", unit_path=(), crm=True)


async def test_one_measure_per_route_however_many_requests_run(client):
    answers = await asyncio.gather(*(client.get("/api/things/absent") for _ in range(20)))

    assert {json.loads(answer.text)["code"] for answer in answers} == {"not_found"}
