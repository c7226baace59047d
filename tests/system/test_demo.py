"""The demonstration as its first user meets it: every figure alive, whatever happened to its loading on the way."""

import json
import subprocess
import time
from collections import Counter
from datetime import UTC, date, datetime

import pytest

from tests.support.demo import load, loaded
from tests.support.product import Product
from tools.demo.campaigns import SHOWN_ADVISOR, campaigns
from tools.demo.network import Network
from tools.demo.stories import signals

DAY = date(2026, 11, 24)
EVENING = datetime(2026, 11, 23, 17, tzinfo=UTC)
STATUSES = ["UPCOMING", "RUNNING", "ENDED", "ARCHIVED"]

pytestmark = pytest.mark.timeout(400)


@pytest.fixture(scope="module")
def network() -> Network:
    return Network()


def campaigns_held(product: Product) -> dict[str, dict]:
    with product.as_crm() as crm:
        page = crm.get("/api/campaigns", params={"limit": 200, "status": STATUSES}).raise_for_status().json()
    return {item["key"]: item for item in page["items"] if item["key"].startswith("demo-")}


def figures(product: Product) -> dict[str, dict]:
    """The indicators of each campaign that the reports know."""
    found = {}
    for key, one in campaigns_held(product).items():
        with product.as_crm() as crm:
            answer = crm.get("/api/reports/indicators", params={"campaign_id": one["campaign_id"]})
        if answer.is_success:
            found[key] = answer.json()
    return found


def settled_figures(product: Product) -> dict[str, dict]:
    """The same, once they no longer change: reports follow the facts by some hundred milliseconds."""
    deadline = time.monotonic() + 60
    before, now = {}, figures(product)
    while len(now) < 5 or before != now or now["demo-precaution"]["in_progress"]["count"] > 0:
        assert time.monotonic() < deadline, now
        time.sleep(1)
        before, now = now, figures(product)
    return now


def wait_for_a_signal(product: Product, running: "subprocess.Popen[str]") -> None:
    """Return once something was recorded; the load still runs."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert running.poll() is None, running.communicate()
        if any(one["contacts"] > 0 for one in figures(product).values()):
            return
        time.sleep(0.1)
    raise TimeoutError


def test_the_demonstration_is_loaded_once_though_the_loading_was_killed_and_begun_again(product):
    killed = load(product)
    try:
        wait_for_a_signal(product, killed)
    finally:
        killed.kill()
        killed.communicate()

    loaded(load(product))
    first = settled_figures(product)
    again = loaded(load(product))
    second = settled_figures(product)

    held = campaigns_held(product)
    assert {key: one["status"] for key, one in held.items()} == {
        "demo-precaution": "ARCHIVED",
        "demo-emprunteur": "ENDED",
        "demo-versements": "RUNNING",
        "demo-prevoyance": "RUNNING",
        "demo-retraite": "UPCOMING",
    }
    assert {key: one["clients"] for key, one in first.items()} == {
        "demo-precaution": 9,
        "demo-emprunteur": 13,
        "demo-versements": 24,
        "demo-prevoyance": 13,
        "demo-retraite": 9,
    }
    assert "applied" not in again
    assert second == first


def test_every_figure_of_the_demonstration_is_alive(product):
    loaded(load(product))
    by_campaign = settled_figures(product)

    told = list(by_campaign.values())
    running = by_campaign["demo-versements"]
    assert running["target"] == "400000.00"
    assert running["pace"]["denominator"] == "334426.23"
    assert running["days_elapsed"] == 51
    for one in ("demo-emprunteur", "demo-versements"):
        assert by_campaign[one]["conversion_rate"]["percent"] is not None
        assert by_campaign[one]["accepted"]["count"] > 0
        assert by_campaign[one]["refused"]["count"] > 0
    assert by_campaign["demo-precaution"]["closed_without_conclusion"]["count"] > 0
    assert by_campaign["demo-retraite"]["waiting"] == 9
    assert sum(one["contacts"] for one in told) > 50


def test_the_sign_in_page_lists_one_person_of_each_kind(product):
    loaded(load(product))

    people = json.loads((product.folder / "demo-users.json").read_text(encoding="utf-8"))
    assert [person["external_id"] for person in people] == [
        "demo-branch-01-advisor-1",
        "demo-branch-01-manager",
        "demo-region-1-manager",
        "demo-director",
        "demo-administrator",
        "demo-operator",
    ]


def test_the_network_is_the_same_at_every_load(network):
    other = Network()

    assert network.users == other.users
    assert network.clients == other.clients
    assert (len(network.units), len(network.users), len(network.clients)) == (16, 78, 2000)
    assert Counter(user["profile"] for user in network.users)["demo-advisors"] == 60


def test_what_is_told_is_the_same_at_every_load(network):
    told = signals(campaigns(network, DAY), EVENING)

    assert told == signals(campaigns(Network(), DAY), EVENING)
    assert len({signal["id"] for signal in told}) == len(told)
    assert all(datetime.fromisoformat(signal["occurred_at"]) <= EVENING for signal in told)


def test_the_stories_hold_all_that_the_figures_need(network):
    five = campaigns(network, DAY)
    told = signals(five, EVENING)

    kinds = Counter(signal.get("kind", signal["type"]) for signal in told)
    assert 1_200 < len(told) < 2_500
    assert {"step_completed", "interaction_recorded", "SALE", "SIGNATURE", "REFUSAL", "NO_DECISION"} == set(kinds)
    assert min(kinds.values()) > 20
    for campaign in five[:4]:
        done: dict[str, set[str]] = {}
        for signal in told:
            if signal["campaign"] == campaign.key and signal["type"] == "step_completed":
                done.setdefault(signal["client"], set()).add(signal["step"])
        sold = {s["client"] for s in told if s["campaign"] == campaign.key and s.get("kind") in {"SALE", "SIGNATURE"}}
        assert any(campaign.sales_step in done[client] for client in sold)
        assert any(campaign.sales_step not in done.get(client, ()) for client in sold)
    waiting = [entry for entry in five[3].entries if entry.entry_date > DAY]
    assert len(waiting) > 20


def test_the_advisor_of_the_sign_in_page_has_something_of_each_kind_to_do(network):
    for campaign in campaigns(network, DAY)[2:4]:
        mine = [entry for entry in campaign.entries if entry.client.advisor == SHOWN_ADVISOR]
        happened: dict[str, list[str]] = {entry.client.external_id: [] for entry in mine}
        for signal in signals([campaign], EVENING):
            if signal["client"] in happened and not signal["id"].startswith(f"{campaign.key}/odd/"):
                happened[signal["client"]].append(signal.get("kind") or signal.get("step") or signal["type"])

        assert campaign.steps[0]["due_within_days"] == 5
        untouched = [entry.entry_date for entry in mine if not happened[entry.client.external_id]]
        assert untouched.count(date(2026, 11, 17)) == 2  # due on the 24th
        assert date(2026, 11, 11) in untouched  # late
        ends = [told[-1] for told in happened.values() if told]
        assert ends.count("appel") >= 3  # the next step is offered
        assert ends.count(campaign.sales_step) >= 2  # waits for its conclusion
        assert 12 <= len(mine) <= 30


def test_one_campaign_has_enough_conclusions_for_a_forecast(network):
    (running,) = [campaign for campaign in campaigns(network, DAY) if campaign.key == "demo-versements"]
    ends = Counter(signal["kind"] for signal in signals([running], EVENING) if signal["type"] == "concluded")

    assert ends.total() >= 30
    assert ends["SALE"] + ends["SIGNATURE"] >= 10


def test_shares_stay_below_the_target(network):
    for campaign in campaigns(network, DAY):
        rows = campaign.shares()
        euros = sum(float(row.get("amount", 0)) for row in rows)
        euros += sum(float(row.get("percent", 0)) for row in rows) * campaign.target / 100
        assert 0.8 < euros / campaign.target < 1
