"""Real PostgreSQL, NATS and Temporal for tests: started once, on free ports, in a folder that is thrown away."""

import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import psycopg

from deploy.embedded.nats import Nats
from deploy.embedded.postgres import Postgres
from deploy.embedded.processes import Child
from deploy.embedded.temporal import Temporal


class _Server(Protocol):
    def start(self) -> Child: ...
    def is_ready(self) -> bool: ...


@contextmanager
def throwaway_folder() -> Iterator[Path]:
    """A temporary folder that PostgreSQL's own user may enter, unlike pytest's."""
    folder = Path(tempfile.mkdtemp(prefix="jalon-test-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running_postgres() -> Iterator[str]:
    """A cluster of its own; yields the administrator's URL."""
    with throwaway_folder() as folder:
        server = Postgres.for_tests(folder / "postgres")
        with _running(server):
            yield server.url


@contextmanager
def running_nats() -> Iterator[str]:
    """A server of its own, ready in about 25 ms; yields its URL."""
    with throwaway_folder() as folder:
        server = Nats.for_tests(folder / "nats")
        with _running(server):
            yield server.url


@contextmanager
def running_temporal(dynamic: Mapping[str, object] | None = None) -> Iterator[str]:
    """A server of its own, with this dynamic configuration beyond ours; yields its address."""
    with throwaway_folder() as folder:
        server = Temporal.for_tests(folder / "temporal", dynamic)
        with _running(server, stop=Child.kill):  # its graceful stop takes seconds, and nothing is kept
            yield server.address


@contextmanager
def database(admin_url: str, *, template: str | None = None) -> Iterator[str]:
    """A new database, cloned in about 60 ms when `template` names another; yields its URL; dropped at the end."""
    name = f"test_{uuid.uuid4().hex}"
    clone = "" if template is None else f' template "{template}"'
    _administer(admin_url, f'create database "{name}"{clone}')
    try:
        yield admin_url.rpartition("/")[0] + f"/{name}"
    finally:
        _administer(admin_url, f'drop database if exists "{name}" with (force)')


def _administer(admin_url: str, statement: str) -> None:
    with psycopg.connect(admin_url.replace("postgresql+psycopg:", "postgresql:"), autocommit=True) as connection:
        connection.execute(statement.encode())


@contextmanager
def _running(server: _Server, *, stop: Callable[[Child], None] = Child.stop) -> Iterator[None]:
    child = server.start()
    try:
        child.wait_until(server.is_ready)
        yield
    finally:
        stop(child)
