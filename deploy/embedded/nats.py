"""NATS with JetStream as a child process; each acknowledged message is on disk."""

from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from deploy.embedded import binaries
from deploy.embedded.processes import Child, Program, free_port

_CONFIGURATION = """\
listen: "127.0.0.1:{port}"
http: "127.0.0.1:{monitoring_port}"
server_name: jalon
max_payload: 4MB
jetstream {{
  store_dir: "{store}"
  # The default syncs every two minutes and acknowledges before.
  sync_interval: {sync_interval}
}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nats:
    """One server with its store under `folder`."""

    folder: Path
    logs: Path
    port: int
    monitoring_port: int
    sync_interval: str = "always"

    @classmethod
    def for_tests(cls, folder: Path) -> "Nats":
        """On free ports, without a sync per message."""
        return cls(folder=folder, logs=folder, port=free_port(), monitoring_port=free_port(), sync_interval="10s")

    @property
    def url(self) -> str:
        """Where clients connect."""
        return f"nats://127.0.0.1:{self.port}"

    def start(self) -> Child:
        """Write the configuration and spawn the server."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        configuration = self.folder / "nats.conf"
        configuration.write_text(
            _CONFIGURATION.format(
                port=self.port,
                monitoring_port=self.monitoring_port,
                store=self.folder,
                sync_interval=self.sync_interval,
            ),
            encoding="utf-8",
        )
        argv = (str(binaries.script("nats-server")), "--config", str(configuration))
        return Child(Program(name="NATS", argv=argv, log=self.logs / "nats.log"))

    def is_ready(self) -> bool:
        """Whether JetStream has recovered its streams."""
        return answers(f"http://127.0.0.1:{self.monitoring_port}/healthz?js-enabled-only=true")


def answers(url: str) -> bool:
    """Whether a GET of `url` on this machine answers 200."""
    try:
        with urlopen(url, timeout=2) as answer:  # noqa: S310 (always our own http address)
            return bool(answer.status == 200)  # noqa: PLR2004 (HTTP's own number)
    except (URLError, HTTPException, OSError):
        return False
