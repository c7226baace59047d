"""The product by its public API: a small network, campaigns of many optional steps, enrolment, step completions."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any

from shared.rulebook.ids import client_id, follow_up_id
from tools.bench.measures import Round
from tools.bench.wire import Connections, UnexpectedAnswerError

_ADVISORS = 8
_PATIENCE = 300.0
_LOOK_EVERY = 0.1
_PAGE = 1000
Json = dict[str, Any]


@dataclass(slots=True)
class Product:
    """The running product; `token_of` signs a token for a subject, as its issuer would."""

    http: Connections
    token_of: Callable[[str, str], str]
    tokens: list[str] = field(default_factory=list)
    manager: str = ""

    async def prepare(self, clients: int) -> None:
        """A branch of advisors with so many clients, and a manager who owns the campaigns."""
        units: list[Json] = [{"external_id": "bench", "name": "Bench"}]
        profiles: list[Json] = [
            {"external_id": "bench-advisor", "name": "Advisor", "access_level": "OWN"},
            {"external_id": "bench-manager", "name": "Manager", "access_level": "ALL", "manage_campaigns": True},
        ]
        manager: Json = {"external_id": "bench-manager", "name": "Manager", "unit": "bench", "profile": "bench-manager"}
        advisors: list[Json] = [
            {"external_id": _advisor(number), "name": f"Advisor {number}", "unit": "bench", "profile": "bench-advisor"}
            for number in range(_ADVISORS)
        ]
        people: list[Json] = [
            {"external_id": _client(number), "name": f"Client {number}", "advisor": _advisor(number)}
            for number in range(clients)
        ]
        await self._put("units", units)
        await self._put("profiles", profiles)
        await self._put("users", [manager, *advisors])
        for start in range(0, clients, _PAGE):
            await self._put("clients", people[start : start + _PAGE])
        self.manager = self.token_of("bench-manager", "openid")
        self.tokens = [self.token_of(_advisor(number), "openid") for number in range(_ADVISORS)]

    async def until_told(self, clients: int) -> None:
        """Wait until the manager's rights have arrived everywhere, and the clients where they are targeted."""
        last = _client(clients - 1)
        for path in (
            "/api/campaigns",
            "/api/followups",
            "/api/reports/campaigns",
            f"/api/directory/clients?search={last}",
        ):
            await self._until_answered(path)

    async def campaign(self, name: str, steps: int) -> str:
        """A campaign that runs today, without a notice; its id."""
        today = date.today()  # noqa: DTZ011  the machine's own day is near enough to the deployment's
        definition = {
            "key": name,
            "name": name,
            "start_date": (today - timedelta(days=2)).isoformat(),
            "end_date": (today + timedelta(days=60)).isoformat(),
            "steps": [{"id": _step(number), "title": _step(number), "kind": "TASK"} for number in range(steps)],
            "sales_step": _step(steps - 1),
            "notice": {"on": False},
        }
        created: Json = await self.http.send("POST", "/api/campaigns", self.manager, definition)
        return str(created["campaign_id"])

    async def enrol(self, campaign: str, clients: Sequence[int]) -> Round:
        """Target the clients, and wait until each one's workflow has started."""
        began = time.perf_counter()
        await self.until_job(campaign, await self.target(campaign, clients), "started", len(clients))
        seconds = time.perf_counter() - began
        return Round(seconds, [seconds / len(clients)] * len(clients))

    async def target(self, campaign: str, clients: Sequence[int]) -> str:
        """Target the clients in one call; the job that does it."""
        today = date.today().isoformat()  # noqa: DTZ011
        wanted = [{"client": _client(number), "potential": "1000.00", "entry_date": today} for number in clients]
        job = await self.http.send("POST", f"/api/campaigns/{campaign}/clients", self.manager, {"clients": wanted})
        return str(job["job_id"])

    async def until_job(self, campaign: str, job_id: str, count: str, wanted: int) -> None:
        """Wait until this count of the job is what is wanted."""
        began = time.perf_counter()
        path = f"/api/campaigns/{campaign}/jobs/{job_id}"
        while ((job := await self.http.send("GET", path, self.manager))[count] or 0) < wanted:
            if time.perf_counter() - began > _PATIENCE or job["skipped"]:
                raise UnexpectedAnswerError(f"the job stays at {job}")
            await asyncio.sleep(_LOOK_EVERY)

    def steps(self, campaign: str, clients: Sequence[int], step: int) -> Iterator[Callable[[], Awaitable[object]]]:
        """One completion of this step per client, by the client's advisor."""
        for number in clients:
            yield partial(
                self.http.send,
                "POST",
                f"/api/followups/{follow_up(campaign, number)}/commands",
                self.tokens[number % _ADVISORS],
                {"kind": "CompleteStep", "step_id": _step(step), "ticked": []},
                Idempotency_Key=f"{campaign}-{number}-{step}",
            )

    async def until_counted(self, campaign: str, contacts: int) -> float:
        """Wait until the reports show so many contacts; the seconds that took."""
        began = time.perf_counter()
        path = f"/api/reports/indicators?campaign_id={campaign}"
        while (shown := (await self.http.send("GET", path, self.manager))["contacts"]) != contacts:
            if time.perf_counter() - began > _PATIENCE:
                raise UnexpectedAnswerError(f"the reports show {shown} contacts instead of {contacts}")
            await asyncio.sleep(_LOOK_EVERY)
        return time.perf_counter() - began

    async def _until_answered(self, path: str) -> None:
        deadline = time.perf_counter() + _PATIENCE
        while True:
            try:
                await self.http.send("GET", path, self.manager)
            except UnexpectedAnswerError:
                if time.perf_counter() > deadline:
                    raise
                await asyncio.sleep(_LOOK_EVERY)
            else:
                return

    async def _put(self, kind: str, items: Sequence[Json]) -> None:
        answer = await self.http.send("PUT", f"/api/directory/{kind}", self.token_of("crm", "crm"), {"items": items})
        if answer["errors"]:
            raise UnexpectedAnswerError(f"{kind}: {answer['errors'][:3]}")


def follow_up(campaign: str, number: int) -> str:
    """The follow-up of a client in a campaign."""
    return follow_up_id(campaign, client_id(_client(number)))


def _client(number: int) -> str:
    return f"bench-client-{number}"


def _advisor(number: int) -> str:
    return f"bench-advisor-{number % _ADVISORS}"


def _step(number: int) -> str:
    return f"step-{number + 1}"
