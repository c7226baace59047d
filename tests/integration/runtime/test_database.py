import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from shared.runtime import migrate
from shared.runtime.background import outcome_of
from shared.runtime.database import Database
from shared.runtime.health import Health
from tests.support import servers


async def test_a_connection_acts_as_the_service_in_its_schema(database):
    async with database.reading() as connection:
        row = (await connection.execute(text("select current_user, current_schema()"))).one()

    assert tuple(row) == ("campaign", "campaign")


async def test_resetting_the_role_comes_back_to_the_service(database):
    async with database.reading() as connection:
        await connection.execute(text("reset role"))

        assert await connection.scalar(text("select current_user")) == "campaign"


async def test_the_runtime_role_owns_nothing_and_creates_nothing(database):
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with database.transaction() as connection:
            await connection.execute(text("create table mine (id int)"))


async def test_sweeps_have_a_role_of_their_own(service_url):
    sweeps = Database(service_url, service="campaign", pool_size=1, background=True)
    async with sweeps.transaction() as connection:
        role = await connection.scalar(text("select current_user"))
        await connection.execute(text("select count(*) from effects"))
    await sweeps.close()

    assert role == "campaign_background"


async def test_reading_cannot_write(database):
    error = await outcome_of(_write_while_reading(database))

    assert isinstance(error, DBAPIError)
    assert "read-only" in str(error)


async def test_a_transaction_that_raises_leaves_nothing(database):
    assert isinstance(await outcome_of(_write_then_fail(database)), ZeroDivisionError)
    async with database.reading() as connection:
        assert await connection.scalar(text("select count(*) from effects")) == 0


async def test_connections_ended_by_the_server_are_replaced_before_use(database):
    await asyncio.gather(*(database.ready() for _ in range(4)))
    with migrate._administrator(database.engine.url.render_as_string(hide_password=False)) as admin:
        admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
    await asyncio.sleep(0.05)

    await asyncio.gather(*(database.ready() for _ in range(4)))


async def test_an_error_does_not_show_the_parameters_of_its_statement(database):
    async with database.engine.connect() as connection:
        with pytest.raises(DBAPIError) as caught:
            await connection.execute(text("select :name, 1 / 0"), {"name": "Dupont"})

    assert "Dupont" not in str(caught.value)


async def test_readiness_names_the_checks_that_fail():
    async def well():
        pass

    async def away():
        raise OperationalError("select 1", {}, Exception("refused"))

    health = Health({"well": well, "away": away})
    assert await health.failures() == {"start": "NotStarted"}
    health.started = True

    assert await health.failures() == {"away": "OperationalError"}


async def test_migrating_twice_at_once_and_again_changes_nothing(postgres_url):
    with servers.database(postgres_url) as url:
        await asyncio.gather(*(asyncio.to_thread(migrate.migrate_all, url, ()) for _ in range(3)))
        with migrate._administrator(url) as admin:
            for _ in range(2):
                migrate._prepare(admin, "campaign")
            schemas = admin.execute("select count(*) from pg_namespace where nspname = 'campaign'").fetchone()

    assert schemas == (1,)


async def test_a_database_that_is_absent_is_created_once(postgres_url):
    with servers.database(postgres_url) as url:
        absent = url + "_absent"
        await asyncio.gather(*(asyncio.to_thread(migrate.create_database, absent) for _ in range(3)))
        with migrate._administrator(absent) as admin:
            assert admin.execute("select 1").fetchone() == (1,)
        with migrate._administrator(url) as admin:
            admin.execute(f'drop database "{absent.rpartition("/")[2]}"'.encode())


async def _write_while_reading(database) -> None:
    async with database.reading() as connection:
        await connection.execute(text("insert into effects values ('a')"))


async def _write_then_fail(database) -> None:
    async with database.transaction() as connection:
        await connection.execute(text("insert into effects values ('a')"))
        raise ZeroDivisionError
