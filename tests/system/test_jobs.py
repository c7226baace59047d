"""A branch's leftovers are closed in one go, and the list was the wrong one: a job through the running product."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.support.product import Product, running_product, seed_small_network, wait_until

JOBS = "/api/followups/jobs"

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def own_product() -> Iterator[Product]:
    """A product whose follow-ups no other story looks at."""
    with running_product("--no-demo") as product:
        yield product


def test_many_are_moved_concluded_and_undone_through_the_running_product(own_product: Product) -> None:
    campaign = seed_small_network(own_product, clients=9)
    with own_product.as_crm() as crm:
        chosen = {"filter": {"campaign_id": campaign}}
        sale = {"kind": "conclude", "conclusion": "SALE", "total": "1000.01", "chosen": chosen}
        boris = crm.get("/api/directory/users", params={"search": "Boris"}).raise_for_status().json()["items"][0]

        tried = crm.post(f"{JOBS}/dry-run", json=sale).raise_for_status().json()
        moved = lived(crm, {"kind": "reassign", "to": [boris["user_id"]], "chosen": chosen})
        sold = lived(crm, sale)
        figures = crm.get("/api/reports/indicators", params={"campaign_id": campaign})
        undone = undo(crm, sold)

        first = crm.get("/api/followups", params={"campaign_id": campaign, "limit": 1}).raise_for_status().json()
        page = crm.get(f"/api/followups/{first['items'][0]['follow_up_id']}").raise_for_status().json()

    assert (tried["would_do"], tried["recorded"]) == (9, "1000.01")
    assert (moved["done"], moved["refused"]) == (9, 0)
    assert (sold["done"], sold["recorded"], sold["not_recorded"]) == (9, "1000.01", "0.00")
    assert figures.is_success
    assert (undone["state"], undone["undone"]) == ("UNDONE", 9)
    assert (page["status"], page["advisor"]["id"]) == ("OPEN", boris["user_id"])


def lived(crm: httpx.Client, order: dict[str, Any]) -> dict[str, Any]:
    """A job from its start to its end."""
    started = crm.post(JOBS, json=order).raise_for_status()
    return over(crm, started.headers["Location"])


def undo(crm: httpx.Client, job: dict[str, Any]) -> dict[str, Any]:
    """A job from its undo to the end of that."""
    asked = crm.post(f"{JOBS}/{job['id']}/undo", json={"reason": "the wrong list"}).raise_for_status()
    return over(crm, asked.headers["Location"])


def over(crm: httpx.Client, path: str) -> dict[str, Any]:
    """The job once nothing more happens."""
    job: dict[str, Any] = {}

    def is_over() -> bool:
        job.update(crm.get(path).raise_for_status().json())
        return bool(job["over"])

    wait_until(is_over, within=60)
    return job
