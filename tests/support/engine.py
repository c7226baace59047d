"""A Temporal server that a test may end like a power cut and start again: what it had written is still there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from deploy.embedded.processes import Child
from deploy.embedded.temporal import Temporal
from tests.support.servers import throwaway_folder


@dataclass(frozen=True, slots=True)
class EngineProcess:
    """One server; `address` stays the same over its restarts."""

    server: Temporal
    child: Child

    @property
    def address(self) -> str:
        """Where clients and workers connect."""
        return self.server.address

    def kill(self) -> None:
        """End it at once, in the middle of whatever it does."""
        self.child.kill()

    def start(self) -> None:
        """Start it again with what it had written; returns once it answers."""
        self.child.start_again()
        self.child.wait_until(self.server.is_ready)


@contextmanager
def running_engine() -> Iterator[EngineProcess]:
    """A server of its own, gone with its folder in the end."""
    with throwaway_folder() as folder:
        server = Temporal.for_tests(folder / "temporal")
        engine = EngineProcess(server, server.start())
        try:
            engine.child.wait_until(server.is_ready)
            yield engine
        finally:
            engine.kill()
