"""The order in which the demonstration is loaded; whatever is there already is left as it is."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from time import monotonic, sleep
from typing import Any
from zoneinfo import ZoneInfo

from tools.demo.campaigns import Campaign, campaigns
from tools.demo.crm import Crm, DemoError
from tools.demo.holdings import holdings
from tools.demo.network import Network
from tools.demo.queries import put_queries
from tools.demo.stories import signals

Json = dict[str, Any]
Say = Callable[[str], None]

_ZONE = ZoneInfo("Europe/Paris")
_BATCH = 200
_PATIENCE_SECONDS = 180.0
_ASK_AGAIN_SECONDS = 0.5
_ALL = ["UPCOMING", "RUNNING", "ENDED", "ARCHIVED"]


def load(crm: Crm, network: Network, now: datetime, say: Say, *, part: float = 1.0) -> None:
    """Load what is not there yet. A load taken up again keeps the day on which it began."""
    put_network(crm, network)
    say(f"{len(network.users)} people, {len(network.clients)} clients and {put_queries(crm)} saved queries")
    held = _held(crm)
    began = _began(crm, held, now)
    today = began.astimezone(_ZONE).date()
    planned = campaigns(network, today, part=part)
    untold = [campaign for campaign in planned if not _is_told(campaign, held.get(campaign.key))]
    ids = {campaign.key: _create(crm, campaign) for campaign in untold}
    jobs = {key: _target(crm, ids[key], campaign) for key, campaign in zip(ids, untold, strict=True)}
    for key, job in jobs.items():
        _wait_until_started(crm, ids[key], job)
    say(f"{len(planned)} campaigns, {sum(len(campaign.entries) for campaign in planned)} targeted clients")
    told = signals(untold, _evening_before(today))
    say(f"signals: {_tell(crm, told)}")
    _put_holdings(crm, told)
    for campaign in untold:
        _end(crm, ids[campaign.key], campaign)


def _evening_before(day: date) -> datetime:
    """All that is told has happened by then, at whatever hour of the day it is told."""
    return datetime.combine(day - timedelta(days=1), time(18), _ZONE)


def put_network(crm: Crm, network: Network) -> None:
    """The structure, the people and the clients."""
    for what in ("units", "profiles", "users", "clients"):
        _put(crm, what, getattr(network, what))


def _put_holdings(crm: Crm, told: Sequence[Json]) -> None:
    """Accounts before their movements."""
    accounts, movements = holdings(told)
    _put(crm, "accounts", accounts)
    _put(crm, "transactions", movements)


def _put(crm: Crm, what: str, items: Sequence[Json]) -> None:
    if not items:
        return
    answer = crm.put(f"/api/directory/{what}", {"items": items})
    if answer["errors"]:
        raise DemoError(f"{what}: {answer['errors'][:3]}")


def _held(crm: Crm) -> dict[str, Json]:
    """The campaigns that are there, by key."""
    page = crm.get("/api/campaigns", search="", status=_ALL, limit=200)
    found = {item["key"]: item for item in page["items"]}
    while page["next"]:
        page = crm.get("/api/campaigns", status=_ALL, limit=200, after=page["next"])
        found |= {item["key"]: item for item in page["items"]}
    return found


def _began(crm: Crm, held: dict[str, Json], now: datetime) -> datetime:
    """When the first load began: all days of the demonstration are counted from it."""
    ours = [item["campaign_id"] for key, item in held.items() if key.startswith("demo-")]
    made = [datetime.fromisoformat(crm.get(f"/api/campaigns/{one}")["created_at"]) for one in ours]
    return min(made, default=now)


def _is_told(campaign: Campaign, held: Json | None) -> bool:
    """A past campaign is moved to its end, or archived, as the last thing: then nothing is left to do."""
    if held is None or campaign.over >= campaign.told_on:
        return False
    over: bool = held["end_date"] == campaign.over.isoformat()
    return over and (held["status"] == "ARCHIVED") == campaign.archived


def _create(crm: Crm, campaign: Campaign) -> str:
    """The campaign's id, created under its key and shared out."""
    made = crm.post("/api/campaigns", {"key": campaign.key, **campaign.body(campaign.end)})
    campaign_id: str = made["campaign_id"]
    if not made["allocation"]["rows"]:
        crm.put(f"/api/campaigns/{campaign_id}/allocation", {"rows": campaign.shares()}, version=made["version"])
    return campaign_id


def _target(crm: Crm, campaign_id: str, campaign: Campaign) -> str | None:
    """The job that targets the campaign's clients; None once the campaign is over."""
    if crm.get(f"/api/campaigns/{campaign_id}")["status"] in ("ENDED", "ARCHIVED"):
        return None
    asked = crm.post(f"/api/campaigns/{campaign_id}/clients", {"key": campaign.key, "clients": campaign.targets()})
    job: str = asked["job_id"]
    return job


def _wait_until_started(crm: Crm, campaign_id: str, job: str | None) -> None:
    deadline = monotonic() + _PATIENCE_SECONDS
    while job is not None:
        seen = crm.get(f"/api/campaigns/{campaign_id}/jobs/{job}")
        if seen["state"] == "DONE":
            return
        if monotonic() > deadline:
            raise DemoError(f"the follow-ups of campaign {campaign_id} have not started: {seen}")
        sleep(0.2)


def _tell(crm: Crm, told: Sequence[Json]) -> dict[str, int]:
    """Send signals batch by batch, the next one when each of the one before has its verdict; how many got which."""
    outcomes: Counter[str] = Counter()
    for batch in _batches(told):
        outcomes += _tell_batch(crm, batch)
    return dict(sorted(outcomes.items()))


def _tell_batch(crm: Crm, batch: Sequence[Json]) -> Counter[str]:
    verdicts: dict[str, str] = {}
    left = list(batch)
    deadline = monotonic() + _PATIENCE_SECONDS
    while left:
        answer = crm.post("/api/followups/signals", {"signals": left})
        verdicts |= {one["id"]: one["verdict"] for one in answer["verdicts"]}
        left = [signal for signal in left if verdicts[signal["id"]] in ("pending", "unknown")]
        if left and monotonic() > deadline:
            raise DemoError(f"{len(left)} signals have no verdict yet")
        sleep(_ASK_AGAIN_SECONDS if left else 0)
    return Counter(verdicts.values())


def _end(crm: Crm, campaign_id: str, campaign: Campaign) -> None:
    """Move a past campaign's end to where it was, now that its clients are in; archive it where it is archived."""
    if campaign.over >= campaign.told_on:
        return
    path = f"/api/campaigns/{campaign_id}"
    seen = crm.get(path)
    if date.fromisoformat(seen["end_date"]) != campaign.over:
        crm.put(path, campaign.body(campaign.over), version=seen["version"])
    if campaign.archived and not seen["archived"]:
        crm.post(f"{path}/archive")


def _batches(told: Sequence[Json]) -> Iterator[Sequence[Json]]:
    for start in range(0, len(told), _BATCH):
        yield told[start : start + _BATCH]
