"""A network of its own for the stories in which campaigns are set up: nobody else's notices or figures change."""

from datetime import date, timedelta
from typing import Any

import httpx

from tests.support.product import Product, wait_until

_PEOPLE = (("carla", "Carla Roux", "setter"), ("paul", "Paul Dumas", "seller"))


def seed_campaign_network(product: Product, key: str, name: str) -> str:
    """Carla who manages, Paul who advises three clients of the branch Pau, and a running campaign; answers its id."""
    with product.as_crm() as crm:
        _put(crm, "units", [{"external_id": "pau", "name": "Agence Pau", "parent": None}])
        profiles = [_profile("setter", "SUBTREE", manage_campaigns=True), _profile("seller", "OWN")]
        _put(crm, "profiles", profiles)
        people = [{"external_id": one, "name": name, "unit": "pau", "profile": role} for one, name, role in _PEOPLE]
        _put(crm, "users", people)
        clients = [{"external_id": f"pau-{one}", "name": f"Béarnais {one}", "advisor": "paul"} for one in (1, 2, 3)]
        _put(crm, "clients", clients)
        made: dict[str, Any] = {}
        wait_until(lambda: _created(crm, _definition(key, name), made), within=30)
        path = f"/api/campaigns/{made['campaign_id']}"
        wanted = [{"client": one["external_id"], "potential": "1000.00"} for one in clients]
        crm.post(f"{path}/clients", json={"clients": wanted}).raise_for_status()
        wait_until(lambda: _all_open(crm, made["campaign_id"]), within=60)
    named = [{"external_id": one, "name": name, "title": "Agence Pau"} for one, name, _ in _PEOPLE]
    product.name_people(named)
    return str(made["campaign_id"])


def _definition(key: str, name: str) -> dict[str, Any]:
    today = date.today()  # noqa: DTZ011  the product's day is this machine's
    steps = [
        {"id": f"{key}-call", "title": "Premier appel", "kind": "REMINDER"},
        {"id": f"{key}-meeting", "title": "Rendez-vous", "kind": "APPOINTMENT"},
        {"id": f"{key}-file", "title": "Dossier", "kind": "FOLLOW_UP_SHEET", "mandatory": False},
    ]
    return {
        "key": key,
        "name": name,
        "owner": "carla",
        "target": "20000.00",
        "start_date": (today - timedelta(days=20)).isoformat(),
        "end_date": (today + timedelta(days=20)).isoformat(),
        "sales_step": f"{key}-meeting",
        "steps": steps,
        "notice": {"on": False},
    }


def _profile(external_id: str, level: str, **rights: bool) -> dict[str, Any]:
    return {"external_id": external_id, "name": external_id, "access_level": level, **rights}


def _put(crm: httpx.Client, kind: str, items: list[dict[str, Any]]) -> None:
    answer = crm.put(f"/api/directory/{kind}", json={"items": items}).raise_for_status().json()
    if answer["errors"]:
        raise RuntimeError(str(answer["errors"]))


def _created(crm: httpx.Client, definition: dict[str, Any], made: dict[str, Any]) -> bool:
    """Created, once the campaign service has heard of its owner."""
    answer = crm.post("/api/campaigns", json=definition)
    if answer.is_success:
        made.update(answer.json())
    elif answer.json().get("code") not in {"owner_unknown", "owner_lacks_right"}:
        raise RuntimeError(answer.text)
    return answer.is_success


def _all_open(crm: httpx.Client, campaign_id: str) -> bool:
    found = crm.get("/api/followups", params={"campaign_id": campaign_id, "status": "OPEN"}).raise_for_status().json()
    return len(found["items"]) == 3
