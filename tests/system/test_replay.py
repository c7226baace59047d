"""`make replay` as its user meets it: the host CRM is played against the whole product, and every figure is equal."""

import json
import os
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest

from tests.support.product import Product
from tools.seeded.bank_csv import write

ROOT = Path(__file__).parents[2]
REAL = ROOT.parent / "shared" / "data" / "bank-marketing-sample.csv"

PARTS = {"steps", "branches", "advisors"}

pytestmark = pytest.mark.timeout(400)


def replay(product: Product, *arguments: str) -> "subprocess.Popen[str]":
    environment = {key: value for key, value in os.environ.items() if key != "CRM_CLIENT_SECRET"}
    return subprocess.Popen(
        [sys.executable, "-m", "tools.replay", "--url", product.origin, *arguments],
        cwd=ROOT,
        env=environment | {"JALON_DATA": str(product.folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def outcome(running: "subprocess.Popen[str]") -> dict:
    """The last line, when all figures were equal."""
    out, err = running.communicate(timeout=300)
    assert running.returncode == 0, out[-3000:] + err[-3000:]
    return json.loads(out.splitlines()[-1])


def campaigns(product: Product) -> list[dict]:
    with product.as_crm() as crm:
        return crm.get("/api/campaigns", params={"limit": 200}).raise_for_status().json()["items"]


def wait_for_contacts(product: Product, running: "subprocess.Popen[str]") -> None:
    """Return once some contacts were counted; the replay still runs."""
    deadline = time.monotonic() + 120
    with product.as_crm() as crm:
        while time.monotonic() < deadline:
            assert running.poll() is None, running.communicate()
            for campaign in crm.get("/api/campaigns", params={"search": "term"}).raise_for_status().json()["items"]:
                figures = crm.get("/api/reports/indicators", params={"campaign_id": campaign["campaign_id"]})
                if figures.is_success and figures.json()["contacts"] > 0:
                    return
            time.sleep(0.05)
    raise TimeoutError


def test_two_hundred_generated_rows_are_equal_though_the_replay_was_killed_and_started_again(product, tmp_path):
    file = str(write(tmp_path / "bank.csv"))
    killed = replay(product, "--data", file)
    wait_for_contacts(product, killed)
    killed.kill()
    killed.communicate()

    figures = outcome(replay(product, "--data", file))
    again = outcome(replay(product, "--data", file))

    assert figures == again
    assert {name: figures[name] for name in figures if name not in PARTS} == {
        "clients": 200,
        "contacts": 468,
        "accepted": 25,
        "refused": 175,
        "potential": "155866.00",
        "collected": "16698.00",
        "conversion_rate": "30.86",
        "take_up_rate": "12.50",
    }
    assert figures["steps"] == {
        "1": {"done": 200, "not_reached": 0, "open": 0, "left": 0, "skipped": 0},
        "2": {"done": 112, "not_reached": 0, "open": 0, "left": 88, "skipped": 0},
        "3": {"done": 60, "not_reached": 88, "open": 0, "left": 52, "skipped": 0},
        "4": {"done": 0, "not_reached": 140, "open": 0, "left": 60, "skipped": 0},
    }
    assert (len(figures["branches"]), len(figures["advisors"])) == (12, 36)
    assert figures["branches"]["unknown"] == {
        "clients": 18,
        "accepted": 5,
        "refused": 13,
        "potential": "9735.00",
        "collected": "1392.00",
    }
    of_unknown = [figures["advisors"][f"unknown {turn}"] for turn in (1, 2, 3)]
    assert [one["clients"] for one in of_unknown] == [6, 6, 6]
    assert sum(Decimal(one["collected"]) for one in of_unknown) == Decimal("1392.00")


def test_every_signal_sent_twice_and_in_shuffled_order_gives_the_same_figures(product, tmp_path):
    file = str(write(tmp_path / "bank.csv"))

    figures = outcome(replay(product, "--data", file, "--rows", "60", "--twice", "--shuffled", "--seed", "7"))
    in_order = outcome(replay(product, "--data", file, "--rows", "60"))

    assert figures == in_order
    assert (figures["clients"], figures["contacts"], figures["accepted"], figures["refused"]) == (60, 186, 7, 53)


def test_fewer_rows_are_another_campaign_of_the_same_people(product, tmp_path):
    file = str(write(tmp_path / "bank.csv"))
    before = len(campaigns(product))

    figures = outcome(replay(product, "--data", file, "--rows", "20"))

    assert figures["clients"] == 20
    assert len(campaigns(product)) == before + 1


@pytest.mark.skipif(not REAL.exists(), reason="the real file is not beside the repository")
def test_two_hundred_real_rows_are_equal(product):
    figures = outcome(replay(product, "--data", str(REAL), "--rows", "200"))

    assert {name: figures[name] for name in figures if name not in PARTS} == {
        "clients": 200,
        "contacts": 380,
        "accepted": 3,
        "refused": 197,
        "potential": "106231.00",
        "collected": "7811.00",
        "conversion_rate": "7.89",
        "take_up_rate": "1.50",
    }


def test_a_file_that_cannot_be_played_ends_with_two_and_its_line(product, tmp_path):
    file = tmp_path / "bank.csv"
    file.write_text("row,job,balance,campaign,y\n1,admin.,100,0,no\n", encoding="utf-8")

    running = replay(product, "--data", str(file))
    out, err = running.communicate(timeout=60)

    assert (running.returncode, out) == (2, "")
    assert "line 2: campaign is no number of contacts" in err
