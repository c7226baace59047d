"""`python -m tools.demo --url …`: load the demonstration network into a running product; again changes nothing."""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tools.demo.crm import Crm, DemoError
from tools.demo.load import load
from tools.demo.network import Network


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when all is loaded."""
    given = _arguments(arguments)
    network = Network()
    try:
        with Crm(given.url, _secret(given.data)) as crm:
            load(crm, network, datetime.now(UTC), _saying(), part=given.part)
    except DemoError as error:
        print(error, file=sys.stderr)
        return 1
    _write(given.data / "demo-users.json", network)
    return 0


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.demo", description=__doc__)
    url = os.environ.get("PUBLIC_URL", "http://127.0.0.1:8000")
    data = Path(os.environ.get("JALON_DATA", "var"))
    parser.add_argument("--url", default=url, help=f"the product's origin (default: {url})")
    parser.add_argument("--data", type=Path, default=data, help=f"where the sign-in page's list goes (default: {data})")
    parser.add_argument("--part", type=float, default=1.0, help="target only this part of the clients (default: 1.0)")
    return parser.parse_args(arguments)


def _saying() -> Callable[[str], None]:
    """Prints a line with the seconds since now."""
    began = time.monotonic()
    return lambda line: print(f"{time.monotonic() - began:5.1f} s  {line}", flush=True)


def _secret(data: Path) -> str:
    """CRM_CLIENT_SECRET, else the file that the launcher wrote."""
    if given := os.environ.get("CRM_CLIENT_SECRET"):
        return given
    file = data / "secrets" / "crm-client-secret"
    if not file.exists():
        raise DemoError(
            f"no secret of the CRM: set CRM_CLIENT_SECRET, or point --data at the launcher's folder ({file})"
        )
    return file.read_text(encoding="utf-8").strip()


def _write(file: Path, network: Network) -> None:
    """The people of the sign-in page, whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".partial")
    partial.write_text(json.dumps(network.shown_users, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    partial.replace(file)


if __name__ == "__main__":
    sys.exit(main())
