"""The five public APIs in memory, for one advisor with one notice, one campaign and one follow-up."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import FastAPI, Header, Query, Request
from fastapi.responses import Response, StreamingResponse

from shared.rulebook import progression
from tests.support.fakes_portal_contacts import OTHER_CAMPAIGN_ID, add_contacts
from tests.support.fakes_portal_follow_up import (
    ADVISOR_ID,
    CAMPAIGN_ID,
    CLIENT_ID,
    FOLLOW_UP_ID,
    PLAN,
    FakeFollowUp,
    problem,
)

NOTICE_ID = "11111111-1111-4111-8111-111111111111"
TOKEN = "the token"


def a_rate(percent: str | None) -> dict[str, Any]:
    """A rate as the reports answer it."""
    return {"numerator": "1", "denominator": "334426.23", "percent": percent}


def a_report(**changes: Any) -> dict[str, Any]:
    """The notice's own example: 400,000 wanted, 200,000 collected on day 51 of 61."""
    clients = {"count": 2, "of_all": a_rate("20.00")}
    return {
        "as_of": "2026-11-24",
        "axis": "recorded",
        "versions": {CAMPAIGN_ID: 1},
        "complete": True,
        "campaigns": 1,
        "version": 1,
        "target": "400000.00",
        "potential": "450000.00",
        "collected": "200000.00",
        "remaining_potential": "150000.00",
        "remaining_to_target": "200000.00",
        "surplus": "0.00",
        "shortfall": "50000.00",
        "achievement": a_rate("50.00"),
        "coverage": a_rate("112.50"),
        "pace": a_rate("59.80"),
        "days_elapsed": 51,
        "days_remaining": 10,
        "clients": 10,
        "accepted": clients,
        "refused": clients,
        "in_progress": {"count": 6, "of_all": a_rate("60.00")},
        "closed_without_conclusion": {"count": 0, "of_all": a_rate("0.00")},
        "waiting": 1,
        "open": 5,
        "conversion_rate": a_rate("66.67"),
        "take_up_rate": a_rate(None),
        "contacts": 12,
        "overdue": 1,
        **changes,
    }


@dataclass
class FakeApis:
    """What the five APIs know; tests change it, and read what the portal asked and recorded."""

    follow_up: FakeFollowUp = field(default_factory=FakeFollowUp)
    unread: bool = True
    away: set[str] = field(default_factory=set)
    """Paths whose service does not answer."""
    refusals: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Paths that answer this status and code."""
    asked: list[tuple[str, str]] = field(default_factory=list)
    recorded: list[dict[str, Any]] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    rights: dict[str, Any] = field(
        default_factory=lambda: {
            "manage_campaigns": False,
            "access_level": "OWN",
            "administrator": False,
            "operator": False,
        }
    )
    to_do: dict[str, int] = field(default_factory=dict)
    """Counts of things to do other than the usual ones."""
    token: str | None = TOKEN
    """The only token accepted; None accepts any."""

    def app(self) -> FastAPI:
        """The APIs as one application."""
        app = FastAPI()

        @app.middleware("http")
        async def guard(request: Request, call_next: Any) -> Response:
            path = request.url.path
            self.asked.append((path, request.headers.get("accept-language", "")))
            if self.token is not None and request.headers.get("authorization") != f"Bearer {self.token}":
                return problem(401, "unauthenticated")
            if path in self.away:
                return Response("<html>bad gateway</html>", status_code=502)
            if path in self.refusals:
                return problem(*self.refusals[path])
            answer: Response = await call_next(request)
            return answer

        self._add_people(app)
        self._add_notices(app)
        self._add_figures(app)
        self._add_follow_ups(app)
        add_contacts(app, self.follow_up, self.recorded)
        return app

    def _add_people(self, app: FastAPI) -> None:
        @app.get("/api/directory/me")
        def me() -> Any:
            return {
                "user_id": ADVISOR_ID,
                "external_id": "anne",
                "name": "Anne Martin",
                "language": "fr",
                "unit_id": CLIENT_ID,
                "unit_name": "Agence Lyon",
                "rights": self.rights,
                "crm": False,
            }

        @app.get("/api/directory/clients")
        def clients() -> Any:
            client = {"client_id": CLIENT_ID, "external_id": "c1", "name": self.follow_up.client_name, "phone": None}
            more = {"email": None, "advisor_id": ADVISOR_ID, "advisor_name": "Anne Martin", "unit_id": CLIENT_ID}
            return {"items": [client | more | {"active": True}], "next": None}

    def _add_notices(self, app: FastAPI) -> None:
        @app.get("/api/notifications/notices")
        def notices() -> Any:
            return {"items": [self._notice()], "next": None}

        @app.get("/api/notifications/notices/{notice_id}")
        def notice(notice_id: str) -> Any:
            if notice_id != NOTICE_ID:
                return problem(404, "not_found")
            client = {
                "follow_up_id": FOLLOW_UP_ID,
                "client_id": CLIENT_ID,
                "name": self.follow_up.client_name,
                "phone": "01 02 03 04 05",
                "potential": "12500.50",
                "entry_date": "2026-11-10",
                "contacted": False,
            }
            return {"notice": self._notice(), "clients": [client], "next": None}

        @app.post("/api/notifications/notices/{notice_id}/{mark}")
        async def mark(notice_id: str, mark: str, request: Request) -> Any:
            self.unread = mark == "unread"
            self.recorded.append({"mark": mark, "body": (await request.body()).decode()})
            return self._notice()

        @app.get("/api/notifications/unread-count")
        def unread_count() -> Any:
            return {"unread": int(self.unread)}

        @app.get("/api/notifications/stream")
        def stream(last_event_id: Annotated[str | None, Header()] = None) -> Response:
            self.recorded.append({"last_event_id": last_event_id})
            return StreamingResponse(self._stream(), media_type="text/event-stream")

    def _add_figures(self, app: FastAPI) -> None:
        campaign = {
            "campaign_id": CAMPAIGN_ID,
            "version": 1,
            "name": "Épargne d’hiver",
            "status": "RUNNING",
            "start_date": "2026-10-05",
            "end_date": "2026-12-04",
        }

        @app.get("/api/campaigns")
        def campaigns(status: Annotated[list[str] | None, Query()] = None) -> Any:
            owned = {"key": "winter", "owner_id": ADVISOR_ID, "owner_name": "Anne Martin", "target": "100000.00"}
            known = [{**campaign, **owned}]
            more = [known[0] | {"campaign_id": OTHER_CAMPAIGN_ID, "name": "Été"}] if status else []
            return {"items": known + more, "next": None}

        @app.get("/api/reports/campaigns")
        def figures() -> Any:
            about = {"as_of": "2026-11-24", "axis": "recorded", "versions": {CAMPAIGN_ID: 1}, "complete": True}
            return {**about, "total": 1, "campaigns": [a_report() | campaign]}

        @app.get("/api/reports/indicators")
        def indicators(campaign_id: str | None = None) -> Any:
            if campaign_id not in (None, CAMPAIGN_ID):
                return problem(404, "not_visible")
            return a_report() if campaign_id else a_report(target=None, pace=a_rate(None), remaining_to_target=None)

    def _add_to_do(self, app: FastAPI) -> None:
        row = {
            "follow_up_id": FOLLOW_UP_ID,
            "campaign_id": CAMPAIGN_ID,
            "campaign_name": "Épargne d’hiver",
            "client_id": CLIENT_ID,
            "client_name": self.follow_up.client_name,
            "status": "OPEN",
            "position": "call",
            "position_number": 1,
            "potential": "12500.50",
            "entry_date": "2026-11-10",
            "due_on": "2026-11-20",
            "conclusion": None,
            "client_phone": "01 02 03 04 05",
            "advisor": {"id": ADVISOR_ID, "name": "Anne Martin"},
            "step_title": "Appeler",
            "step_kind": "REMINDER",
        }

        @app.get("/api/followups/to-do/counts")
        def counts() -> Any:
            return {"late": 1, "today": 1, "offered": 3, "conclusion": 0, **self.to_do}

        @app.get("/api/followups/due")
        def due() -> Any:
            return {"items": [row | {"late": True}], "next": "2026-11-20:next"}

        @app.get("/api/followups/to-do/offered")
        def offered() -> Any:
            return {"items": [row | {"step_id": "call", "since": "2026-11-23"}], "next": None}

        @app.get("/api/followups/to-do/conclusions")
        def conclusions() -> Any:
            return {"items": [], "next": None}

    def _add_follow_ups(self, app: FastAPI) -> None:
        @app.get("/api/followups")
        def follow_ups(status: str = "OPEN", client_id: str | None = None) -> Any:
            status = self.follow_up.status() if client_id == CLIENT_ID else status
            shown = self.follow_up.status() == status
            at = progression.position(self.follow_up.state, PLAN)
            row = {
                "follow_up_id": FOLLOW_UP_ID,
                "campaign_id": CAMPAIGN_ID,
                "campaign_name": "Épargne d’hiver",
                "client_id": CLIENT_ID,
                "client_name": self.follow_up.client_name,
                "status": status,
                "position": at,
                "position_number": 1,
                "potential": "12500.50",
                "entry_date": "2026-11-10",
                "due_on": None,
                "conclusion": self.follow_up.conclusion(),
            }
            return {"items": [row] if shown else [], "next": "12500.50:next" if shown else None}

        self._add_to_do(app)

        @app.get("/api/followups/commands/{command_id}")
        def verdict(command_id: str) -> Any:
            self.follow_up.pending -= 1
            kind = "pending" if self.follow_up.pending >= 0 else "applied"
            return {"id": command_id, "verdict": kind, "code": None, "data": None}

        @app.get("/api/followups/{follow_up_id}")
        def follow_up(follow_up_id: str) -> Any:
            return self.follow_up.shown() if follow_up_id == FOLLOW_UP_ID else problem(404, "follow_up_unknown")

        @app.get("/api/followups/{follow_up_id}/timeline")
        def timeline(follow_up_id: str, order: str = "oldest") -> Any:
            return {"items": self.follow_up.timeline[:: -1 if order == "newest" else 1], "next": None}

        @app.post("/api/followups/{follow_up_id}/commands")
        def command(follow_up_id: str, body: dict[str, Any], idempotency_key: Annotated[str, Header()]) -> Any:
            return self.follow_up.record(body, idempotency_key)

    def _notice(self) -> dict[str, Any]:
        return {
            "notice_id": NOTICE_ID,
            "campaign": {
                "id": CAMPAIGN_ID,
                "name": "Épargne d’hiver",
                "start_date": "2026-10-05",
                "end_date": "2026-12-04",
            },
            "clients": 1,
            "news": int(self.unread),
            "unread": self.unread,
            "revision": 3,
            "created_at": "2026-11-10T08:00:00Z",
            "renewed_at": "2026-11-10T08:00:00Z",
        }

    async def _stream(self) -> AsyncIterator[str]:
        for event in self.events:
            yield event
            await asyncio.sleep(0)
