"""Ids that only a request can give, such as a job's, and how a target's ids are put into requests."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from tests.rights.network import STEPS, Target, a_definition, day
from tests.support.five_services import FiveServices, until

PDF = {"Content-Disposition": 'attachment; filename="file.pdf"', "Content-Type": "application/pdf"}
MOVE = {"kind": "reassign", "chosen": {"ids": ["{follow_up_id}"]}, "to": ["{advisor_id}"]}
WITH_DOCUMENT = [STEPS[0] | {"documents": ["{document_id}"]}, *STEPS[1:]]
WEBHOOK = {"name": "CRM", "url": "https://127.0.0.1:9/", "event_types": ["campaigns.followup.fact_recorded.v1"]}
NAMED_SO = 'name contains "of"'


async def _job_id(services: FiveServices, target: Target) -> str:
    """The id of a targeting job that the target's advisor asked for."""
    path = "/api/campaigns/{campaign_id}/clients".format_map(target.ids())
    job = await services.told(
        "POST", path, by=target.advisor, json={"key": "job", "clients": [{"client": target.client}]}
    )
    return str(job["job_id"])


async def _followups_job_id(services: FiveServices, target: Target) -> str:
    """The id of a finished job that moves the follow-up to the advisor it has, asked for by that advisor."""
    by = target.advisor if target.advisor == target.owner else "all+m"
    job = await services.told("POST", "/api/followups/jobs", by=by, json=filled(MOVE, target.ids()))

    async def over() -> bool:
        return bool((await services.told("GET", f"/api/followups/jobs/{job['id']}", by=by))["over"])

    await until(over)
    return str(job["id"])


async def _command_id(services: FiveServices, target: Target) -> str:
    """The id of a command on the target's follow-up, recorded by the CRM."""
    path = "/api/followups/{follow_up_id}/commands".format_map(target.ids())
    wish = {"kind": "RecordInteraction", "interaction": "REMINDER"}
    answer = await services.told("POST", path, json=wish)
    return str(answer["id"])


async def _held_id(services: FiveServices, target: Target) -> str:
    """The id of a command of the CRM that is held: refused, since the campaign has no such step."""
    signal = {
        "id": f"held/{target.campaign}",  # no name: an operator sees it
        "type": "step_completed",
        "campaign": target.campaign,
        "client": target.client,
        "step": "never",
        "occurred_at": f"{day(0)}T00:00:00Z",
    }
    await services.told("POST", "/api/followups/signals", json={"signals": [signal]})

    of_campaign = {"campaign_id": target.ids()["campaign_id"]}

    async def refused() -> list[dict[str, Any]]:
        held = await services.told("GET", "/api/followups/commands", by="operator", params=of_campaign)
        return [one for one in held["items"] if one["code"] == "step_unknown"]

    await until(refused)
    return str((await refused())[0]["command_id"])


async def _document_id(services: FiveServices, target: Target) -> str:
    """The id of a document of the campaign's first step."""
    path = "/api/campaigns/{campaign_id}".format_map(target.ids())
    sent = await services.told("POST", f"{path}/documents", content="%PDF-1.7 of ours", headers=PDF)
    steps = filled(WITH_DOCUMENT, {"document_id": sent["document_id"]})
    version = {"If-Match": await version_of(services, target)}
    await services.told("PUT", path, json=a_definition(steps=steps), headers=version)
    return str(sent["document_id"])


async def _attachment_id(services: FiveServices, target: Target) -> str:
    """The id of a file of the follow-up."""
    path = "/api/followups/{follow_up_id}/attachments".format_map(target.ids())
    sent = await services.told("POST", path, content="%PDF-1.7 of ours", headers=PDF)
    return str(sent["document_id"])


async def _query_id(services: FiveServices, target: Target) -> str:
    """The id of a query that the target's advisor saved and shared with nobody."""
    wish = {"name": "À moi", "filter": NAMED_SO}
    return str((await services.told("POST", "/api/directory/queries", by=target.advisor, json=wish))["query_id"])


async def _kind(_services: FiveServices, _target: Target) -> str:
    return "profiles"


async def _export_id(services: FiveServices, target: Target) -> str:
    """The id of an export that the target's advisor asked for and cancelled."""
    by = target.advisor
    wish = {"what": "results_by_advisor", "format": "pdf", "filters": {"campaign_id": "{campaign_id}"}}
    export = await services.told("POST", "/api/reports/exports", by=by, json=filled(wish, target.ids()))
    await services.told("POST", f"/api/reports/exports/{export['export_id']}/cancel", by=by)
    return str(export["export_id"])


async def _key(services: FiveServices, target: Target) -> str:
    """The key of the appointment beside the plan, as a path holds it."""
    path = "/api/followups/{follow_up_id}/interactions".format_map(target.ids())
    found = (await services.told("GET", path))["items"]
    return quote(str(next(one["key"] for one in found if one["kind"] == "APPOINTMENT")))


async def _webhook_id(services: FiveServices, target: Target) -> str:
    """The id of a webhook that sends nothing, made by the administrator."""
    wish = WEBHOOK | {"name": target.campaign, "state": "PAUSED"}
    made = await services.told("POST", "/api/notifications/webhooks", by="admin", json=wish)
    return str(made["webhook"]["webhook_id"])


async def own_address(services: FiveServices, caller: str) -> str:
    """The secret of the caller's calendar; the CRM has none."""
    if caller == "crm":
        return "nobodys"
    made = await services.told("POST", "/api/followups/calendar-feed", by=caller)
    return str(made["address"]).rpartition("/")[2].removesuffix(".ics")


MADE: dict[str, Callable[[FiveServices, Target], Awaitable[str]]] = {
    "job_id": _job_id,
    "followups/job_id": _followups_job_id,
    "command_id": _command_id,
    "held_id": _held_id,
    "document_id": _document_id,
    "followups/document_id": _attachment_id,
    "query_id": _query_id,
    "export_id": _export_id,
    "reports/job_id": _export_id,
    "kind": _kind,
    "key": _key,
    "webhook_id": _webhook_id,
}
"""Made once for each target; under `service/name` where services mean different things by the name."""


async def version_of(services: FiveServices, target: Target) -> str:
    """The ETag of the target's campaign."""
    answer = await services.ask("GET", "/api/campaigns/{campaign_id}".format_map(target.ids()))
    return answer.headers["ETag"]


def filled(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, str):
        return value.format_map(ids) if "{" in value else value
    if isinstance(value, dict):
        return {key: filled(one, ids) for key, one in value.items()}
    if isinstance(value, list):
        return [filled(one, ids) for one in value]
    return value
