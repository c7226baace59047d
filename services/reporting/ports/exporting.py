"""Files made of figures: what may be asked for, and the jobs that make them (docs/domain.md, Exports)."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal, Protocol

from services.reporting.ports.reading import Axis
from shared.rulebook.access import AccessLevel, Principal
from shared.rulebook.campaign import CampaignStatus

Language = Literal["fr", "en"]


class What(StrEnum):
    """What a file shows."""

    MANAGEMENT_LIST = "management_list"
    DETAIL_TREE = "detail_tree"
    CAMPAIGN_SUMMARY = "campaign_summary"
    RESULTS_BY_ADVISOR = "results_by_advisor"
    STEPS_BY_ADVISOR = "steps_by_advisor"


class Dimension(StrEnum):
    """What the levels of the detail tree stand for; the structure is as many levels as it has."""

    UNIT = "unit"
    CAMPAIGN = "campaign"
    ADVISOR = "advisor"
    CLIENT = "client"


@dataclass(frozen=True, slots=True)
class PlaceInStructure:
    """A unit, and all above it from the root, itself the last."""

    unit_id: str
    name: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareOf:
    """What of a campaign's target is an advisor's."""

    campaign_id: str
    campaign_name: str
    advisor_id: str
    advisor_name: str | None
    unit_id: str | None
    amount: Decimal


class FileFormat(StrEnum):
    """What kind of file it is."""

    XLSX = "xlsx"
    PDF = "pdf"


OFFERED: Mapping[What, FileFormat] = {
    What.MANAGEMENT_LIST: FileFormat.XLSX,
    What.DETAIL_TREE: FileFormat.XLSX,
    What.CAMPAIGN_SUMMARY: FileFormat.PDF,
    What.RESULTS_BY_ADVISOR: FileFormat.PDF,
    What.STEPS_BY_ADVISOR: FileFormat.PDF,
}
"""The format of each: lists are worked on, editions are printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody asks for; `as_of` is None for today. `shown` is how the screen narrows and orders its rows."""

    what: What
    format: FileFormat
    language: Language
    campaign_id: str | None = None
    unit_id: str | None = None
    advisor_id: str | None = None
    statuses: tuple[CampaignStatus, ...] = ()
    as_of: date | None = None
    axis: Axis = Axis.RECORDED
    shown: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reach:
    """What a file's reader could see when it was made."""

    access_level: AccessLevel
    unit_id: str
    crm: bool

    @classmethod
    def of(cls, reader: Principal) -> "Reach":
        """The reader's present reach."""
        return cls(reader.access_level, reader.unit_id, reader.crm)

    def is_within(self, reader: Principal) -> bool:
        """Whether this reader sees at least as much now. Doubtful cases are no: the file can be asked for again."""
        return reader.crm or reader.access_level is AccessLevel.ALL or Reach.of(reader) == self


class ExportState(StrEnum):
    """How far an export is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A job that makes one file. `attempt` counts its beginnings: an earlier one can no longer end it."""

    export_id: str
    asker_id: str
    asked_at: datetime
    content: str
    wish: Wish
    state: ExportState = ExportState.QUEUED
    attempt: int = 0
    rows: int = 0
    reach: Reach | None = None
    failure: str | None = None
    ended_at: datetime | None = None
    document_id: str | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A file that is kept for its asker for a while."""

    name: str
    media_type: str
    size: int
    sha256: str
    kept_at: datetime


class Exports(Protocol):
    """The jobs as kept. Who runs one holds a lease on it; a lease that is not renewed frees the job for others."""

    async def add(self, export: Export) -> Export:
        """Keep a new job; answers the one that is kept under its id."""

    async def unfinished(self, asker_id: str) -> int:
        """How many jobs of this person are not over."""

    async def find(self, export_id: str, asker_id: str) -> Export | None:
        """The person's own job."""

    async def page(self, asker_id: str, *, limit: int) -> Sequence[Export]:
        """The person's own jobs, the latest first."""

    async def cancel(self, export_id: str, now: datetime) -> None:
        """Let nobody go on with it, unless it is over."""

    async def claim(self, lease: timedelta) -> Export | None:
        """Take the oldest job that nobody runs, as a new attempt."""

    async def renew(self, export: Export, lease: timedelta, *, rows: int) -> bool:
        """Whether this attempt may go on: not when the job was cancelled or somebody else took it over."""

    async def release(self, export: Export) -> None:
        """Let go of this attempt, so that another may begin at once."""

    async def complete(self, export: Export, document_id: str, reach: Reach, *, rows: int, now: datetime) -> bool:
        """End it with this file; False when this attempt is no longer the one."""

    async def fail(self, export: Export, code: str, now: datetime) -> None:
        """End it with a refusal, if this attempt is still the one."""

    async def forget(self, ended_before: datetime) -> int:
        """Drop jobs that were over by then, a few at a time; answers how many."""


class Files(Protocol):
    """The files themselves."""

    async def keep(self, export: Export, name: str, stream: AsyncIterator[bytes], now: datetime) -> str:
        """Take a file in; answers its id. It is not the job's before the job is completed with it."""

    async def find(self, export: Export) -> tuple[File, AsyncIterator[bytes]] | None:
        """The job's file and its bytes; None when it is no longer kept."""

    async def sweep(self, kept_before: datetime) -> int:
        """Forget files that were kept before, a few at a time; answers how many."""
