"""Who asks, and about what: a small network with a caller for each right and level, in reach of a target and out.

Réseau over Nord over Lille, Réseau over Sud over Nice. A target is a campaign, a client in it, and its advisor.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from shared.rulebook.ids import campaign_id, client_id, follow_up_id, notice_id, profile_id, user_id
from tests.support.five_services import FiveServices, until

UNITS = {"network": None, "north": "network", "lille": "north", "south": "network", "nice": "south"}
WIDE = {"UNIT": "lille", "SUBTREE": "north", "ALL": "south"}
"""The levels above OWN, and where a caller of each sits."""
STEPS: list[dict[str, Any]] = [
    {"id": "call", "title": "Premier appel", "kind": "TASK", "offers_next": True},
    {"id": "meet", "title": "Rendez-vous", "kind": "APPOINTMENT", "due_within_days": 0},
    {"id": "mail", "title": "Courriel", "kind": "EMAIL", "mandatory": False, "email_subject": "S", "email_body": "B"},
]
"""The sales step first: once it is completed, a step is offered, becomes late, and a conclusion is waited for."""

NOBODYS = "00000000-0000-4000-8000-000000000000"
"""An id that stands for nothing."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a request is about, by the advisor's name: `{…}` in paths and bodies stands for the ids here."""

    advisor: str
    owner: str
    campaign: str
    """The campaign's key."""

    @property
    def client(self) -> str:
        """The client's external id and name."""
        return f"client{self.trace}"

    @property
    def trace(self) -> str:
        """What ends every name and id about the client that the CRM gave: no stranger may read it in an answer."""
        return f"-of-{self.advisor}"

    def ids(self) -> dict[str, str]:
        """What can be named in a request."""
        campaign, client, advisor = campaign_id(self.campaign), client_id(self.client), user_id(self.advisor)
        return {
            "campaign_id": campaign,
            "client_id": client,
            "advisor_id": advisor,
            "owner_id": user_id(self.owner),
            "user_id": advisor,
            "profile_id": profile_id(self.advisor),
            "client": self.client,
            "campaign": self.campaign,
            "advisor": self.advisor,
            "owner": self.owner,
            "follow_up_id": follow_up_id(campaign, client),
            "notice_id": notice_id(campaign, advisor),
            "step_id": "call",
            "number": "1",
            "other": "1",
            "delivery_id": "1",
        }

    def marks(self) -> list[str]:
        """One of them shows in an answer that speaks of the target."""
        ids = self.ids()
        return [self.trace, *(ids[name] for name in ("campaign_id", "client_id", "follow_up_id", "notice_id"))]


LILLE = Target("louis", owner="louis", campaign="in-lille")
NICE = Target("vera", owner="vera", campaign="in-nice")


@dataclass(frozen=True, slots=True)
class Caller:
    """A person with rights; the column of the matrix that says what they may do to which target."""

    name: str
    column: str
    target: Target
    unit: str = "lille"
    level: str = "NONE"
    manages: bool = False
    more: str | None = None
    """ADMINISTRATOR or OPERATOR."""

    @property
    def sees(self) -> frozenset[str]:
        """The advisors within reach."""
        south = {"vera": ("network", "south", "nice")}
        advisors = dict.fromkeys(["louis", *OWN.values()], ("network", "north", "lille")) | south
        match self.level:
            case "OWN":
                return frozenset({self.name})
            case "UNIT":
                return frozenset(name for name, path in advisors.items() if path[-1] == self.unit)
            case "SUBTREE":
                return frozenset(name for name, path in advisors.items() if self.unit in path)
            case "ALL":
                return frozenset(advisors)
        return frozenset()


OWN = {False: "olga", True: "omar"}
"""The callers whose level is OWN are themselves the advisors whom they reach."""


def _callers() -> Iterator[Caller]:
    for manages in (False, True):
        mark = "+m" if manages else ""
        own = Target(OWN[manages], owner=OWN[True] if manages else "vera", campaign=f"of-{OWN[manages]}")
        yield Caller(f"none{mark}", f"none{mark}", LILLE, manages=manages)
        yield Caller(OWN[manages], f"own{mark}", own, level="OWN", manages=manages)
        yield Caller(OWN[manages], f"out{mark}", LILLE, level="OWN", manages=manages)
        for level, unit in WIDE.items():
            name = f"{level.lower()}{mark}"
            yield Caller(name, f"in{mark}", LILLE, unit, level, manages)
            if level != "ALL":
                yield Caller(name, f"out{mark}", NICE, unit, level, manages)
    yield Caller("admin", "admin", LILLE, more="administrator")
    yield Caller("operator", "operator", LILLE, more="operator")
    yield Caller("crm", "crm", LILLE, level="ALL")


CALLERS = tuple(_callers())
TARGETS = tuple({caller.target: None for caller in CALLERS})
COLUMNS = ("none", "none+m", "own", "own+m", "in", "in+m", "out", "out+m", "admin", "operator", "crm")


async def set_up(services: FiveServices) -> None:
    """Everybody, every target, and the news of them in all five services."""
    people = {caller.name: caller for caller in CALLERS if caller.name != "crm"}
    advisors = {
        "louis": Caller("louis", "", LILLE, "lille", "OWN", manages=True),
        "vera": Caller("vera", "", NICE, "nice", "OWN", manages=True),
    }
    everybody = [*people.values(), *advisors.values()]
    await services.put("units", *({"external_id": unit, "name": unit, "parent": up} for unit, up in UNITS.items()))
    await services.put("profiles", *map(_profile, everybody))
    await services.put("users", *map(_user, everybody))
    await services.put("clients", *map(_client, TARGETS))
    accounts = [{"external_id": f"account{t.trace}", "label": "Livret", "client": t.client} for t in TARGETS]
    await services.put("accounts", *accounts)
    await services.put("transactions", *map(_transaction, TARGETS))
    await asyncio.gather(*(a_campaign(services, target) for target in TARGETS))
    await asyncio.gather(*(targeted(services, target) for target in TARGETS))
    await asyncio.gather(*(_begun(services, target) for target in TARGETS))
    await asyncio.gather(*(until(lambda target=target: _is_known(services, target)) for target in TARGETS))


async def a_campaign(services: FiveServices, target: Target) -> None:
    """The target's campaign, running, with the whole of its target allotted to the advisor."""
    await until(lambda: _created(services, target))
    share = {"rows": [{"advisor": target.advisor, "percent": "100"}]}
    await services.told("PUT", f"/api/campaigns/{target.ids()['campaign_id']}/allocation", json=share)


def a_definition(**changes: Any) -> dict[str, Any]:
    """A campaign that runs today."""
    return {
        "name": "Épargne",
        "target": "1000.00",
        "start_date": day(-10),
        "end_date": day(10),
        "steps": STEPS,
        "sales_step": "call",
    } | changes


async def _created(services: FiveServices, target: Target) -> bool:
    """Created, once the campaign service has heard of the owner's rights."""
    asked = a_definition(key=target.campaign, owner=target.owner)
    answer = await services.ask("POST", "/api/campaigns", json=asked)
    if answer.is_error and answer.json()["code"] not in {"owner_unknown", "owner_lacks_right", "rights_unavailable"}:
        raise RuntimeError(answer.text)
    return answer.is_success


async def targeted(services: FiveServices, target: Target) -> None:
    """The client in the campaign, as its job says."""
    path = f"/api/campaigns/{target.ids()['campaign_id']}"
    wanted = {"clients": [{"client": target.client, "potential": "100.00", "entry_date": day(-10)}]}
    job = await services.told("POST", f"{path}/clients", json=wanted)

    async def done() -> bool:
        told = await services.told("GET", f"{path}/jobs/{job['job_id']}")
        if told["skipped"]:
            raise RuntimeError(str(told))
        return told["state"] == "DONE"

    await until(done)


async def recorded(services: FiveServices, path: str, wish: dict[str, Any], *, by: str = "crm") -> None:
    """The wish, applied to the follow-up of that path."""
    told = await services.told("POST", f"{path}/commands", by=by, json=wish)

    async def applied() -> bool:
        verdict = await services.told("GET", f"/api/followups/commands/{told['id']}")
        if verdict["verdict"] == "refused":
            raise RuntimeError(str(verdict))
        return bool(verdict["verdict"] == "applied")

    await until(applied)


async def _begun(services: FiveServices, target: Target) -> None:
    """The first step completed days ago, and an appointment tomorrow beside the plan."""
    path = f"/api/followups/{target.ids()['follow_up_id']}"
    await recorded(services, path, {"kind": "CompleteStep", "step_id": "call", "occurred_at": f"{day(-9)}T12:00:00Z"})
    appointment = {"starts_at": f"{day(1)}T12:00:00Z"}
    await recorded(services, path, {"kind": "PlanInteraction", "interaction": "APPOINTMENT", "details": appointment})


async def _is_known(services: FiveServices, target: Target) -> bool:
    """Whether the advisor has the notice, and figures and follow-ups are within the reach of those above."""
    ids = target.ids()
    campaign = {"campaign_id": ids["campaign_id"]}
    to_do = await services.told("GET", "/api/followups/to-do/counts", by="all", params=campaign)
    if to_do["late"] != 1:
        return False
    notices = await services.ask("GET", "/api/notifications/notices", by=target.advisor)
    figures = await services.ask("GET", f"/api/reports/indicators?campaign_id={ids['campaign_id']}", by="all")
    seen = await services.ask("GET", f"/api/followups/{ids['follow_up_id']}", by="all")
    clients = [one["clients"] for one in notices.json()["items"]] if notices.is_success else []
    return 1 in clients and figures.is_success and seen.is_success


def day(after_today: int) -> str:
    return str(date.today() + timedelta(days=after_today))  # noqa: DTZ011  the product's day is this machine's


def _client(target: Target) -> dict[str, Any]:
    told = {"external_id": target.client, "name": target.client, "advisor": target.advisor}
    return told | {"attributes": {"segment": f"segment{target.trace}"}}


def _transaction(target: Target) -> dict[str, Any]:
    return {
        "external_id": f"transaction{target.trace}",
        "account": f"account{target.trace}",
        "booked_on": "2026-01-05",
        "amount": "10.00",
        "label": "Versement",
    }


def _profile(caller: Caller) -> dict[str, Any]:
    rights = {caller.more: True} if caller.more else {}
    name = caller.name
    return {
        "external_id": name,
        "name": name,
        "access_level": caller.level,
        "manage_campaigns": caller.manages,
    } | rights


def _user(caller: Caller) -> dict[str, Any]:
    return {"external_id": caller.name, "name": caller.name, "unit": caller.unit, "profile": caller.name}
