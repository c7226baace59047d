import re
from importlib import import_module

from pydantic_settings import BaseSettings

from tests.repository.tree import ROOT, python_files

# Read by the launcher alone.
LAUNCHER = {"TEMPORAL_UI_URL"}


def variables() -> set[str]:
    """Every variable that some Settings class reads."""
    modules = [
        import_module(".".join(path.with_suffix("").parts))
        for path in python_files("deploy", "services", "shared", "workflows", "tools")
        if path.name == "settings.py"
    ]
    classes = {
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, BaseSettings) and value is not BaseSettings
    }
    return {
        f"{cls.model_config.get('env_prefix', '')}{name}".upper() for cls in classes for name in cls.model_fields
    } | LAUNCHER


def documented() -> set[str]:
    """Every variable that has a row of its own in a table of the operations manual."""
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| *`([A-Z][A-Z0-9_]+)`", text, flags=re.MULTILINE))


def test_every_setting_has_a_row_in_the_operations_manual():
    assert variables() - documented() == set()


def test_the_operations_manual_lists_no_setting_that_nobody_reads():
    assert documented() - variables() == set()
