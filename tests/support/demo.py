"""A tenth of the demonstration, loaded into a product as `python -m tools.demo` does it."""

import os
import subprocess
import sys
from pathlib import Path

from tests.support.product import Product

_ROOT = Path(__file__).parents[2]


def load(product: Product) -> "subprocess.Popen[str]":
    """The loading, under way."""
    environment = {name: value for name, value in os.environ.items() if name != "CRM_CLIENT_SECRET"}
    return subprocess.Popen(
        [sys.executable, "-m", "tools.demo", "--url", product.origin, "--data", str(product.folder), "--part", "0.1"],
        cwd=_ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def loaded(running: "subprocess.Popen[str]") -> str:
    """What it said once it was done."""
    out, _ = running.communicate(timeout=300)
    assert running.returncode == 0, out
    return out
