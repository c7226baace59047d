"""PostgreSQL, NATS and Temporal: ours as children, except where the environment names one that runs elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass

from deploy.embedded.family import Family
from deploy.embedded.folder import DataFolder
from deploy.embedded.nats import Nats
from deploy.embedded.postgres import Postgres
from deploy.embedded.processes import Child, port_or_free
from deploy.embedded.temporal import Temporal

DATABASE = "jalon"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where our own servers listen; None means the usual port, or any when that one is taken."""

    postgres: int | None = None
    nats: int | None = None
    temporal: int | None = None
    temporal_ui: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """What the roles connect to; no screens are known for a Temporal that runs elsewhere."""

    database_url: str
    nats_url: str
    temporal_address: str
    temporal_ui_url: str | None


def start(folder: DataFolder, ports: Ports, environment: Mapping[str, str], family: Family) -> Addresses:
    """Start what the environment does not name, all at once, and wait until each is ready."""
    postgres = None if "DATABASE_URL" in environment else _postgres(folder, ports)
    nats = None if "NATS_URL" in environment else _nats(folder, ports)
    temporal = None if "TEMPORAL_ADDRESS" in environment else _temporal(folder, ports)

    started: list[tuple[Postgres | Nats | Temporal, Child]] = []
    for server in (postgres, nats, temporal):
        if server is not None:
            child = server.start()
            family.add([child])
            started.append((server, child))
    for server, child in started:
        family.wait_until(server.is_ready, of=child, within=60)

    return Addresses(
        database_url=environment["DATABASE_URL"] if postgres is None else postgres.url_of(DATABASE),
        nats_url=environment["NATS_URL"] if nats is None else nats.url,
        temporal_address=environment["TEMPORAL_ADDRESS"] if temporal is None else temporal.address,
        temporal_ui_url=environment.get("TEMPORAL_UI_URL") if temporal is None else temporal.ui_url,
    )


def _postgres(folder: DataFolder, ports: Ports) -> Postgres:
    port = ports.postgres or port_or_free(15432)
    return Postgres(
        folder=folder.root / "postgres", logs=folder.logs, port=port, password=folder.secret("postgres-password")
    )


def _nats(folder: DataFolder, ports: Ports) -> Nats:
    return Nats(
        folder=folder.root / "nats",
        logs=folder.logs,
        port=ports.nats or port_or_free(14222),
        monitoring_port=port_or_free(18222),
    )


def _temporal(folder: DataFolder, ports: Ports) -> Temporal:
    return Temporal(
        folder=folder.root / "temporal",
        logs=folder.logs,
        port=ports.temporal or port_or_free(7233),
        ui_port=ports.temporal_ui or port_or_free(8233),
        http_port=port_or_free(7243),
        metrics_port=port_or_free(9233),
    )
