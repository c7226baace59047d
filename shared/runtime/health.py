"""Whether a role is alive, and whether it may be given work."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

Check = Callable[[], Awaitable[object]]
"""Returns when all is well; raises, or takes over two seconds, when it is not."""

_PATIENCE = 2.0


@dataclass(slots=True)
class Health:
    """The checks of one role, by name; before `started` it is never ready."""

    checks: dict[str, Check] = field(default_factory=dict)
    started: bool = False

    def add(self, name: str, check: Check) -> None:
        """Ask `check` too before saying ready."""
        self.checks[name] = check

    async def failures(self) -> dict[str, str]:
        """The checks that fail, with the kind of failure; empty when ready."""
        if not self.started:
            return {"start": "NotStarted"}
        names = list(self.checks)
        outcomes = await asyncio.gather(
            *(asyncio.wait_for(self.checks[name](), _PATIENCE) for name in names), return_exceptions=True
        )
        return {
            name: type(outcome).__name__
            for name, outcome in zip(names, outcomes, strict=True)
            if isinstance(outcome, BaseException)
        }
