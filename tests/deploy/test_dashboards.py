import re
from importlib import import_module
from pathlib import Path

import pytest

from shared.runtime import metrics

DASHBOARDS = Path(__file__).parents[2] / "deploy" / "dashboards"
NAME = re.compile(r"\bjalon_[a-z_]+")


def exposed() -> set[str]:
    """Every name that the roles expose, as Prometheus stores it."""
    import_module("services.reporting.store.measures")
    families = metrics.REGISTRY.collect()
    suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "gauge": ("",)}
    return {family.name + suffix for family in families for suffix in suffixes.get(family.type, ("",))}


@pytest.mark.parametrize("path", sorted(DASHBOARDS.iterdir()), ids=lambda path: path.name)
def test_only_measures_that_exist_are_asked_for(path):
    asked = set(NAME.findall(path.read_text(encoding="utf-8")))

    assert asked - exposed() == set()
