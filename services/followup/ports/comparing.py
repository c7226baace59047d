"""Rows and executions side by side, and the rows as other read models are compared with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.followup.ports.commands import Known
from shared.contracts.followup import Facts
from shared.contracts.reconciling import DigestsPage, FactsOfFollowUp, FollowUpDigests
from shared.contracts.workflow import FollowUpStart


@dataclass(frozen=True, slots=True)
class Standing:
    """What the engine says of one follow-up. `number` is None where the execution has not said up to which fact it is.

    `unsure` says that it was asked and did not answer in time.
    """

    running: bool
    number: int | None = None
    unsure: bool = False


class HeldRows(Protocol):
    """What the database holds."""

    async def digests(self, wanted: FollowUpDigests) -> DigestsPage:
        """One page of digests, or those of the follow-ups named."""

    async def facts_of(self, wanted: FactsOfFollowUp) -> Facts:
        """Facts of one follow-up, in order."""

    async def open_rows(self, after: str | None, limit: int) -> Sequence[Known]:
        """Rows neither closed nor still to be started, by id."""

    async def rows(self, follow_up_ids: Sequence[str]) -> Mapping[str, Known]:
        """Those rows that there are."""


class Executions(Protocol):
    """What the engine holds."""

    async def standing(self, follow_up_id: str, *, ask_number: bool) -> Standing:
        """Whether an execution runs, and, if asked, up to which fact it is."""

    async def running(self, after: str | None, limit: int) -> tuple[Sequence[str], str | None]:
        """A page of follow-ups with a running execution, as visibility lists them, and where the next one begins."""

    async def start_again(self, start: FollowUpStart, entry_at: datetime | None, *, replace: bool) -> bool:
        """Start an execution from this state; one that runs is left alone, or replaced. False when none was started."""

    async def end(self, follow_up_id: str, reason: str) -> bool:
        """End the execution at once; False when none runs."""
