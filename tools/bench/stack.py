"""The processes that are measured: the product as its launcher runs it, and the bare worker beside it."""

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from deploy.embedded.folder import DataFolder
from deploy.embedded.issuer.tokens import Issuer, load_key
from deploy.embedded.nats import answers
from deploy.embedded.processes import Child, Program, free_port

_GIVEN = ("DATABASE_URL", "NATS_URL", "TEMPORAL_ADDRESS", "PUBLIC_URL", "OIDC_ISSUER", "OIDC_JWKS_URL")
_AUDIENCE = "jalon"
_SERVICES = "deploy.embedded.web"
_READY_WITHIN, _STOPS_WITHIN = 120.0, 60.0
_REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Stack:
    """Where everything is."""

    url: str
    temporal_address: str
    issuer: Issuer
    product: Child
    """The launcher."""

    def token(self, sub: str, scope: str) -> str:
        """A token that the product's issuer could have given."""
        return str(self.issuer.access_token(sub, scope=scope, client="bench")["access_token"])

    def kill_services(self) -> None:
        """Kill the process of all services like a power cut, and wait for its launcher to end with it."""
        os.kill(_child_of(self.product.process.pid, _SERVICES), signal.SIGKILL)
        self.product.process.wait(_STOPS_WITHIN)

    def start_again(self) -> None:
        """The product once more, with the data folder as it was left; returns once it answers."""
        self.product.start_again()
        self.product.wait_until(partial(answers, f"{self.url}/readyz"), within=_READY_WITHIN)


@contextmanager
def running() -> Iterator[Stack]:
    """Start all of it in a temporary folder, and leave nothing behind."""
    folder = Path(tempfile.mkdtemp(prefix="jalon-bench-"))
    folder.chmod(0o711)  # PostgreSQL's own user may have to enter it
    children: list[Child] = []
    try:
        yield _started(folder, children)
    finally:
        for child in reversed(children):
            child.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _started(folder: Path, children: list[Child]) -> Stack:
    data = DataFolder(folder / "var")
    port, temporal_port = free_port(), free_port()
    # The bench measures what it starts itself, whatever servers the environment names.
    environment = {name: value for name, value in os.environ.items() if name not in _GIVEN}
    argv = [sys.executable, "-m", "deploy.embedded", "--data", str(data.root), "--port", str(port), "--no-demo"]
    argv += ["--temporal-port", str(temporal_port)]
    for server in ("postgres", "nats", "temporal-ui"):
        argv += [f"--{server}-port", str(free_port())]
    product = _child("product", tuple(argv), folder, environment, patience=60)
    children.append(product)
    product.wait_until(lambda: answers(f"http://127.0.0.1:{port}/readyz"), within=_READY_WITHIN)
    temporal_address = f"127.0.0.1:{temporal_port}"
    bare = _child(
        "bare worker",
        (sys.executable, "-m", "tools.bench.bare"),
        folder,
        {**environment, "TEMPORAL_ADDRESS": temporal_address},
        patience=15,
    )
    children.append(bare)
    url = f"http://127.0.0.1:{port}"
    return Stack(url, temporal_address, Issuer(load_key(data.issuer_key), f"{url}/oidc", _AUDIENCE), product)


def _child(name: str, argv: tuple[str, ...], folder: Path, environment: dict[str, str], *, patience: float) -> Child:
    return Child(
        Program(
            name=name,
            argv=argv,
            log=folder / f"{name.replace(' ', '-')}.log",
            environment=environment,
            folder=_REPOSITORY,
            patience=patience,
        )
    )


def _child_of(parent: int, module: str) -> int:
    """The process below this one that runs a module."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            pid, after = int(status.parent.name), status.read_text().rpartition(")")[2].split()
            argv = (status.parent / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue  # it ended meanwhile
        if int(after[1]) == parent and module.encode() in argv:
            return pid
    raise LookupError(module)
