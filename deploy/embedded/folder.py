"""The data folder: what lies where, who holds it, and the secrets made on first start."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_LARGE_LOG = 10_000_000


class FolderInUseError(Exception):
    """Another launcher holds the folder."""


@dataclass(frozen=True, slots=True)
class DataFolder:
    """All that `make run` keeps; deleting it begins again from nothing."""

    root: Path

    @property
    def logs(self) -> Path:
        """One log per child."""
        return self.root / "log"

    @property
    def issuer_key(self) -> Path:
        """The embedded OIDC issuer's private key."""
        return self.root / "secrets" / "issuer-key.json"

    @property
    def demo_users(self) -> Path:
        """The people of the demonstration, written by its loader, shown by the issuer."""
        return self.root / "demo-users.json"

    @property
    def demo_marker(self) -> Path:
        """Exists once the demonstration has been loaded to its end."""
        return self.root / "demo-loaded"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other launchers out; raise `FolderInUseError` with the holder's process id when there is one."""
        self.root.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.root / "launcher.lock", os.O_RDWR | os.O_CREAT, 0o644)
        with os.fdopen(descriptor, "r+", encoding="ascii") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = lock.read().strip() or "unknown"
                raise FolderInUseError(f"{self.root} is in use by process {holder}") from None
            lock.truncate()
            lock.write(f"{os.getpid()}\n")
            lock.flush()
            yield

    def secret(self, name: str) -> str:
        """The secret called `name`, made on first use and readable by its owner alone."""
        path = self.root / "secrets" / name
        if not path.exists():
            write_private(path, secrets.token_urlsafe(32))
        return path.read_text(encoding="ascii")

    def roll_logs(self) -> None:
        """Put large logs of earlier starts aside, keeping one generation."""
        self.logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        for log in self.logs.glob("*.log"):
            if log.stat().st_size > _LARGE_LOG:
                log.replace(log.with_suffix(".log.1"))


def write_private(path: Path, text: str) -> None:
    """Write `text` where only its owner reads it, whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
