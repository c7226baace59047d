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

from tests.rights.made import (
    MADE,
    MOVE,
    NAMED_SO,
    PDF,
    WEBHOOK,
    WITH_DOCUMENT,
    filled,
    own_address,
    version_of,
)
from tests.rights.network import NOBODYS, Target, a_campaign, a_definition
from tests.support.five_services import FiveServices

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
    stream: int = 0
    """The answer never ends: so many pieces of it are read."""
    reads: bool = False
    """The request reads, though it is a POST."""
    ids: dict[str, str] = field(default_factory=dict)
    """What stands for some of the ids instead."""
    shows: tuple[str, ...] = ()
    """What shows in an answer that speaks of the target, when it is none of the target's ids and names."""


_ANYTHING = ("",)
"""Of an answer that is about nobody in particular."""
_UNKNOWN = [{"client": "unknown-1"}, {"client": "unknown-2"}]
"""Nobody is withdrawn, and the job takes no time; which clients a job may touch is not a matter of the route."""
_NEVER_SEEN = {"If-Match": '"999999"'}
_CHANGED = a_definition(name="Changée", steps=WITH_DOCUMENT)
_CSV = "external_id;name\n"
_OF_CAMPAIGN = {"campaign_id": "{campaign_id}"}

_SERVICES = ("campaigns", "directory", "followups", "notifications", "reports")
_ACTS = ("retry", "dismiss")
_NEVER_PARKED = Asked(ids={"number": "987654321"}, let_in=("parked_unknown",))

REQUESTS: dict[str, Asked] = {
    "PUT /api/directory/units": Asked({"items": []}),
    "PUT /api/directory/profiles": Asked({"items": []}),
    "PUT /api/directory/users": Asked({"items": []}),
    "PUT /api/directory/clients": Asked({"items": []}),
    "PUT /api/directory/accounts": Asked({"items": []}),
    "PUT /api/directory/transactions": Asked({"items": []}),
    # Of one's own unit everybody is told: asked is for another one, which few reach.
    "GET /api/directory/units": Asked(shows=('"nice"',)),
    "GET /api/directory/users": Asked(shows=("{advisor_id}",)),
    "GET /api/directory/me": Asked(shows=_ANYTHING),
    "POST /api/directory/imports/{kind}": Asked(content=_CSV, headers={"Content-Type": "text/csv"}),
    "GET /api/directory/calendar": Asked(shows=_ANYTHING),
    "GET /api/directory/audit": Asked(query={"subject": "{advisor_id}"}, shows=('"subject_id":"{advisor_id}"',)),
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
    "POST /api/campaigns/{campaign_id}/documents": Asked(content="%PDF-1.7", headers=PDF),
    "GET /api/campaigns/{campaign_id}/documents/{document_id}": Asked(shows=("%PDF",)),
    "POST /api/campaigns/{campaign_id}/clients": Asked({"clients": [{"client": "{client}"}]}),
    "POST /api/campaigns/{campaign_id}/clients/withdraw": Asked({"clients": _UNKNOWN}),
    "POST /api/campaigns/{campaign_id}/clients/change": Asked(
        {"clients": [one | {"potential": "1.00"} for one in _UNKNOWN]}
    ),
    "POST /api/followups/{follow_up_id}/commands": Asked({"kind": "RecordInteraction", "interaction": "REMINDER"}),
    "GET /api/followups/{follow_up_id}/timeline": Asked(shows=('"actor"',)),
    "GET /api/campaigns/backlog": Asked(shows=_ANYTHING),
    "GET /api/directory/backlog": Asked(shows=_ANYTHING),
    "GET /api/followups/backlog": Asked(shows=_ANYTHING),
    "GET /api/notifications/backlog": Asked(shows=_ANYTHING),
    "GET /api/reports/backlog": Asked(shows=_ANYTHING),
    **{f"GET /api/{service}/parked": Asked(shows=_ANYTHING) for service in _SERVICES},
    **{f"POST /api/{service}/parked/retry": Asked({"consumer": "none"}) for service in _SERVICES},
    **{f"POST /api/{service}/parked/{{number}}/{act}": _NEVER_PARKED for service in _SERVICES for act in _ACTS},
    "POST /api/campaigns/backlog/jobs/{job_id}/stop": Asked(let_in=("job_over",)),
    "POST /api/followups/backlog/jobs/{job_id}/stop": Asked(let_in=("job_over",)),
    "POST /api/reports/backlog/jobs/{job_id}/stop": Asked(let_in=("job_over",)),
    "GET /api/followups/commands": Asked(query=_OF_CAMPAIGN, shows=("{held_id}",)),
    "GET /api/followups/letters": Asked(shows=_ANYTHING),
    "POST /api/followups/letters/{letter_id}/retry": Asked(ids={"letter_id": NOBODYS}, let_in=("letter_unknown",)),
    "GET /api/followups/commands/counts": Asked(shows=('"state":"refused","code":"step_unknown"',)),
    "POST /api/followups/commands/retry": Asked({"state": "parked"}),
    "POST /api/followups/commands/{command_id}/retry": Asked(let_in=("not_retriable",)),
    "POST /api/followups/commands/{command_id}/dismiss": Asked({"reason": "Doublon"}, let_in=("not_held",)),
    "GET /api/followups/jobs": Asked(shows=("{job_id}",)),
    "POST /api/followups/jobs": Asked(MOVE),
    "GET /api/followups/jobs/{job_id}": Asked(shows=("{job_id}",)),
    "POST /api/followups/jobs/{job_id}/cancel": Asked(let_in=("job_over",)),
    "POST /api/followups/jobs/dry-run": Asked(MOVE),
    "POST /api/followups/jobs/{job_id}/undo": Asked({"reason": "Erreur"}, let_in=("job_undone",)),
    "POST /api/followups/signals": Asked({"signals": []}),
    "GET /api/followups/signals": Asked(query={"ids": "1"}, shows=_ANYTHING),
    "PUT /api/campaigns/order/{campaign_id}": Asked({"before": None}),
    "GET /api/campaigns/jobs": Asked(shows=("{job_id}",)),
    "GET /api/campaigns/{campaign_id}/jobs": Asked(shows=("{job_id}",)),
    "POST /api/campaigns/{campaign_id}/jobs/{job_id}/cancel": Asked(let_in=("job_over",)),
    "GET /api/campaigns/{campaign_id}/jobs/{job_id}/skips": Asked(shows=("{client}",)),
    "GET /api/campaigns/{campaign_id}/jobs/{job_id}/skips.csv": Asked(shows=("{client}",)),
    "GET /api/campaigns/{campaign_id}/allocation/history": Asked(shows=("{advisor_id}",)),
    "GET /api/campaigns/{campaign_id}/versions/{number}": Asked(shows=("{campaign_id}",)),
    "GET /api/campaigns/{campaign_id}/versions/{number}/compare/{other}": Asked(shows=_ANYTHING),
    "POST /api/campaigns/{campaign_id}/clients/csv": Asked(
        content="client\nunknown-1\n", headers={"Content-Type": "text/csv"}, query={"dry_run": "true"}
    ),
    "POST /api/campaigns/{campaign_id}/clients/from-query": Asked({"filter": 'name = "Personne"'}),
    "GET /api/directory/attributes": Asked(shows=('"segment"',)),  # of its values, and whose they are, nothing is told
    "GET /api/directory/queries": Asked(shows=("{query_id}",)),
    "POST /api/directory/queries": Asked({"name": "Suivis", "filter": NAMED_SO}, let_in=("query_name_taken",)),
    "POST /api/directory/queries/check": Asked({"filter": NAMED_SO}),
    "POST /api/directory/queries/count": Asked({"filter": 'name = "{client}"'}, reads=True, shows=('"count":1',)),
    "POST /api/directory/queries/export": Asked({"filter": NAMED_SO}, reads=True),
    "POST /api/directory/queries/result": Asked({"filter": NAMED_SO}, reads=True),
    "GET /api/directory/queries/{query_id}": Asked(shows=("{query_id}",)),
    "PUT /api/directory/queries/{query_id}": Asked(
        {"name": "Autres", "filter": NAMED_SO}, headers=_NEVER_SEEN, let_in=("query_changed",)
    ),
    "DELETE /api/directory/queries/{query_id}": Asked(headers=_NEVER_SEEN, let_in=("query_changed",)),
    "GET /api/followups/clients/{client_id}/timeline": Asked(shows=('"actor"',)),
    "POST /api/campaigns/{campaign_id}/clients/spread": Asked({}, let_in=("nothing_to_spread",)),
    "POST /api/campaigns/{campaign_id}/clients/spread/preview": Asked({}, let_in=("nothing_to_spread",)),
    "GET /api/followups/calendar-feed": Asked(shows=_ANYTHING),
    "GET /api/followups/{follow_up_id}/interactions/{key}/appointment.ics": Asked(shows=("BEGIN:VEVENT",)),
    "GET /api/followups/due/counts": Asked(query=_OF_CAMPAIGN, shows=('"late":1',)),
    "GET /api/followups/to-do/counts": Asked(
        query=_OF_CAMPAIGN, shows=('"late":1,"today":0,"offered":1,"conclusion":1',)
    ),
    "POST /api/followups/{follow_up_id}/attachments": Asked(content="%PDF-1.7", headers=PDF),
    "GET /api/followups/{follow_up_id}/attachments/{document_id}": Asked(shows=("%PDF",)),
    "GET /api/followups/{follow_up_id}/choices": Asked(shows=('"step_id":"meet"',)),
    "GET /api/followups/{follow_up_id}/interactions": Asked(shows=('"kind":"APPOINTMENT"',)),
    "GET /api/followups/{follow_up_id}/letters": Asked(shows=_ANYTHING),
    "POST /api/followups/{follow_up_id}/letters": Asked(
        {"subject": "Bonjour", "body": "À bientôt"}, let_in=("mail_not_configured",)
    ),
    "GET /api/followups/{follow_up_id}/links": Asked(shows=('"collected":',)),
    "PUT /api/followups/{follow_up_id}/links": Asked({}, let_in=("not_concluded",)),
    "GET /api/followups/{follow_up_id}/steps/{step_id}/email": Asked(ids={"step_id": "mail"}, shows=('"subject":"S"',)),
    "GET /api/followups/{follow_up_id}/steps/{step_id}/undo": Asked(shows=('"position_after":"call"',)),
    "GET /api/notifications/webhooks": Asked(shows=("{webhook_id}",)),
    "POST /api/notifications/webhooks": Asked(WEBHOOK, let_in=("webhook_name_taken",)),
    "GET /api/notifications/webhooks/{webhook_id}": Asked(shows=("{webhook_id}",)),
    "PUT /api/notifications/webhooks/{webhook_id}": Asked(WEBHOOK, headers=_NEVER_SEEN, let_in=("version_changed",)),
    "DELETE /api/notifications/webhooks/{webhook_id}": Asked(ids={"webhook_id": NOBODYS}, let_in=("webhook_unknown",)),
    "GET /api/notifications/webhooks/{webhook_id}/deliveries": Asked(shows=('"items"',)),
    "POST /api/notifications/webhooks/{webhook_id}/deliveries/{delivery_id}/replay": Asked(
        let_in=("delivery_unknown",)
    ),
    "POST /api/notifications/webhooks/{webhook_id}/replay": Asked({"since": "2026-01-01T00:00:00Z"}),
    "POST /api/notifications/webhooks/{webhook_id}/secret": Asked({}),
    "GET /api/notifications/preferences": Asked(shows=_ANYTHING),
    "PUT /api/notifications/preferences": Asked({"digest": True}, let_in=("digest_needs_mail",)),
    # Ready, then what happened since the beginning, or a sign of life.
    "GET /api/notifications/stream": Asked(stream=2, headers={"Last-Event-ID": "0"}),
    "GET /api/notifications/unread-count": Asked(shows=_ANYTHING),
    "GET /api/reports/forecast": Asked(query=_OF_CAMPAIGN),
    "GET /api/reports/indicators": Asked(query=_OF_CAMPAIGN, shows=("1000.00",)),
    # Another format would make a file for each caller; it is refused after rights were checked.
    "POST /api/reports/exports": Asked(
        {"what": "campaign_summary", "format": "xlsx", "filters": {"campaign_id": "{campaign_id}"}},
        let_in=("format_not_offered",),
    ),
    "GET /api/reports/exports": Asked(shows=("{export_id}",)),
    "GET /api/reports/exports/{export_id}": Asked(shows=("{export_id}",)),
    "GET /api/reports/exports/{export_id}/file": Asked(let_in=("export_not_done",), shows=_ANYTHING),
    "GET /api/reports/live": Asked(stream=1),
    "GET /api/reports/reconcile": Asked(shows=_ANYTHING),
    "GET /api/reports/reconciliations": Asked(shows=_ANYTHING),
    "GET /api/reports/reconciliations/{number}": Asked(shows=_ANYTHING, let_in=("reconciliation_unknown",)),
    "GET /api/reports/reconciliations/{number}/differences": Asked(shows=_ANYTHING, let_in=("reconciliation_unknown",)),
    "GET /api/reports/tree": Asked(
        query={"by": "campaign,advisor", "campaign_id": "{campaign_id}"}, shows=("1000.00",)
    ),
    "GET /api/reports/summary": Asked(query=_OF_CAMPAIGN, shows=("1000.00",)),
    "GET /api/reports/clients": Asked(query=_OF_CAMPAIGN, shows=("{follow_up_id}",)),
    "GET /api/reports/clients/concludable": Asked(query=_OF_CAMPAIGN, shows=("{follow_up_id}",)),
    "GET /api/reports/steps": Asked(query=_OF_CAMPAIGN),
    "GET /api/reports/breakdown": Asked(query={"by": "advisor"}, shows=("{advisor_id}",)),
}


class UnknownPlaceholderError(Exception):
    """Nothing says what a `{…}` stands for."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A request with its ids in place."""

    method: str
    path: str
    asked: Asked
    target: Target


async def ready(services: FiveServices, route: str, target: Target, by: str = "crm") -> Ready:
    """The request of this route about this target, or about what is the caller's own."""
    asked = REQUESTS.get(route, Asked())
    if asked.fresh:
        target = replace(target, campaign=f"{target.campaign}-{uuid4().hex}")
        await a_campaign(services, target)
    method, _, path = route.partition(" ")
    ids = target.ids() | asked.ids
    whole = json.dumps([path, asked.body, asked.query, asked.headers, asked.shows])
    service = path.split("/")[2]
    for name in MADE:
        if f"{{{name}}}" in whole and name not in ids:
            ids[name] = await _made(services, target, f"{service}/{name}" if f"{service}/{name}" in MADE else name)
    if "{secret}" in path:
        ids["secret"] = await _once(services, ("secret", by), lambda: own_address(services, by))
    if "{version}" in whole:
        ids["version"] = await version_of(services, target)
    try:
        path = path.format_map(ids)
    except KeyError as error:
        raise UnknownPlaceholderError(
            f"tests/rights/requests.py does not know what {{{error.args[0]}}} stands for in {route}: "
            "write a function that makes one for a target, and add it to MADE"
        ) from None
    complete = replace(
        asked,
        body=filled(asked.body, ids),
        query=filled(asked.query, ids),
        headers=filled(asked.headers, ids),
        shows=tuple(filled(list(asked.shows), ids)) or tuple(target.marks()),
    )
    return Ready(method, path, complete, target)


async def _made(services: FiveServices, target: Target, name: str) -> str:
    return await _once(services, (target.campaign, name), lambda: MADE[name](services, target))


async def _once(services: FiveServices, key: tuple[str, ...], make: Callable[[], Awaitable[str]]) -> str:
    if key not in services.made:
        services.made[key] = asyncio.ensure_future(make())
    return await services.made[key]
