"""One service's connections to PostgreSQL, always in the service's own role and schema.

`DATABASE_URL` names one login, a member of the roles that `shared.runtime.migrate` creates; each connection takes the
service's role in its very startup packet (`-c role=…`), so that no statement ever runs with the login's own rights and
`RESET ROLE` comes back to the service's role too. So there are no role passwords to make, keep and rotate, it works
alike on the embedded server and on a managed one, and a deployment that wants more gives each service a login of its
own, a member of that service's roles alone.
"""

import select
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import URL, event, make_url, text
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

_DRIVER = "postgresql+psycopg"
_SESSION = {
    "synchronous_commit": "on",
    # An open writing transaction holds every relay back, and a forgotten one would hold it for ever. A process on a
    # machine that is busy with others may well stand still for seconds in the middle of one.
    "transaction_timeout": "15s",
    "idle_in_transaction_session_timeout": "10s",
    "lock_timeout": "10s",
    "timezone": "UTC",
}


class Database:
    """A pool of at most `pool_size` connections as role `service`, or `service_background` for sweeps and relays."""

    def __init__(self, url: str, *, service: str, pool_size: int = 10, background: bool = False) -> None:
        self.service = service
        self.role = f"{service}_background" if background else service
        self.engine = _engine(url, role=self.role, schema=service, pool_size=pool_size)
        self._reader = self.engine.execution_options(postgresql_readonly=True)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """A READ COMMITTED transaction: committed at the end, rolled back when the block raises."""
        async with self.engine.begin() as connection:
            yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that PostgreSQL itself keeps from writing."""
        async with self._reader.begin() as connection:
            yield connection

    async def ready(self) -> None:
        """Raise when the database does not answer."""
        async with self.engine.connect() as connection:
            await connection.execute(text("select 1"))

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


def _engine(url: str, *, role: str, schema: str, pool_size: int) -> AsyncEngine:
    engine = create_async_engine(
        async_url(url),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=5,
        pool_use_lifo=True,
        pool_recycle=1800,
        hide_parameters=True,  # an error's text is logged, and parameters hold names
        connect_args={
            "application_name": f"jalon-{role}",
            "options": session_options(role=role, schema=schema),
            "connect_timeout": 3,
            "prepare_threshold": 3,
        },
    )
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    return engine


def async_url(url: str) -> URL:
    """The URL with the driver that works in an event loop, whatever driver it names."""
    return make_url(url).set(drivername=_DRIVER)


def session_options(*, role: str, schema: str) -> str:
    """Startup options that put a session into a role and a schema; extensions are found in `public`."""
    settings = {"role": role, "search_path": f"{schema},public", **_SESSION}
    return " ".join(f"-c {name}={value}" for name, value in settings.items())


def _refuse_closed(connection: Any, _record: object, _proxy: object) -> None:
    """Keep a connection that the server has closed from being handed out, without a round trip.

    An idle connection has nothing to read; after a restart of the server it has an end of file.
    """
    poll = select.poll()
    poll.register(connection.driver_connection.pgconn.socket, select.POLLIN)
    if poll.poll(0):
        raise DisconnectionError
