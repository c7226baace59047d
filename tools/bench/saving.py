"""What saving a change of a running campaign costs with few and with many open follow-ups."""

import statistics
import time
from dataclasses import dataclass

from tools.bench.product import Product

_FIELDS = ("name", "start_date", "end_date", "sales_step", "steps")
_SHOWN_ONLY = {"exemptions", "documents"}


@dataclass(frozen=True, slots=True)
class Saving:
    """Median milliseconds of a save, and the open follow-ups of the campaign saved."""

    few: int
    many: int
    few_ms: float
    many_ms: float

    @property
    def ratio(self) -> float:
        """How many times as long the save of the campaign with many takes."""
        return round(self.many_ms / self.few_ms, 3)


async def saving(product: Product, *, few: int, many: int, saves: int) -> Saving:
    """Save two campaigns by turns, so that both meet the machine alike; each save reverses the order of the steps."""
    campaigns = [await product.campaign(f"bench-saving-{number}", steps=4) for number in (few, many)]
    for campaign, clients in zip(campaigns, (few, many), strict=True):
        await product.enrol(campaign, range(clients))
    spent: list[list[float]] = [[], []]
    for _ in range(saves):
        for campaign, seconds in zip(campaigns, spent, strict=True):
            seconds.append(await _save(product, campaign))
    few_ms, many_ms = (round(1000 * statistics.median(seconds), 1) for seconds in spent)
    return Saving(few, many, few_ms, many_ms)


async def _save(product: Product, campaign: str) -> float:
    """The seconds until the follow-up service holds the new version."""
    path = f"/api/campaigns/{campaign}"
    shown = await product.http.send("GET", path, product.manager)
    steps = [{name: value for name, value in step.items() if name not in _SHOWN_ONLY} for step in shown["steps"]]
    change = {**{name: shown[name] for name in _FIELDS}, "steps": steps[::-1], "notice": {"on": False}}
    began = time.perf_counter()
    await product.http.send("PUT", path, product.manager, change, If_Match=f'"{shown["version"]}"')
    return time.perf_counter() - began
