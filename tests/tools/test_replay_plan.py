"""What a host CRM would send for the rows of a file."""

from datetime import UTC, date, datetime
from itertools import chain, pairwise
from zoneinfo import ZoneInfo

import pytest

from tools.replay.plan import Plan
from tools.replay.source import read
from tools.seeded.bank_csv import write

START = date(2026, 8, 26)
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def plan(tmp_path) -> Plan:
    return Plan(read(write(tmp_path / "bank.csv")))


def test_contacts_complete_three_steps_in_order_and_then_are_unplanned(plan):
    fourth = list(plan.signals(START, PARIS))[4]  # a client with five contacts

    assert [(signal["type"], signal.get("step"), signal.get("ticked")) for signal in fourth] == [
        ("step_completed", "first-call", ["identity-checked"]),
        ("step_completed", "second-call", []),
        ("step_completed", "proposal-meeting", []),
        ("interaction_recorded", None, None),
        ("interaction_recorded", None, None),
        ("concluded", None, None),
    ]


def test_a_sale_collects_the_potential_and_a_refusal_nothing(plan):
    ends = {signals[-1]["client"]: signals[-1] for signals in plan.signals(START, PARIS)}
    potentials = {row["client"]: row["potential"] for row in plan.targeted(START)}

    sales = {client: end["collected"] for client, end in ends.items() if end["kind"] == "SALE"}
    refusals = [end for end in ends.values() if end["kind"] == "REFUSAL"]

    assert len(sales) == 25
    assert sales == {client: potentials[client] for client in sales}
    assert len(refusals) == 175
    assert all("collected" not in end for end in refusals)


def test_everything_happened_in_order_after_the_entry_and_before_today(plan):
    entry, today = datetime(2026, 8, 26, tzinfo=PARIS), datetime(2026, 11, 24, tzinfo=PARIS)

    for signals in plan.signals(START, PARIS):
        times = [datetime.fromisoformat(signal["occurred_at"]) for signal in signals]
        assert all(earlier < later for earlier, later in pairwise(times))
        assert entry < times[0]
        assert times[-1] < today


def test_the_same_file_played_again_sends_the_same_signals(plan, tmp_path):
    again = Plan(read(write(tmp_path / "copy.csv")))

    assert list(again.signals(START, PARIS)) == list(plan.signals(START, PARIS))
    assert len({signal["id"] for signal in chain(*plan.signals(START, PARIS))}) == 468 + 200


def test_another_number_of_rows_is_another_campaign_with_the_same_people(plan, tmp_path):
    fewer = Plan(read(tmp_path / "bank.csv", rows=50))

    assert fewer.campaign_key != plan.campaign_key
    assert list(fewer.clients()) == list(plan.clients())[:50]


def test_each_job_is_a_branch_whose_advisors_take_turns(plan):
    advisors = {user["external_id"]: user["unit"] for user in plan.users()}
    jobs = {client["external_id"]: client["attributes"]["job"] for client in plan.clients()}

    assert len(plan.units()) == 13
    assert len(advisors) == 1 + 12 * 3
    for client in plan.clients():
        assert advisors[client["advisor"]] == plan.branch(jobs[client["external_id"]])


def test_times_are_said_in_utc(plan):
    first = next(iter(plan.signals(START, PARIS)))[0]

    assert first["occurred_at"].endswith("Z")
    assert datetime.fromisoformat(first["occurred_at"]) == datetime(2026, 8, 26, 8, 10, 1, tzinfo=UTC)
