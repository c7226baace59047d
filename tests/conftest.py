"""Fixtures for real servers; each starts what it needs on first use, or uses the address in the environment."""

import os
import uuid
from collections.abc import AsyncIterator, Iterator

import pytest
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from deploy.embedded import binaries
from shared.runtime.migrate import migrate_all
from tests.support import servers


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The administrator's URL of the session's one cluster."""
    if given := os.environ.get("DATABASE_URL"):
        yield given
        return
    with servers.running_postgres() as url:
        yield url


@pytest.fixture(scope="session")
def template_database(postgres_url: str) -> Iterator[str]:
    """The name of a database with every migration applied, which tests clone."""
    with servers.database(postgres_url) as url:
        migrate_all(url)
        yield url.rpartition("/")[2]


@pytest.fixture
def fresh_database(postgres_url: str, template_database: str) -> Iterator[str]:
    """A migrated, empty database for one test: its administrator's URL."""
    with servers.database(postgres_url, template=template_database) as url:
        yield url


@pytest.fixture(scope="module")
def module_database(postgres_url: str, template_database: str) -> Iterator[str]:
    """The same, shared by the tests of one module."""
    with servers.database(postgres_url, template=template_database) as url:
        yield url


@pytest.fixture(scope="module")
def nats_url() -> Iterator[str]:
    """A NATS server for one module, so that streams of different modules never meet."""
    if given := os.environ.get("NATS_URL"):
        yield given
        return
    with servers.running_nats() as url:
        yield url


@pytest.fixture(scope="session")
def temporal_address() -> Iterator[str]:
    """The session's one Temporal server."""
    if given := os.environ.get("TEMPORAL_ADDRESS"):
        yield given
        return
    with servers.running_temporal() as address:
        yield address


@pytest.fixture(scope="session")
def temporal_namespace() -> str:
    """The namespace; tests keep apart by task queue and ids, since a new namespace takes seconds to be known."""
    return os.environ.get("TEMPORAL_NAMESPACE", "default")


@pytest.fixture
def task_queue() -> str:
    """A task queue that nobody else polls."""
    return f"test-{uuid.uuid4().hex}"


@pytest.fixture
async def time_skipping_env() -> AsyncIterator[WorkflowEnvironment]:
    """A server whose clock jumps to the next timer; it has no visibility queries."""
    environment = await WorkflowEnvironment.start_time_skipping(
        data_converter=pydantic_data_converter,
        test_server_existing_path=str(binaries.script("temporal-test-server")),
    )
    async with environment:
        yield environment
