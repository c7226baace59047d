"""Child processes that never outlive their parent, and whose last words can be read."""

import ctypes
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_PR_SET_PDEATHSIG = 1
# Looked up once, before any fork: a forked child of a program with threads must not search for it.
_prctl = ctypes.CDLL(None, use_errno=True).prctl


# Below what the kernel lends to outgoing connections, which could take a port before its server listens.
_NEVER_LENT = range(10_000, 32_768)
_told: set[int] = set()


class ServerFailedError(Exception):
    """A child ended, or never became ready; the message holds the tail of its log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to run and how to end it.

    `death_signal` is what the kernel sends when the launcher itself is killed.
    """

    name: str
    argv: Sequence[str]
    log: Path
    environment: Mapping[str, str] | None = None
    folder: Path | None = None
    user: int | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    patience: float = 10.0


@dataclass(slots=True)
class Child:
    """One running program. Must be started from the main thread: the kernel ties its life to that thread."""

    program: Program
    process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.start_again()

    def start_again(self) -> None:
        """The program once more, after its last process ended."""
        program = self.program
        program.log.parent.mkdir(parents=True, exist_ok=True)
        with program.log.open("ab") as log:
            self.process = subprocess.Popen(
                list(program.argv),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=None if program.environment is None else dict(program.environment),
                cwd=program.folder,
                user=program.user,
                group=program.user,
                extra_groups=None if program.user is None else [],
                process_group=0,  # Ctrl-C reaches the launcher alone, which then stops its children in order
                preexec_fn=_die_with(os.getpid(), program.death_signal),  # noqa: PLW1509 (started before any thread)
            )

    @property
    def ended(self) -> bool:
        """Whether the process is gone."""
        return self.process.poll() is not None

    def tail(self, lines: int = 20) -> str:
        """The end of the child's log."""
        text = self.program.log.read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def wait_until(self, is_ready: Callable[[], bool], *, within: float = 30.0) -> None:
        """Return once `is_ready`; raise `ServerFailedError` when the child ends first or time is up."""
        deadline = time.monotonic() + within
        while not is_ready():
            if self.ended:
                raise ServerFailedError(f"{self.program.name} ended with {self.process.returncode}:\n{self.tail()}")
            if time.monotonic() > deadline:
                raise ServerFailedError(f"{self.program.name} is not ready after {within:.0f} s:\n{self.tail()}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Ask, wait for the program's patience, then insist."""
        self.ask_to_stop()
        self.wait_for_stop()

    def ask_to_stop(self) -> None:
        """Send the program's stop signal."""
        if not self.ended:
            self.process.send_signal(self.program.stop_signal)

    def wait_for_stop(self) -> None:
        """Wait for the program's patience, then kill what is left."""
        try:
            self.process.wait(self.program.patience)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End the child and everything in its process group at once."""
        if self.send_kill():
            self.process.wait()

    def send_kill(self) -> bool:
        """Kill the process group without waiting, as a signal handler must; whether there was one."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True


def port_or_free(wished: int) -> int:
    """The port wished for, or any other when somebody listens on it."""
    return wished if is_free(wished) else free_port()


def is_free(port: int) -> bool:
    """Whether nobody listens on the port of the loopback interface."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A TCP port of the loopback interface that nobody listens on, and that this process was not told before."""
    while True:
        port = secrets.choice(_NEVER_LENT)
        if port not in _told and is_free(port):
            _told.add(port)
            return port


def _die_with(parent: int, death_signal: signal.Signals) -> Callable[[], None]:
    def arm() -> None:
        # After the change of user, which clears the setting; a parent lost before this line is noticed below.
        _prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return arm
