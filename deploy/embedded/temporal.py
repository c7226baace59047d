"""Temporal's single-binary server as a child process, with its history in one SQLite file."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.embedded import binaries
from deploy.embedded.nats import answers
from deploy.embedded.processes import Child, Program, free_port

SEARCH_ATTRIBUTES: Mapping[str, str] = {
    "CampaignId": "Keyword",
    "AdvisorId": "Keyword",
    "FollowUpStatus": "Keyword",
    "EntryAt": "Datetime",
}

# One machine, one worker: partitions would only forward; the cache holds a day's follow-ups; the built-in batches
# (used by operators, never by the product) run faster than 50 a second.
_DYNAMIC: Mapping[str, object] = {
    "matching.numTaskqueueReadPartitions": 1,
    "matching.numTaskqueueWritePartitions": 1,
    "history.hostLevelCacheMaxSize": 64000,
    "worker.batcherRPS": 500,
    "worker.batcherConcurrency": 25,
    "frontend.namespaceCount": 4800,
    # Operators may fast-forward a demonstration; workflows that do not ask are not touched.
    "frontend.WorkflowTimeSkippingEnabled": True,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Temporal:
    """One server with its database under `folder`; `ui_port` None leaves the web screens out."""

    folder: Path
    logs: Path
    port: int
    http_port: int
    metrics_port: int
    ui_port: int | None
    synchronous: str = "FULL"
    dynamic: Mapping[str, object] = field(default_factory=dict)
    """Dynamic configuration beyond ours."""

    @classmethod
    def for_tests(cls, folder: Path, dynamic: Mapping[str, object] | None = None) -> "Temporal":
        """On free ports, without screens, and without a sync that only a power cut would need."""
        return cls(
            folder=folder,
            logs=folder,
            port=free_port(),
            http_port=free_port(),
            metrics_port=free_port(),
            ui_port=None,
            synchronous="OFF",
            dynamic=dynamic or {},
        )

    @property
    def address(self) -> str:
        """Where clients and workers connect."""
        return f"127.0.0.1:{self.port}"

    @property
    def ui_url(self) -> str | None:
        """Where operators look at workflows."""
        return None if self.ui_port is None else f"http://127.0.0.1:{self.ui_port}"

    def start(self) -> Child:
        """Spawn the server; closing it may take 5 s, during which it holds its ports."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Child(Program(name="Temporal", argv=tuple(self._argv()), log=self.logs / "temporal.log"))

    def is_ready(self) -> bool:
        """Whether the namespace answers."""
        return answers(f"http://127.0.0.1:{self.http_port}/api/v1/namespaces/default")

    def _argv(self) -> Iterator[str]:
        yield from (str(binaries.script("temporal")), "server", "start-dev", "--ip", "127.0.0.1")
        yield from ("--port", str(self.port), "--http-port", str(self.http_port))
        yield from ("--metrics-port", str(self.metrics_port), "--log-level", "warn")
        yield from ("--db-filename", str(self.folder / "temporal.db"))
        yield from ("--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", f"synchronous={self.synchronous}")
        if self.ui_port is None:
            yield "--headless"
        else:
            yield from ("--ui-port", str(self.ui_port), "--ui-disable-news-fetch")
        for name, kind in SEARCH_ATTRIBUTES.items():
            yield from ("--search-attribute", f"{name}={kind}")
        for key, value in {**_DYNAMIC, **self.dynamic}.items():
            yield from ("--dynamic-config-value", f"{key}={json.dumps(value)}")
