"""What the data of a file hash to: two files with the same checksum hold the same data (docs/domain.md, Exports)."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

Value = str | int | Decimal | Fraction | date | bool | None
"""What a cell may hold; a moment is a date too."""


class Checksum:
    """SHA-256 over the rows, each as one line of JSON; euros and days as texts."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def add(self, rows: Iterable[Sequence[Value]]) -> None:
        """Take more rows in."""
        for row in rows:
            line = json.dumps([_plain(value) for value in row], ensure_ascii=True, separators=(",", ":"))
            self._digest.update(line.encode() + b"\n")

    @property
    def text(self) -> str:
        """The checksum of all rows so far, in 64 hexadecimal digits."""
        return self._digest.hexdigest()


def _plain(value: Value) -> str | int | bool | None:
    if isinstance(value, Decimal | Fraction):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value
