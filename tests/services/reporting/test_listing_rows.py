"""However many follow-ups there are, a page of the list touches few rows, in every order and campaign."""

import json
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, make_url, text

from services.reporting.ports.listing import Column, Order, Wanted
from services.reporting.ports.reading import Scope
from services.reporting.store.listing import PostgresRows
from shared.rulebook.ids import campaign_id
from tests.support.stories_reporting import READERS, TODAY, a_definition

FOLLOW_UPS = 20_000
BIG, SMALL = campaign_id("big"), campaign_id("small")
_GENERATED = (
    """
    insert into units (unit_id, external_id, name, parent_id, path, active, revision)
    select md5('unit' || n)::uuid, 'U' || n, 'Branch ' || n, unit_id, path || md5('unit' || n)::uuid, true, 1
    from generate_series(0, 99) as n, (select * from units where parent_id is null) as network
    """,
    """
    insert into advisors (user_id, external_id, name, unit_id, unit_path, active, revision)
    select md5('advisor' || n)::uuid, 'A' || n, 'Advisor ' || n, unit_id, path, true, 1
    from generate_series(0, 199) as n join units on unit_id = md5('unit' || n / 2)::uuid
    """,
    """
    insert into clients (client_id, external_id, name, advisor_id, erased, revision)
    select md5('client' || n)::uuid, 'C' || n, 'Client ' || md5(n::text),
        md5('advisor' || n / 100)::uuid, false, 1
    from generate_series(1, :many) as n
    """,
    """
    insert into follow_ups (follow_up_id, campaign_id, client_id, number, state, interactions, generation, advisor_id,
        entry_date, closing, success, initial_potential, potential, collected, position, plan_version, conclusion_kind,
        concluded_on, step_number, last_activity)
    select md5('follow-up' || n)::uuid, case when n % 20 = 0 then cast(:small as uuid) else cast(:big as uuid) end,
        md5('client' || n)::uuid, 1, '{}', 0, 1,
        md5('advisor' || n / 100)::uuid,
        date '2026-10-01' + n / 400 + case when n % 20 = 0 then 40 else 0 end,
        case when n % 3 = 0 then 'CONCLUDED' end, n % 6 = 0, n % 5000, n % 5000,
        case when n % 6 = 0 then n % 900 else 0 end, 'meeting', 1,
        case when n % 6 = 0 then 'SALE' when n % 3 = 0 then 'REFUSAL' end,
        case when n % 3 = 0 then date '2026-10-01' + n % 50 end, 1 + n % 4,
        case when n % 2 = 0 then timestamptz '2026-10-01' + make_interval(mins => n) end
    from generate_series(1, :many) as n
    """,
)


@pytest.fixture
async def many(tell, readings, database, module_database):
    await tell([a_definition(campaign=BIG), a_definition(campaign=SMALL)])
    async with database.transaction() as connection:
        for statement in _GENERATED:
            await connection.execute(text(statement), {"many": FOLLOW_UPS, "big": BIG, "small": SMALL})
    plain = make_url(module_database).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as owner:
        owner.execute("vacuum analyze")


async def touched(database: Any, order: Order, campaigns: list[str]) -> list[int]:
    """The rows that the first two pages touch, each in all."""
    asked: list[tuple[str, Any]] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *call: asked.append((call[2], call[3])))
    wanted = Wanted(scope=Scope(READERS["all"]), campaign_ids=campaigns, today=TODAY)
    found, after = [], None
    async with database.engine.connect() as connection:
        for _ in range(2):
            asked.clear()
            _, after = await PostgresRows(connection).page(wanted, order, after, 50)
            plans = [
                (await connection.exec_driver_sql(f"explain (analyze, format json) {statement}", told)).scalar_one()
                for statement, told in list(asked)
            ]
            found.append(sum(_rows(plan[0]["Plan"]) for plan in map(_read, plans)))
    return found


def _read(plan: Any) -> Any:
    return json.loads(plan) if isinstance(plan, str) else plan


def _rows(node: dict[str, Any]) -> int:
    below = sum(_rows(child) for child in node.get("Plans", ()))
    if "Scan" not in node["Node Type"]:
        return below
    removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Join Filter", 0)
    return below + int((node["Actual Rows"] + removed) * node["Actual Loops"])


@pytest.mark.parametrize(("campaigns", "most"), [([BIG, SMALL], 1_500), ([SMALL], 6_000)], ids=["all", "one in twenty"])
async def test_a_page_touches_a_small_part_of_the_follow_ups_in_every_order(many, database, campaigns, most):
    told = {
        (column.value, descending): await touched(database, Order(column, descending), campaigns)
        for column in Column
        for descending in (False, True)
    }

    assert {key: rows for key, rows in told.items() if max(rows) > most} == {}
