"""`python -m deploy.embedded`: everything on this machine, by one command."""

import argparse
import os
import sys
from pathlib import Path

from deploy.embedded.backing import Ports
from deploy.embedded.folder import DataFolder, FolderInUseError
from deploy.embedded.launcher import Options, launch


def main() -> int:
    """Run until told to stop; the exit code says whether something failed."""
    given = _arguments()
    folder = DataFolder(given.data.resolve())
    options = Options(
        port=given.port,
        split=given.split,
        demo=given.demo,
        ports=Ports(
            postgres=given.postgres_port,
            nats=given.nats_port,
            temporal=given.temporal_port,
            temporal_ui=given.temporal_ui_port,
        ),
    )
    try:
        with folder.held():
            return launch(folder, options, os.environ)
    except FolderInUseError as error:
        print(error, file=sys.stderr)
        return 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.embedded", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("var"), help="data folder (default: var)")
    parser.add_argument("--port", type=int, default=8000, help="port of the one origin (default: 8000)")
    parser.add_argument("--split", action="store_true", help="one process per role, behind a front")
    parser.add_argument("--no-demo", dest="demo", action="store_false", help="load no demonstration data")
    for server in ("postgres", "nats", "temporal", "temporal-ui"):
        parser.add_argument(f"--{server}-port", type=int, help="default: the usual port, or any when it is taken")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
