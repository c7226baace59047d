"""The children of the launcher, in tiers: each tier needs the ones before it and is stopped before them."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Never

from deploy.embedded.processes import Child, Program, ServerFailedError

_GLANCE = 0.25


@dataclass(slots=True)
class Family:
    """All children that run; `say` is told of each one that is stopped."""

    say: Callable[[str], None]
    _tiers: list[list[Child]] = field(default_factory=list)

    def add(self, children: Iterable[Child]) -> None:
        """Take in a new tier."""
        self._tiers.append(list(children))

    def wait_until(self, is_ready: Callable[[], bool], *, of: Child, within: float) -> None:
        """Return once `is_ready`; raise `ServerFailedError` as soon as any child ends, or when time is up."""

        def is_ready_and_all_alive() -> bool:
            self.check()
            return is_ready()

        of.wait_until(is_ready_and_all_alive, within=within)

    def check(self) -> None:
        """Raise `ServerFailedError` with the last words of a child that has ended."""
        for child in self._members():
            if child.ended:
                name, code = child.program.name, child.process.returncode
                raise ServerFailedError(f"{name} ended by itself with {code}; the end of its log:\n{child.tail()}")

    def watch(self) -> Never:
        """Stay until a child ends, then raise as `check` does."""
        while True:
            self.check()
            time.sleep(_GLANCE)

    def run_once(self, program: Program, *, within: float) -> None:
        """Run a task to its end; raise `ServerFailedError` unless it succeeds."""
        task = Child(program)
        try:
            self.wait_until(lambda: task.process.poll() == 0, of=task, within=within)
        finally:
            task.kill()

    def stop(self) -> None:
        """Stop the last tier first; the members of one tier end side by side."""
        while self._tiers:
            tier = self._tiers[-1]
            for child in tier:
                child.ask_to_stop()
            for child in tier:
                child.wait_for_stop()
                self.say(f"{child.program.name} stopped")
            self._tiers.pop()

    def kill(self) -> None:
        """End everything at once; a signal handler may call this, and whoever waits for the members goes on."""
        for child in self._members():
            child.send_kill()

    def _members(self) -> list[Child]:
        return [child for tier in self._tiers for child in tier]
