"""What reading figures costs with few and with many follow-ups: time, and the rows that PostgreSQL touched."""

import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import event

from deploy.embedded.postgres import Postgres
from services.reporting.ports.reading import Figures, Scope
from services.reporting.store.figures import PostgresReadings
from services.reporting.use_cases.breakdown import BrokenDownBy, read_breakdown
from services.reporting.use_cases.figures import indicators_of, read_campaigns
from services.reporting.use_cases.steps import read_steps
from shared.rulebook.access import AccessLevel, Principal
from shared.rulebook.ids import user_id
from shared.runtime.clock import Clock
from shared.runtime.database import Database
from shared.runtime.migrate import migrate_all
from shared.runtime.settings import Settings
from tools.bench.generated import CAMPAIGN, NETWORK, generate

Read = Callable[[Figures], Awaitable[object]]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ReadCosts:
    """Of one read: median milliseconds and rows touched, with few and with many follow-ups."""

    milliseconds: tuple[float, float]
    rows: tuple[int, int]

    @property
    def ratio(self) -> float:
        """How many times as long it takes with many."""
        few, many = self.milliseconds
        return round(many / few, 3)


def reads() -> dict[str, Read]:
    """What is read, by name; each is what one request asks for, below HTTP, whose cost would flatter the ratio."""
    today = Clock(Settings().zone).today()
    everything, subtree = (_scope(level) for level in (AccessLevel.ALL, AccessLevel.SUBTREE))

    async def indicators(figures: Figures) -> object:
        return indicators_of(await read_campaigns(figures, everything, today, campaign_id=CAMPAIGN))

    async def all_in_reach(figures: Figures) -> object:
        return indicators_of(await read_campaigns(figures, subtree, today))

    async def steps(figures: Figures) -> object:
        return await read_steps(figures, everything, CAMPAIGN, today)

    async def by_unit(figures: Figures) -> object:
        return await read_breakdown(figures, subtree, today, by=BrokenDownBy.UNIT, campaign_id=CAMPAIGN)

    async def by_advisor(figures: Figures) -> object:
        return await read_breakdown(figures, everything, today, by=BrokenDownBy.ADVISOR, campaign_id=CAMPAIGN)

    return {
        "indicators": indicators,
        "all_in_reach": all_in_reach,
        "steps": steps,
        "by_unit": by_unit,
        "by_advisor": by_advisor,
    }


async def compare(few_url: str, many_url: str, *, times: int) -> dict[str, ReadCosts]:
    """The costs of each read in two databases, asked by turns, so that both meet the machine alike."""
    databases = [Database(url, service="reporting", pool_size=1) for url in (few_url, many_url)]
    try:
        return {name: await _costs(databases, read, times) for name, read in reads().items()}
    finally:
        for database in databases:
            await database.close()


async def rows_touched(database: Database, read: Read) -> int:
    """The rows that PostgreSQL looked at in tables and indexes, by EXPLAIN ANALYZE of every statement of the read."""
    return sum(_rows(plan) for plan in await plans_of(database, read))


async def most_lookups(database: Database, read: Read) -> int:
    """How often one table or index was gone to within a statement: once to scan it, or again for each row."""
    return max(_loops(plan) for plan in await plans_of(database, read))


async def plans_of(database: Database, read: Read) -> list[Json]:
    """What PostgreSQL did for each statement of the read."""
    with _statements(database) as statements:
        await _once(database, read)
    async with database.reading() as connection:
        await connection.exec_driver_sql("set local plan_cache_mode = force_custom_plan")
        plans = [
            (await connection.exec_driver_sql(f"explain (analyze, format json) {statement}", parameters)).scalar_one()
            for statement, parameters in statements
        ]
    return [plan[0]["Plan"] for plan in plans]


async def measure(*, few: int, many: int, times: int) -> dict[str, object]:
    """Generate both, compare, print the figures for people, and answer them as one object."""
    with _cluster() as server:
        urls = []
        for follow_ups in (few, many):
            url = server.url_of(f"figures_{follow_ups}")
            migrate_all(url, ["reporting"])
            began = time.perf_counter()
            facts = await generate(url, follow_ups)
            seconds = time.perf_counter() - began
            print(f"{follow_ups} follow-ups from {facts} facts, generated and folded in {seconds:.0f} s", flush=True)
            urls.append(url)
        found = await compare(*urls, times=times)
    print(text_of(found, few, many), flush=True)
    return object_of(found)


def object_of(found: Mapping[str, ReadCosts]) -> dict[str, object]:
    """The figures; `figures_ratio` is the worst of all reads."""
    return {
        "figures_ratio": max(costs.ratio for costs in found.values()),
        "figures_ms": {name: [round(each, 2) for each in costs.milliseconds] for name, costs in found.items()},
        "figures_rows": {name: list(costs.rows) for name, costs in found.items()},
    }


def text_of(found: Mapping[str, ReadCosts], few: int, many: int) -> str:
    """The same for people."""
    lines = [f"\nreading figures with {few} and with {many} follow-ups"]
    for name, costs in found.items():
        (few_ms, many_ms), (few_rows, many_rows) = costs.milliseconds, costs.rows
        lines.append(
            f"  {name:14} {few_ms:6.2f} ms {many_ms:6.2f} ms  ratio {costs.ratio:5.3f}"
            f"  rows touched {few_rows} and {many_rows}"
        )
    return "\n".join(lines) + "\n"


async def _costs(databases: Sequence[Database], read: Read, times: int) -> ReadCosts:
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(times):
        for database, seconds in zip(databases, spent, strict=True):
            began = time.perf_counter()
            await _once(database, read)
            seconds.append(time.perf_counter() - began)
    few, many = (1000 * statistics.median(seconds) for seconds in spent)
    return ReadCosts((few, many), (await rows_touched(databases[0], read), await rows_touched(databases[1], read)))


async def _once(database: Database, read: Read) -> None:
    async with PostgresReadings(database).snapshot() as figures:
        await read(figures)


@contextmanager
def _statements(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """The statements that are sent meanwhile, with their parameters."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        sent.append((statement, parameters))

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)


def _rows(node: Json) -> int:
    """Rows that scans of this plan and of those below it returned or threw away; averages of loops, rounded up."""
    found = sum(_rows(below) for below in node.get("Plans", ()))
    if _is_scan(node):
        seen = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
        seen += node.get("Rows Removed by Index Recheck", 0)
        found += -int(-seen * node["Actual Loops"] // 1)
    return found


def _loops(node: Json) -> int:
    below = [_loops(one) for one in node.get("Plans", ())]
    return max([*below, node["Actual Loops"] if _is_scan(node) else 0])


def _is_scan(node: Json) -> bool:
    return "Relation Name" in node or "Index Name" in node


def _scope(level: AccessLevel) -> Scope:
    return Scope(Principal(user_id=user_id("bench-manager"), unit_id=NETWORK, unit_path=(NETWORK,), access_level=level))


@contextmanager
def _cluster() -> Iterator[Postgres]:
    """A PostgreSQL of its own, thrown away afterwards; nothing here waits for a disk, so it need not sync."""
    with tempfile.TemporaryDirectory(prefix="jalon-figures-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # PostgreSQL's own user has to enter it
        server = Postgres.for_tests(folder / "postgres")
        child = server.start()
        try:
            child.wait_until(server.is_ready)
            yield server
        finally:
            child.stop()
