"""What each route is asked with. A route that needs neither body nor query nor ids of its own has no entry.

`{campaign_id}`, `{client_id}`, `{follow_up_id}`, `{advisor_id}`, `{notice_id}` and what else `Target.ids` holds stand
for the target's ids, in paths, queries, headers and bodies alike. An id that only a request can give, such as a job's,
comes from `MADE`.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from tests.rights.network import STEPS, Target, a_campaign, a_definition
from tests.support.five_services import FiveServices, until

_TODAY = date.today()  # noqa: DTZ011  the product's day is this machine's


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. `let_in` are codes of refusals that come after rights were checked, and so count as *yes*."""

    body: Any = None
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    content: str | None = None
    let_in: tuple[str, ...] = ()
    fresh: bool = False
    """The request spoils the campaign, so each gets one of its own with the same owner and advisor, without clients."""
    stream: bool = False
    """The answer never ends."""
    shows: tuple[str, ...] = ()
    """What shows in an answer that speaks of the target, when it is none of the target's ids and names."""


_ANYTHING = ("",)
"""Of an answer that is about nobody in particular."""
_PDF = {"Content-Disposition": 'attachment; filename="file.pdf"', "Content-Type": "application/pdf"}
_WITH_DOCUMENT = [STEPS[0] | {"documents": ["{document_id}"]}, *STEPS[1:]]
_UNKNOWN = [{"client": "unknown-1"}, {"client": "unknown-2"}]
"""Nobody is withdrawn, and the job takes no time; which clients a job may touch is not a matter of the route."""
_NEVER_SEEN = {"If-Match": '"999999"'}
_MOVE = {"kind": "reassign", "chosen": {"ids": ["{follow_up_id}"]}, "to": ["{advisor_id}"]}
_CHANGED = a_definition(name="Changée", steps=_WITH_DOCUMENT)
_CSV = "external_id;name\n"

REQUESTS: dict[str, Asked] = {
    "PUT /api/directory/units": Asked({"items": []}),
    "PUT /api/directory/profiles": Asked({"items": []}),
    "PUT /api/directory/users": Asked({"items": []}),
    "PUT /api/directory/clients": Asked({"items": []}),
    "PUT /api/directory/accounts": Asked({"items": []}),
    "PUT /api/directory/transactions": Asked({"items": []}),
    "GET /api/directory/units": Asked(shows=_ANYTHING),  # which ones: tests/services/directory/test_reading.py
    "GET /api/directory/users": Asked(shows=("{advisor_id}",)),
    "GET /api/directory/me": Asked(shows=_ANYTHING),
    "POST /api/directory/imports/{kind}": Asked(content=_CSV, headers={"Content-Type": "text/csv"}),
    "GET /api/directory/calendar": Asked(shows=_ANYTHING),
    "GET /api/directory/audit": Asked(shows=_ANYTHING),
    "GET /api/directory/profiles": Asked(shows=("{profile_id}",)),
    "GET /api/directory/profiles/{profile_id}": Asked(shows=("{profile_id}",)),
    "PUT /api/directory/profiles/{profile_id}": Asked({"name": "X"}, headers=_NEVER_SEEN, let_in=("version_changed",)),
    "DELETE /api/directory/profiles/{profile_id}": Asked(headers=_NEVER_SEEN, let_in=("version_changed",)),
    "GET /api/directory/users/{user_id}/rights": Asked(shows=("{user_id}",)),
    "PUT /api/directory/users/{user_id}/rights": Asked({}, headers=_NEVER_SEEN, let_in=("version_changed",)),
    "PUT /api/directory/calendar": Asked({}, headers=_NEVER_SEEN, let_in=("version_changed",)),
    "POST /api/campaigns": Asked(a_definition(owner="{owner}")),
    "PUT /api/campaigns/order": Asked({"campaign_ids": ["{campaign_id}"]}),
    "PUT /api/campaigns/{campaign_id}": Asked(
        _CHANGED,
        headers={"If-Match": "{version}"},
        let_in=("version_changed",),  # by another caller meanwhile
    ),
    "POST /api/campaigns/{campaign_id}/preview": Asked(_CHANGED),
    "PUT /api/campaigns/{campaign_id}/allocation": Asked({"rows": [{"advisor": "{advisor}", "percent": "100"}]}),
    "POST /api/campaigns/{campaign_id}/archive": Asked(let_in=("campaign_not_ended",)),
    "POST /api/campaigns/{campaign_id}/unarchive": Asked(let_in=("not_archived",)),
    "DELETE /api/campaigns/{campaign_id}": Asked(fresh=True),
    "POST /api/campaigns/{campaign_id}/duplicate": Asked(
        {"start_date": str(_TODAY), "end_date": str(_TODAY + timedelta(days=5))}
    ),
    "POST /api/campaigns/{campaign_id}/documents": Asked(content="%PDF-1.7", headers=_PDF),
    "GET /api/campaigns/{campaign_id}/documents/{document_id}": Asked(shows=("%PDF",)),
    "POST /api/campaigns/{campaign_id}/clients": Asked({"clients": [{"client": "{client}"}]}),
    "POST /api/campaigns/{campaign_id}/clients/withdraw": Asked({"clients": _UNKNOWN}),
    "POST /api/campaigns/{campaign_id}/clients/change": Asked(
        {"clients": [one | {"potential": "1.00"} for one in _UNKNOWN]}
    ),
    "POST /api/followups/{follow_up_id}/commands": Asked({"kind": "RecordInteraction", "interaction": "REMINDER"}),
    "GET /api/followups/{follow_up_id}/timeline": Asked(shows=('"actor"',)),
    "GET /api/followups/commands": Asked(shows=_ANYTHING),
    "GET /api/followups/commands/counts": Asked(shows=_ANYTHING),
    "POST /api/followups/commands/retry": Asked({"state": "parked"}),
    "POST /api/followups/commands/{command_id}/retry": Asked(let_in=("not_retriable",)),
    "POST /api/followups/commands/{command_id}/dismiss": Asked({"reason": "Doublon"}, let_in=("not_held",)),
    "GET /api/followups/jobs": Asked(shows=("{job_id}",)),
    "POST /api/followups/jobs": Asked(_MOVE),
    "GET /api/followups/jobs/{job_id}": Asked(shows=("{job_id}",)),
    "POST /api/followups/jobs/{job_id}/cancel": Asked(let_in=("job_over",)),
    "POST /api/followups/jobs/dry-run": Asked(_MOVE),
    "POST /api/followups/jobs/{job_id}/undo": Asked({"reason": "Erreur"}, let_in=("job_undone",)),
    "POST /api/followups/signals": Asked({"signals": []}),
    "GET /api/followups/signals": Asked(query={"ids": "1"}, shows=_ANYTHING),
    "GET /api/notifications/stream": Asked(stream=True, shows=_ANYTHING),
    "GET /api/notifications/unread-count": Asked(shows=_ANYTHING),
    "GET /api/reports/indicators": Asked(query={"campaign_id": "{campaign_id}"}, shows=("1000.00",)),
    "GET /api/reports/reconcile": Asked(shows=_ANYTHING),
    "GET /api/reports/steps": Asked(query={"campaign_id": "{campaign_id}"}),
    "GET /api/reports/breakdown": Asked(query={"by": "advisor"}, shows=("{advisor_id}",)),
}


async def _job_id(services: FiveServices, target: Target) -> str:
    """The id of a targeting job that the CRM asked for."""
    path = "/api/campaigns/{campaign_id}/clients".format_map(target.ids())
    job = await services.told("POST", path, json={"key": "job", "clients": [{"client": target.client}]})
    return str(job["job_id"])


async def _followups_job_id(services: FiveServices, target: Target) -> str:
    """The id of a finished job that moves the follow-up to the advisor it has, asked for by that advisor."""
    by = target.advisor if target.advisor == target.owner else "all+m"
    job = await services.told("POST", "/api/followups/jobs", by=by, json=_filled(_MOVE, target.ids()))

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


async def _document_id(services: FiveServices, target: Target) -> str:
    """The id of a document of the campaign's first step."""
    path = "/api/campaigns/{campaign_id}".format_map(target.ids())
    sent = await services.told("POST", f"{path}/documents", content="%PDF-1.7 of ours", headers=_PDF)
    steps = _filled(_WITH_DOCUMENT, {"document_id": sent["document_id"]})
    version = {"If-Match": await _version(services, target)}
    await services.told("PUT", path, json=a_definition(steps=steps), headers=version)
    return str(sent["document_id"])


async def _kind(_services: FiveServices, _target: Target) -> str:
    return "profiles"


MADE: dict[str, Callable[[FiveServices, Target], Awaitable[str]]] = {
    "job_id": _job_id,
    "followups/job_id": _followups_job_id,
    "command_id": _command_id,
    "document_id": _document_id,
    "kind": _kind,
}
"""Made once for each target; under `service/name` where services mean different things by the name."""


async def _version(services: FiveServices, target: Target) -> str:
    """The ETag of the target's campaign."""
    answer = await services.ask("GET", "/api/campaigns/{campaign_id}".format_map(target.ids()))
    return answer.headers["ETag"]


class UnknownPlaceholderError(Exception):
    """Nothing says what a `{…}` stands for."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A request with its ids in place."""

    method: str
    path: str
    asked: Asked
    target: Target


async def ready(services: FiveServices, route: str, target: Target) -> Ready:
    """The request of this route about this target."""
    asked = REQUESTS.get(route, Asked())
    if asked.fresh:
        target = replace(target, campaign=f"{target.campaign}-{uuid4().hex}")
        await a_campaign(services, target)
    method, _, path = route.partition(" ")
    ids = target.ids()
    whole = json.dumps([path, asked.body, asked.query, asked.headers, asked.shows])
    service = path.split("/")[2]
    for name in MADE:
        if f"{{{name}}}" in whole:
            ids[name] = await _made(services, target, f"{service}/{name}" if f"{service}/{name}" in MADE else name)
    if "{version}" in whole:
        ids["version"] = await _version(services, target)
    try:
        path = path.format_map(ids)
    except KeyError as error:
        raise UnknownPlaceholderError(
            f"tests/rights/requests.py does not know what {{{error.args[0]}}} stands for in {route}: "
            "write a function that makes one for a target, and add it to MADE"
        ) from None
    filled = replace(
        asked,
        body=_filled(asked.body, ids),
        query=_filled(asked.query, ids),
        headers=_filled(asked.headers, ids),
        shows=tuple(_filled(list(asked.shows), ids)) or tuple(target.marks()),
    )
    return Ready(method, path, filled, target)


async def _made(services: FiveServices, target: Target, name: str) -> str:
    key = (target.campaign, name)
    if key not in services.made:
        services.made[key] = asyncio.ensure_future(MADE[name](services, target))
    return await services.made[key]


def _filled(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, str):
        return value.format_map(ids) if "{" in value else value
    if isinstance(value, dict):
        return {key: _filled(one, ids) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, ids) for one in value]
    return value
