"""What the service tells the process that makes one file, and what that process tells back; JSON, one line each."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from services.reporting.ports.exporting import Wish
from services.reporting.store.exports import plain_wish, wish_of
from shared.rulebook.access import AccessLevel, Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One file: for whom, with which rights, at which moment, and the folder to put it in."""

    wish: Wish
    reader: Principal
    now: datetime
    zone: str
    folder: str
    megabytes: int

    def line(self) -> bytes:
        """The order as it is sent."""
        told = {
            "wish": plain_wish(self.wish),
            "reader": asdict(self.reader),
            "now": self.now.isoformat(),
            "zone": self.zone,
            "folder": self.folder,
            "megabytes": self.megabytes,
        }
        return json.dumps(told).encode() + b"\n"

    @classmethod
    def read(cls, line: str) -> "Order":
        """The order as it came."""
        told = json.loads(line)
        return cls(
            wish=wish_of(told["wish"]),
            reader=_principal_of(told["reader"]),
            now=datetime.fromisoformat(told["now"]),
            zone=told["zone"],
            folder=told["folder"],
            megabytes=told["megabytes"],
        )


def _principal_of(told: Mapping[str, Any]) -> Principal:
    return Principal(
        **{**told, "unit_path": tuple(told["unit_path"]), "access_level": AccessLevel(told["access_level"])}
    )
