"""A directory of any size, made by SQL, and what PostgreSQL touches to answer a question about it."""

import hashlib
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import event, make_url

from shared.rulebook.access import AccessLevel, Principal
from shared.runtime.database import Database

CLIENTS_OF_AN_ADVISOR = 200
_NETWORK = """
    insert into units (unit_id, external_id, name, parent_id, path, active, revision)
    select md5('network')::uuid, 'network', 'Network', null, array[md5('network')::uuid], true, 1;
    insert into units (unit_id, external_id, name, parent_id, path, active, revision)
    select md5('region' || r)::uuid, 'region' || r, 'Region ' || r, md5('network')::uuid,
           array[md5('network'), md5('region' || r)]::uuid[], true, 1
    from generate_series(0, 9) r;
    insert into units (unit_id, external_id, name, parent_id, path, active, revision)
    select md5('branch' || b)::uuid, 'branch' || b, 'Branch ' || b, md5('region' || b % 10)::uuid,
           array[md5('network'), md5('region' || b % 10), md5('branch' || b)]::uuid[], true, 1
    from generate_series(0, 99) b;
    insert into profiles (profile_id, external_id, name, manage_campaigns, access_level, administrator, operator)
    values (md5('advisor')::uuid, 'advisor', 'Advisor', false, 'OWN', false, false);
"""
_ADVISORS = """
    insert into users (user_id, external_id, name, language, unit_id, profile_id, manage_campaigns, access_level,
                       administrator, operator, active, revision, principal_change)
    select md5('advisor' || a)::uuid, 'advisor' || a, 'Advisor ' || a, 'fr', md5('branch' || a % 100)::uuid,
           md5('advisor')::uuid, false, 'NONE', false, false, true, 1,
           nextval('principal_changes')
    from generate_series(0, {advisors} - 1) a
"""
# A fortieth of the names begins with `martin`, one in all holds `rarissime`; one client in twenty is gold.
_CLIENTS = """
    insert into clients (client_id, external_id, name, advisor_id, attributes, active, revision, changed_at)
    select md5('client' || n)::uuid, 'c' || n,
           case when n = 7 then 'Zoé Rarissime'
                when abs(hashint4(n + 4)) % 40 = 0 then 'Martin ' || left(md5(n::text), 6)
                else (array['Bézier', 'Élan', 'Fabre', 'Garcia', 'Leroy', 'Noël', 'Œuvrard', 'Petit', 'Roux', 'Vial'])
                     [1 + abs(hashint4(n)) % 10] || chr(97 + abs(hashint4(n + 1)) % 4)
                     || ' ' || chr(65 + abs(hashint4(n + 2)) % 26) || lower(left(md5(n::text), 6)) end,
           md5('advisor' || n % {advisors})::uuid,
           jsonb_build_object('segment', case when abs(hashint4(n + 3)) % 20 = 0 then 'gold' else 'standard' end,
                              'age', 20 + n % 60),
           n % 50 <> 0, 1, now()
    from generate_series({first}, {last} - 1) n
"""


def an_id(name: str) -> str:
    """The id that the SQL gives to a unit, user or client."""
    return str(UUID(hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()))


def a_reader(level: AccessLevel, path: tuple[str, ...] = ("network", "region3", "branch3")) -> Principal:
    """Advisor 3, who sits in branch 3 unless told to sit higher."""
    unit_path = tuple(map(an_id, path))
    return Principal(user_id=an_id("advisor3"), unit_id=unit_path[-1], unit_path=unit_path, access_level=level)


def populate(admin_url: str, clients: int) -> None:
    """A network of 100 branches, an advisor for every 200 clients, and the clients, with statistics up to date."""
    advisors = clients // CLIENTS_OF_AN_ADVISOR
    plain = make_url(admin_url).set(drivername="postgresql").render_as_string(hide_password=False)
    options = "-c role=directory_owner -c search_path=directory,public"
    with psycopg.connect(plain, autocommit=True, options=options) as connection:
        connection.execute(_NETWORK)
        connection.execute(_ADVISORS.format(advisors=advisors).encode())
        for first in range(0, clients, 100_000):
            last = min(clients, first + 100_000)
            connection.execute(_CLIENTS.format(advisors=advisors, first=first, last=last).encode())
        connection.execute("vacuum analyze")


@dataclass(frozen=True, slots=True)
class Touched:
    """How many rows of `clients` a query read, those that it threw away too, and what it did to all of a table."""

    rows: int
    whole: list[str]


@asynccontextmanager
async def explained(database: Database) -> AsyncIterator[list[Touched]]:
    """Every query that is sent while the block lasts, run a second time under EXPLAIN ANALYZE at its end."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        sent.append((statement, parameters))

    touched: list[Touched] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield touched
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)
    async with database.reading() as connection:
        for statement, parameters in sent:
            plan = await connection.exec_driver_sql(
                f"explain (analyze, buffers off, timing off, format json) {statement}", parameters
            )
            touched.append(_touched(plan.scalar_one()))


def _touched(plan: Any) -> Touched:
    nodes = list(_nodes((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]))
    scans = [node for node in nodes if node.get("Relation Name") == "clients"]
    scans += [node for node in nodes if node["Node Type"] == "Bitmap Index Scan"]
    whole = [node["Node Type"] for node in scans if node["Node Type"] == "Seq Scan"]
    return Touched(round(sum(map(_rows, scans))), whole)


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below)


def _rows(node: dict[str, Any]) -> float:
    thrown_away = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return float((node["Actual Rows"] + thrown_away) * node["Actual Loops"])
