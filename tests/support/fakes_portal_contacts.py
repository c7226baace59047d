"""The APIs of one client's page in memory: attributes, accounts, transactions, timeline, and a campaign to be given."""

from typing import Any

from fastapi import FastAPI

from tests.support.fakes_portal_follow_up import ADVISOR_ID, CLIENT_ID, FakeFollowUp, problem

OTHER_CAMPAIGN_ID = "77777777-7777-4777-8777-777777777777"
JOB_ID = "88888888-8888-4888-8888-888888888888"
ACCOUNT_ID = "99999999-9999-4999-8999-999999999999"


def add_contacts(app: FastAPI, follow_up: FakeFollowUp, recorded: list[dict[str, Any]]) -> None:
    """Their routes; what is sent is kept in `recorded`."""
    _add_reads(app, follow_up)
    _add_outcomes(app, follow_up)

    @app.post("/api/campaigns/{campaign_id}/clients")
    def target(campaign_id: str, body: dict[str, Any]) -> Any:
        recorded.append({"campaign": campaign_id, **body})
        return {"job_id": JOB_ID, "campaign_id": campaign_id, "state": "DONE", "total": 1, "skips": [], "started": 1}


def _add_reads(app: FastAPI, follow_up: FakeFollowUp) -> None:
    @app.get("/api/directory/clients/{client_id}")
    def client(client_id: str) -> Any:
        if client_id != CLIENT_ID:
            return problem(404, "client_not_found")
        return {
            "client_id": CLIENT_ID,
            "external_id": "c1",
            "name": follow_up.client_name,
            "phone": "01 02 03 04 05",
            "email": "zoe@example.org",
            "advisor_id": ADVISOR_ID,
            "advisor_name": "Anne Martin",
            "unit_id": CLIENT_ID,
            "active": True,
            "attributes": {"segment": "premium", "age": 47, "blocked": False},
        }

    @app.get("/api/directory/clients/{client_id}/accounts")
    def accounts(client_id: str) -> Any:
        account = {"account_id": ACCOUNT_ID, "external_id": "a1", "label": "Livret d’hiver", "kind": "livret"}
        held = [account | {"opened_on": "2020-01-31", "active": True}] if follow_up.has_accounts else []
        return {"items": held, "next": None}

    @app.get("/api/directory/clients/{client_id}/transactions")
    def transactions(client_id: str) -> Any:
        about = {"account_id": ACCOUNT_ID, "account_label": "Livret d’hiver", "external_id": "t1", "active": True}
        movement = {"transaction_id": JOB_ID, "booked_on": "2026-11-20", "amount": "1000.00", "label": "Versement"}
        return (
            {"items": [about | movement], "next": "page-2"} if follow_up.has_accounts else {"items": [], "next": None}
        )

    @app.get("/api/followups/clients/{client_id}/timeline")
    def timeline(client_id: str) -> Any:
        return {"items": follow_up.timeline[::-1], "next": None}

    @app.get("/api/followups/{follow_up_id}/interactions")
    def interactions(follow_up_id: str) -> Any:
        return {"items": [], "next": None}

    @app.get("/api/directory/users")
    def users() -> Any:
        return {"items": [], "next": None}


def _add_outcomes(app: FastAPI, follow_up: FakeFollowUp) -> None:
    @app.get("/api/followups/{follow_up_id}/links")
    def links(follow_up_id: str) -> Any:
        return follow_up.links()

    @app.put("/api/followups/{follow_up_id}/links")
    def link(follow_up_id: str, body: dict[str, Any]) -> Any:
        follow_up.linked = body["transactions"]
        return {"id": "1", "verdict": "applied"}

    @app.get("/api/followups/{follow_up_id}/letters")
    def letters(follow_up_id: str) -> Any:
        return {"items": follow_up.letters}
