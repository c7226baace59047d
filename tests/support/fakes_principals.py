"""Fakes of what tells rights: the changes to be told, and the bucket that they are told to."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from services.directory.ports import PrincipalChange, Telling
from shared.contracts.directory import PrincipalRecord
from shared.rulebook.access import Rights
from shared.rulebook.ids import unit_id, user_id


@dataclass
class FakePrincipalChanges:
    """Changes in a list; `told` is the number up to which they count as told."""

    changes: list[PrincipalChange] = field(default_factory=list)
    told: int = 0
    another_tells: bool = False

    def note(self, *principals: PrincipalRecord) -> None:
        """Somebody's rights changed."""
        for principal in principals:
            self.changes = [change for change in self.changes if change.principal.user_id != principal.user_id]
            number = max([self.told, *(change.number for change in self.changes)]) + 1
            self.changes.append(PrincipalChange(number, principal))

    @asynccontextmanager
    async def telling(self, *, limit: int) -> AsyncIterator[Telling | None]:
        if self.another_tells:
            yield None
            return
        due = [change for change in self.changes if change.number > self.told]
        yield Telling(due[:limit], more=len(due) > limit)
        if due:
            self.told = due[:limit][-1].number

    async def all(self) -> Sequence[PrincipalRecord]:
        return [change.principal for change in self.changes]

    async def tell_again(self, user_ids: Sequence[str]) -> None:
        self.note(*[change.principal for change in self.changes if change.principal.user_id in user_ids])


@dataclass
class FakeBucket:
    """A bucket that can be away."""

    held: dict[str, PrincipalRecord] = field(default_factory=dict)
    beats: int = 0
    age: float = 0.0
    """Of what the last heartbeat vouched for."""
    away: bool = False
    takes: float = 0.0
    """Seconds that a put takes."""

    async def prepare(self) -> None:
        self._reach()

    async def put(self, principals: Sequence[PrincipalRecord]) -> None:
        self._reach()
        await asyncio.sleep(self.takes)
        self.held.update({principal.user_id: principal for principal in principals})

    async def remove(self, user_ids: Sequence[str]) -> None:
        self._reach()
        for gone in user_ids:
            del self.held[gone]

    async def all(self) -> Mapping[str, PrincipalRecord]:
        self._reach()
        return dict(self.held)

    async def heartbeat(self, began: float) -> None:
        self._reach()
        self.beats += 1
        self.age = asyncio.get_running_loop().time() - began

    def _reach(self) -> None:
        if self.away:
            raise ConnectionError("the bucket is away")


def a_record(name: str, **changes: object) -> PrincipalRecord:
    """What the bucket holds of a user without rights in the network's root."""
    network = unit_id("network")
    values = {"user_id": user_id(name), "external_id": name, "name": name, "unit_id": network, "unit_path": [network]}
    rights = {"manage_campaigns": False, "access_level": Rights().access_level}
    return PrincipalRecord.model_validate(values | rights | changes)
