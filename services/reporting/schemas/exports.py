"""What is asked of and told about files of figures."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.reporting.ports.exporting import Dimension, Export, ExportState, FileFormat, Language, What, Wish
from services.reporting.ports.reading import Axis
from services.reporting.schemas.parts import Out
from services.reporting.schemas.shown import ListShown, TreeShown
from shared.contracts.problems import Problem
from shared.rulebook.campaign import CampaignStatus


def _each_once(nesting: tuple[Dimension, ...]) -> tuple[Dimension, ...]:
    if len(set(nesting)) != len(nesting):
        raise ValueError("each level once")
    return nesting


Nesting = Annotated[tuple[Dimension, ...], Field(min_length=1, max_length=len(Dimension)), AfterValidator(_each_once)]


class FiltersIn(BaseModel):
    """What narrows the figures, as on the screen."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    campaign_id: UUID | None = Field(default=None, description="One campaign; without it, all that the asker sees.")
    unit_id: UUID | None = Field(default=None, description="Only this unit and all below it.")
    advisor_id: UUID | None = Field(default=None, description="Only this advisor of record.")
    statuses: Annotated[
        tuple[CampaignStatus, ...],
        Field(max_length=len(CampaignStatus), description="Only these, of all campaigns; default: not archived."),
    ] = ()


class ExportWish(BaseModel):
    """One file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    what: What
    format: FileFormat = Field(description="`xlsx` for the list and the tree, `pdf` for the editions.")
    filters: FiltersIn = FiltersIn()
    as_of: date | None = Field(default=None, description="A past day; default: today.")
    axis: Axis = Field(default=Axis.RECORDED, description="What a past day means.")
    list: ListShown = Field(
        default=ListShown(),
        description="How the screen narrows and orders the list; narrows the tree too.",
    )
    nesting: Nesting = Field(default=tuple(Dimension), description="The levels of the detail tree, from the top.")
    tree: TreeShown = Field(default=TreeShown(), description="The order of the detail tree, as on the screen.")
    language: Language | None = Field(default=None, description="Default: the one that the request prefers.")

    def wish(self, preferred: Language) -> Wish:
        """What is asked for."""
        filters = self.filters
        return Wish(
            what=self.what,
            format=self.format,
            language=self.language or preferred,
            campaign_id=_text(filters.campaign_id),
            unit_id=_text(filters.unit_id),
            advisor_id=_text(filters.advisor_id),
            statuses=filters.statuses,
            as_of=self.as_of,
            axis=self.axis,
            shown=self._shown(),
        )

    def _shown(self) -> dict[str, Any]:
        if self.what is What.MANAGEMENT_LIST:
            return {"list": self.list.told()}
        if self.what is not What.DETAIL_TREE:
            return {}
        ordered = self.tree.model_dump(mode="json", exclude_defaults=True)
        return {"list": self.list.told(), "nesting": self.nesting} | ({"tree": ordered} if ordered else {})


class ExportOut(Out):
    """How far a file is; `rows` counts what was read so far, `file` is where to take it from once it is done."""

    export_id: str
    what: What
    format: FileFormat
    language: Language
    state: ExportState
    asked_at: datetime
    ended_at: datetime | None
    rows: int
    failure: Problem | None
    file: str | None

    @classmethod
    def of(cls, export: Export, *, failure: Problem | None, file: str | None) -> "ExportOut":
        """The job as kept."""
        return cls(
            export_id=export.export_id,
            what=export.wish.what,
            format=export.wish.format,
            language=export.wish.language,
            state=export.state,
            asked_at=export.asked_at,
            ended_at=export.ended_at,
            rows=export.rows,
            failure=failure,
            file=file,
        )


class ExportsOut(Out):
    """The reader's own files, the latest first."""

    exports: list[ExportOut]


def _text(identifier: UUID | None) -> str | None:
    return None if identifier is None else str(identifier)
