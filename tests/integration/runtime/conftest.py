"""A service's schema with the two message tables and one of effects, and a NATS server that can be stopped."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext

from deploy.embedded.nats import Nats
from deploy.embedded.processes import Child
from shared.runtime import migrate, tables
from shared.runtime.database import Database
from shared.runtime.messaging import Bus
from tests.support import servers

SERVICE = "campaign"


@dataclass
class StoppableNats:
    server: Nats
    child: Child | None = None

    @property
    def url(self) -> str:
        return self.server.url

    def start(self) -> None:
        self.child = self.server.start()
        self.child.wait_until(self.server.is_ready)

    def kill(self) -> None:
        if self.child is not None:
            self.child.kill()
            self.child = None


@pytest.fixture
def stoppable_nats() -> Iterator[StoppableNats]:
    with servers.throwaway_folder() as folder:
        nats = StoppableNats(Nats.for_tests(folder / "nats"))
        nats.start()
        yield nats
        nats.kill()


@pytest.fixture(scope="module")
def service_url(postgres_url) -> Iterator[str]:
    with servers.database(postgres_url) as url:
        migrate.migrate_all(url, ())
        with migrate._administrator(url) as admin:
            migrate._prepare(admin, SERVICE)
        with migrate._as_owner(url, SERVICE) as connection:
            operations = Operations(MigrationContext.configure(connection))
            tables.create_outbox(operations)
            tables.create_inbox(operations)
            operations.execute("create table effects (id text primary key, times int not null default 1)")
            connection.commit()
        yield url


@pytest.fixture
async def database(service_url) -> AsyncIterator[Database]:
    database = Database(service_url, service=SERVICE, pool_size=8)
    async with database.transaction() as connection:
        await connection.exec_driver_sql("delete from outbox")
        await connection.exec_driver_sql("delete from inbox")
        await connection.exec_driver_sql("delete from effects")
    yield database
    await database.close()


@pytest.fixture
async def bus(nats_url) -> AsyncIterator[Bus]:
    bus = await Bus.connect(nats_url, name=SERVICE)
    await bus.ensure_streams()
    yield bus
    await bus.stop_consuming()
    for stream in ("CAMPAIGN", "PARKING"):  # a purge would keep the ids by which duplicates are known
        await bus.jetstream.delete_stream(stream)
    await bus.close()


@pytest.fixture
def until() -> Callable[..., object]:
    """`await until(condition)`: returns once it holds, fails after some seconds."""

    async def wait(condition, *, within: float = 8.0):
        deadline = time.monotonic() + within
        while not (held := condition()):
            assert time.monotonic() < deadline, "it never came to hold"
            await asyncio.sleep(0.005)
        return held

    return wait
