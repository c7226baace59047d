"""A chart as it is described; who draws it, a browser or an export process, is another matter."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart as browsers are given it, and what it shows in words for who cannot see it."""

    title: str
    alt: str
    option: Mapping[str, Any]
    width: int = 800
    height: int = 300
