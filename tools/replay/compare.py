"""Says where the reports differ from what the file says."""

from collections.abc import Iterator, Mapping
from typing import Any

from tools.replay.figures import Figures


def differences(expected: Figures, reported: Figures) -> list[str]:
    """One line per figure that differs; none when all are equal."""
    return list(_differing(expected.as_json(), reported.as_json(), ""))


def _differing(expected: Mapping[str, Any], reported: Mapping[str, Any], path: str) -> Iterator[str]:
    for name in dict.fromkeys([*expected, *reported]):
        should, does, where = expected.get(name), reported.get(name), f"{path}{name}"
        if isinstance(should, Mapping) and isinstance(does, Mapping):
            yield from _differing(should, does, f"{where}.")
        elif should != does:
            yield f"{where}: the file says {should}, the reports say {does}"
