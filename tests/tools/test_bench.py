"""The figures of the bench: rates, percentiles, cost per call."""

import asyncio
from functools import partial
from typing import Any

import pytest

from tools.bench import processor
from tools.bench.history import Size, sample
from tools.bench.measures import Medians, Round, measured
from tools.bench.report import Found, object_of, saving_object, text_of
from tools.bench.saving import Saving, saving
from tools.bench.targeting import Targeting, targeting, targeting_object


def test_a_round_tells_its_rate_its_median_and_what_one_in_a_hundred_exceeds():
    found = Round(2.0, [0.010] * 98 + [0.500, 0.900])

    assert (found.rate, found.p50, found.p99) == (50.0, 10.0, 900.0)


def test_medians_are_taken_figure_by_figure():
    rounds = [Round(1.0, [0.1]), Round(0.5, [0.3]), Round(0.25, [0.2])]

    assert Medians.of(rounds) == Medians(rate=2.0, p50=200.0, p99=200.0)


async def test_no_more_calls_run_at_once_than_asked_for():
    running, most = 0, 0

    async def call():
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1

    found = await measured([call] * 50, in_flight=4)

    assert (len(found.latencies), most) == (50, 4)


async def test_a_call_that_fails_ends_the_run():
    async def fails(message):
        raise RuntimeError(message)

    with pytest.raises(RuntimeError, match="no"):
        await measured([partial(fails, "no")] * 3, in_flight=2)


def test_the_cost_of_one_call_is_the_growth_divided():
    assert Size(150, 30, 22_000).per(Size(100, 20, 12_000), 10) == (5.0, 1.0, 1000.0)


def test_a_sample_is_spread_over_all():
    assert list(sample([str(number) for number in range(200)]))[:3] == ["0", "4", "8"]
    assert sample(["only"]) == ["only"]


def test_processor_time_is_told_by_program():
    assert "load generator" in processor.milliseconds()


def test_ratios_are_those_of_neighbouring_rounds_so_that_a_busy_minute_meets_both_sides():
    def found(seconds):
        rounds = [Round(each, [each] * 2) for each in seconds]
        return Found(rounds, rounds, rounds, [(5.0, 1.0, 1000.0)] * 3, [{"web": 2.0}, {"web": 4.0}, {"worker": 1.0}])

    bare, product = found([1.0, 10.0, 1.0]), found([2.0, 20.0, 4.0])
    figures = object_of(bare, product, [0.1, 0.3])

    assert (figures["step_ratio"], figures["step_p50_ratio"], figures["enrol_ratio"]) == (0.5, 2.0, 0.5)
    assert figures["counted_after_seconds"] == 0.3
    assert product.processor_cost() == {"web": 2.0}
    assert "ratio 0.5" in text_of(bare, product, figures, [0.1])


class SavedProduct:
    """A product whose campaigns hold as many follow-ups as were enrolled, and whose saves are noted."""

    manager = "token"

    def __init__(self) -> None:
        self.http = self
        self.versions: dict[str, int] = {}
        self.saved: list[tuple[str, str, list[str]]] = []

    async def campaign(self, name: str, steps: int) -> str:
        self.versions[name] = 1
        return name

    async def enrol(self, campaign: str, clients: range) -> None:
        pass

    async def send(self, method: str, path: str, token: str, body: Any = None, **headers: str) -> Any:
        campaign = path.rpartition("/")[2]
        if method == "PUT":
            self.versions[campaign] += 1
            self.saved.append((campaign, headers["If_Match"], [step["id"] for step in body["steps"]]))
            return {}
        steps = [{"id": "a", "exemptions": [], "documents": []}, {"id": "b", "exemptions": [], "documents": []}]
        return dict.fromkeys(("name", "start_date", "end_date", "sales_step"), "") | {
            "steps": steps,
            "version": self.versions[campaign],
        }


async def test_campaigns_with_few_and_many_open_follow_ups_are_saved_by_turns():
    product = SavedProduct()

    saved = await saving(product, few=1, many=2, saves=2)

    assert product.saved == [
        ("bench-saving-1", '"1"', ["b", "a"]),
        ("bench-saving-2", '"1"', ["b", "a"]),
        ("bench-saving-1", '"2"', ["b", "a"]),
        ("bench-saving-2", '"2"', ["b", "a"]),
    ]
    assert (saved.few, saved.many) == (1, 2)


def test_the_ratio_of_saves_is_that_of_many_over_few():
    saved = Saving(few=100, many=10_000, few_ms=40.0, many_ms=42.0)

    assert saving_object(saved) == {"save_ratio": 1.05, "save_ms": {"100": 40.0, "10000": 42.0}}


class TargetedProduct(SavedProduct):
    """A product that says how far its job is, and which counts were waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[tuple[str, int]] = []

    async def target(self, campaign: str, clients: range) -> str:
        return f"{campaign}-{len(clients)}"

    async def until_job(self, campaign: str, job_id: str, count: str, wanted: int) -> None:
        assert job_id == f"{campaign}-{wanted}"
        self.waited.append((count, wanted))


async def test_one_call_is_followed_until_all_are_targeted_and_have_a_follow_up():
    product = TargetedProduct()

    found = await targeting(product, clients=7)

    assert product.waited == [("targeted", 7), ("received", 7)]
    assert (found.clients, found.answered <= found.targeted <= found.received) == (7, True)


def test_the_call_is_told_in_seconds():
    found = Targeting(clients=100_000, answered=0.42, targeted=31.0, received=40.5)

    assert targeting_object(found) == {
        "targeting_seconds": {"answered": 0.42, "targeted": 31.0, "received": 40.5},
        "targeted_clients": 100_000,
    }
