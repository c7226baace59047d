"""The SQL of a filter finds the very clients for whom the rulebook says that it holds."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import ClauseElement, Executable

from services.directory.ports import Asked, Client, Profile, Unit, User
from services.directory.store.client_lists import CLIENTS
from services.directory.store.client_queries import PostgresClientQueries
from services.directory.store.conditions import condition
from services.directory.store.records import PostgresDirectory
from shared.rulebook import ids
from shared.rulebook.access import AccessLevel, Rights
from shared.rulebook.filter_text import read
from shared.rulebook.matching import Subject, matches
from shared.runtime.security import crm_principal
from tests.services.directory.conftest import emptied
from tests.support.fakes_directory import a_principal
from tests.support.filters import ATTRIBUTES, FAILS, HELD, HOLDS, TEXTS, filters

TODAY = date(2026, 11, 24)
PATHS = {"anne": ("network", "north", "lille"), "bob": ("network", "south")}
NUMBER = 12
NAMES = [f"c{row}" for row in range(NUMBER)]
FILTERS = filters(NAMES, ["anne", "bob", "nobody"], ["north", "lille", "south", "nowhere"])


@pytest.fixture
async def queries(module_database):
    async with emptied(module_database) as database:
        async with PostgresDirectory(database).writing() as writing:
            paths = {path[: end + 1] for path in PATHS.values() for end in range(len(path))}
            await writing.save_units([_unit(path) for path in sorted(paths)])
            await writing.save_profiles([Profile(ids.profile_id("p"), "p", "P", Rights())])
            await writing.save_users([_user(name, path[-1]) for name, path in PATHS.items()])
        yield PostgresClientQueries(database), database


def _unit(path: tuple[str, ...]) -> Unit:
    above = tuple(map(ids.unit_id, path))
    return Unit(above[-1], path[-1], path[-1].title(), above[-2] if len(path) > 1 else None, path=above)


def _user(name: str, unit: str) -> User:
    return User(ids.user_id(name), name, name, None, "fr", ids.unit_id(unit), ids.profile_id("p"), Rights())


def a_client(external_id: str, attributes: dict, advisor: str = "anne", **changes: object) -> Client:
    values = {"name": external_id.title(), "phone": None, "email": None} | changes
    return Client(
        ids.client_id(external_id), external_id, advisor_id=ids.user_id(advisor), attributes=attributes, **values
    )


def seen(client: Client) -> Subject:
    path = next(path for name, path in PATHS.items() if ids.user_id(name) == client.advisor_id)
    return Subject(
        name=client.name,
        external_id=client.external_id,
        email=client.email,
        phone=client.phone,
        advisor_id=client.advisor_id,
        unit_path=tuple(map(ids.unit_id, path)),
        active=client.active,
        attributes=client.attributes,
    )


async def keep(database, clients: list[Client]) -> None:
    async with PostgresDirectory(database).writing() as writing:
        await writing.save_clients(clients, now=datetime(2026, 11, 24, tzinfo=UTC))


async def found(queries, wanted, reader=None) -> set[str]:
    rows = await queries.ids(reader or crm_principal(), Asked(wanted, TODAY), after=None, limit=1000, number=None)
    return {row.client_id for row in rows}


@st.composite
def clients(draw) -> list[Client]:
    return [
        a_client(
            name,
            draw(ATTRIBUTES),
            draw(st.sampled_from(list(PATHS))),
            name=draw(TEXTS),
            email=draw(st.none() | TEXTS),
            active=draw(st.booleans()),
        )
        for name in NAMES
    ]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(held=clients(), wanted=st.lists(FILTERS, min_size=8, max_size=8))
async def test_sql_and_rulebook_find_the_same_clients(queries, held, wanted):
    found_by, database = queries
    await keep(database, held)

    for one in wanted:
        assert await found(found_by, one) == {client.id for client in held if matches(one, seen(client), TODAY)}


async def test_sql_agrees_at_every_edge(queries):
    found_by, database = queries
    elodie = a_client("c1", HELD, name="Élodie Œuvrard")
    await keep(database, [elodie])

    answers = {text: await found(found_by, read(text)) == {elodie.id} for text in [*HOLDS, *FAILS]}

    assert answers == dict.fromkeys(HOLDS, True) | dict.fromkeys(FAILS, False)


async def test_nothing_that_a_filter_says_stands_in_the_statement(queries):
    hostile = "x' or 1=1; drop table clients --"
    text = (
        f'[{hostile}] = "{hostile}" and [{hostile}] contains "{hostile}" and [{hostile}] > 987654.25'
        f' and [{hostile}] between 1987-06-05 and 1987-06-06 and name starts with "{hostile}" and email != "{hostile}"'
        f" and not [{hostile}] in ({', '.join(str(number) for number in range(987600, 987650))})"
        f' and unit = "{hostile}" and advisor in ("{hostile}") and age < 98765 and [{hostile}] is empty'
    )

    statement = condition(read(text), TODAY).compile(dialect=postgresql.dialect())

    assert not any(said in str(statement) for said in ("1=1", "drop", "9876", "1987", "2026"))
    assert await found(queries[0], read(text)) == set()


async def test_only_clients_within_reach_are_found(queries):
    found_by, database = queries
    await keep(database, [a_client("c1", {}, "anne"), a_client("c2", {}, "bob")])
    everybody = read("not name is empty")

    readers = {
        "own": a_principal("anne", AccessLevel.OWN, path=PATHS["anne"]),
        "subtree": a_principal("boss", AccessLevel.SUBTREE, path=("network", "north")),
        "unit above": a_principal("boss", AccessLevel.UNIT, path=("network", "north")),
        "all": a_principal("boss", AccessLevel.ALL),
        "none": a_principal("anne", path=PATHS["anne"]),
    }

    seen = {name: await found(found_by, everybody, reader) for name, reader in readers.items()}
    c1, c2 = ids.client_id("c1"), ids.client_id("c2")
    assert seen == {"own": {c1}, "subtree": {c1}, "unit above": set(), "all": {c1, c2}, "none": set()}


INDEXES = {
    'segment = "s7"': "clients_by_attributes",
    'segment in ("s7", "s8") and not assets > 5': "clients_by_attributes",
    'external_id = "c17"': "clients_external_id_key",
    'advisor = "anne" and segment != "s7"': "clients_of_an_advisor",
}


async def test_an_index_answers_where_one_can(queries):
    _, database = queries
    names = [f"c{row}" for row in range(2_000)]
    crowd = [a_client(name, {"segment": f"s{name}"}, "bob", name=f"Somebody {name[1:]}") for name in names]
    await keep(database, [*crowd, a_client("one", {"segment": "s7"})])

    plans = {}
    async with database.transaction() as connection:
        await connection.execute(text("analyze clients"))
        # Two thousand are so few that reading them all would do.
        await connection.execute(text("set local enable_seqscan = off"))
        for wanted, index in INDEXES.items():
            plans[wanted] = index if index in await plan(connection, read(wanted)) else "none"

    assert plans == INDEXES


class Explained(Executable, ClauseElement):
    """A statement whose plan is wanted, its parameters bound as ever."""

    inherit_cache = False

    def __init__(self, statement):
        self.statement = statement


@compiles(Explained)
def _explained(element, compiler, **options):
    return "explain " + compiler.process(element.statement, **options)


async def plan(connection, wanted) -> str:
    chosen = CLIENTS.with_only_columns(func.count()).where(condition(wanted, TODAY))
    return "\n".join((await connection.execute(Explained(chosen))).scalars())


async def test_each_client_is_handed_out_once_with_the_number_asked_for(queries):
    found_by, database = queries
    amounts = [12000.1, "much", None, 10**15, [5], True, 0]
    await keep(database, [a_client(f"n{row}", {"assets": amount}) for row, amount in enumerate(amounts)])
    asked = Asked(read('external_id starts with "n"'), TODAY)

    rows, after = [], None
    while page := await found_by.ids(crm_principal(), asked, after=after, limit=3, number="assets"):
        rows += page
        after = page[-1].client_id

    given_out = {row.client_id: row.number for row in rows}
    assert [str(given_out[ids.client_id(f"n{row}")]) for row in range(7)] == [
        "12000.1",
        "None",
        "None",
        "1000000000000000",
        "None",
        "None",
        "0",
    ]
    assert len(rows) == 7
