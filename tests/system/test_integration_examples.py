"""Each example of docs/integration as a CRM developer runs it, against the whole product."""

import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest

from tests.support.product import Product, wait_until

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "integration" / "examples"

pytestmark = pytest.mark.timeout(200)


@pytest.fixture(scope="module")
def campaign(product: Product) -> str:
    """The key of a running campaign with one client, `doc-client`, and three steps."""
    with product.as_crm() as crm:
        _put(crm, "units", {"external_id": "doc-net", "name": "Network"})
        _put(
            crm, "profiles", {"external_id": "doc-all", "name": "All", "access_level": "ALL", "manage_campaigns": True}
        )
        _put(crm, "users", {"external_id": "doc-anne", "name": "Anne", "unit": "doc-net", "profile": "doc-all"})
        _put(crm, "clients", {"external_id": "doc-client", "name": "Claire", "advisor": "doc-anne"})
        found: list[str] = []
        wait_until(lambda: _created(crm, found), within=30)
        path = f"/api/campaigns/{found[0]}"
        job = crm.post(f"{path}/clients", json={"clients": [{"client": "doc-client"}]}).raise_for_status().json()
        wait_until(lambda: crm.get(f"{path}/jobs/{job['job_id']}").json()["state"] == "DONE", within=60)
    return "doc-campaign"


def test_the_example_by_http_is_applied(product: Product, campaign: str) -> None:
    arguments = (product.origin, campaign, "doc-client", "call", "said")

    first = run("signals_by_http.py", *arguments, secret=product)

    assert [line.split()[:2] for line in first] == [["doc-client-call", "applied"], ["doc-client-reminder", "applied"]]


def test_the_example_by_nats_hears_that_it_was_applied(product: Product, campaign: str) -> None:
    (told,) = run("signal_by_nats.py", product.nats_url, campaign, "doc-client", "again")

    assert told.split()[:2] == ["doc-client-again-by-nats", "applied"]


def test_the_example_straight_to_the_workflow_is_applied_while_it_lives(product: Product, campaign: str) -> None:
    with product.as_crm() as crm:
        asked = {
            "campaign_id": crm.get("/api/campaigns", params={"search": "Documented"}).json()["items"][0]["campaign_id"]
        }
        follow_up = crm.get("/api/followups", params=asked).json()["items"][0]["follow_up_id"]

        (sent,) = run("signal_to_the_workflow.py", product.temporal_address, follow_up, "doc-direct")
        wait_until(lambda: _verdict(crm, "doc-direct") == "applied", within=30)
        (lost,) = run("signal_to_the_workflow.py", product.temporal_address, "no-such-follow-up", "doc-lost")

    assert [sent, lost] == ["doc-direct sent", "doc-lost not_found"]


def test_each_example_is_on_a_page_and_is_run() -> None:
    pages = "".join(page.read_text(encoding="utf-8") for page in EXAMPLES.parent.glob("*.md"))
    run_in = [Path(__file__), ROOT / "tests" / "services" / "notification" / "test_webhook_sending.py"]
    tests = "".join(path.read_text(encoding="utf-8") for path in run_in)

    names = [example.name for example in EXAMPLES.glob("*.py")]

    assert [name for name in names if f"examples/{name}" not in pages or f'"{name}"' not in tests] == []


def run(name: str, *arguments: str, secret: Product | None = None) -> list[str]:
    """The lines that an example prints."""
    environment = dict(os.environ)
    if secret is not None:
        environment["CRM_CLIENT_SECRET"] = (secret.folder / "secrets" / "crm-client-secret").read_text(encoding="ascii")
    command = [sys.executable, str(EXAMPLES / name), *arguments]
    done = subprocess.run(command, check=False, env=environment, capture_output=True, text=True, timeout=90)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.splitlines()


def _put(crm: httpx.Client, kind: str, item: dict[str, object]) -> None:
    assert not crm.put(f"/api/directory/{kind}", json={"items": [item]}).raise_for_status().json()["errors"]


def _created(crm: httpx.Client, found: list[str]) -> bool:
    """Created, once the campaign service has heard of its owner."""
    today = date.today()  # noqa: DTZ011  the product's day is this machine's
    definition = {
        "key": "doc-campaign",
        "name": "Documented",
        "owner": "doc-anne",
        "start_date": (today - timedelta(days=1)).isoformat(),
        "end_date": (today + timedelta(days=1)).isoformat(),
        "sales_step": "call",
        "steps": [
            {
                "id": "call",
                "title": "Call",
                "kind": "TASK",
                "checklist": [{"id": "said", "text": "Said", "mandatory": True}],
            },
            {"id": "again", "title": "Again", "kind": "REMINDER", "mandatory": False},
        ],
    }
    answer = crm.post("/api/campaigns", json=definition)
    if answer.is_success:
        found.append(answer.json()["campaign_id"])
    elif answer.json().get("code") not in {"owner_unknown", "owner_lacks_right", "client_unknown"}:
        raise RuntimeError(answer.text)
    return answer.is_success


def _verdict(crm: httpx.Client, signal_id: str) -> str:
    answer = crm.get("/api/followups/signals", params={"ids": [signal_id]}).raise_for_status().json()
    verdict: str = answer["verdicts"][0]["verdict"]
    return verdict
