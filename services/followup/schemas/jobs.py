"""Jobs over many follow-ups as people ask for them and see them."""

from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from services.followup.ports import Choice, ItemOutcome, Job, JobKind, JobOrder, JobState, ShownItem, Terms
from services.followup.ports.jobs import END, UndoOutcome
from services.followup.schemas.fields import Amount, Note, Reason, StepId
from shared.contracts.wire import Euros, Incoming
from shared.rulebook.follow_up import ConclusionKind
from shared.rulebook.sharing import settle_total

MOST = 100_000
MAX_BODY_BYTES = 8_388_608
"""Room for so many ids."""
Uuid = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]


class ConditionsIn(Incoming):
    """Open follow-ups within reach that match all that is given; at least one thing is."""

    campaign_id: Uuid | None = None
    advisor_id: Uuid | None = None
    """The client's present advisor."""
    unit_id: Uuid | None = None
    """The advisor sits in this unit or below it."""
    state: Literal["WAITING", "OPEN"] | None = None
    position: StepId | None = Field(default=None, description=f"The step at which they stand, or `{END}`.")
    entry_from: date | None = None
    entry_to: date | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_dump(exclude_none=True):
            raise ValueError("name at least one condition")
        return self


class ChosenIn(Incoming):
    """Which follow-ups: by id, each once, or by filter; one of the two."""

    ids: Annotated[tuple[Uuid, ...], Field(min_length=1, max_length=MOST)] | None = None
    filter: ConditionsIn | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.ids is None) == (self.filter is None):
            raise ValueError("give either ids or a filter")
        return self

    def choice(self) -> Choice:
        """As the service knows it."""
        return Choice(ids=self.ids) if self.filter is None else Choice(**self.filter.model_dump())


class _Order(Incoming):
    chosen: ChosenIn
    note: Note | None = None


class ConcludeManyIn(_Order):
    """One conclusion for all, with the amount *each*, or a *total* shared by current potential to the cent."""

    kind: Literal["conclude"]
    conclusion: ConclusionKind
    on: date | None = None
    """Today when absent; each follow-up checks it against its entry date."""
    each: Amount | None = None
    total: Amount | None = None

    def order(self) -> JobOrder:
        """As the service knows it."""
        terms = Terms(conclusion=self.conclusion, on=self.on, each=self.each, total=self.total)
        return JobOrder(kind=JobKind.CONCLUDE, choice=self.chosen.choice(), terms=terms, note=self.note)


class ReassignManyIn(_Order):
    """Other advisors: clients are dealt out in turn; with a date to come, what is open then goes then."""

    kind: Literal["reassign"]
    to: Annotated[tuple[Uuid, ...], Field(min_length=1, max_length=100)]
    effective_on: Annotated[date, Field(le=date(2100, 12, 31))] | None = None

    def order(self) -> JobOrder:
        """As the service knows it."""
        return JobOrder(
            kind=JobKind.REASSIGN,
            choice=self.chosen.choice(),
            terms=Terms(advisors=self.to),
            note=self.note,
            begin_on=self.effective_on,
        )


class WithdrawManyIn(_Order):
    """The clients leave their campaigns."""

    kind: Literal["withdraw"]

    def order(self) -> JobOrder:
        """As the service knows it."""
        return JobOrder(kind=JobKind.WITHDRAW, choice=self.chosen.choice(), terms=Terms(), note=self.note)


JobIn = Annotated[ConcludeManyIn | ReassignManyIn | WithdrawManyIn, Field(discriminator="kind")]


class UndoIn(Incoming):
    """Why it is undone."""

    reason: Reason


class DryRunOut(BaseModel):
    """What the job would do now; `refused` counts by code. Nothing was done."""

    would_do: int
    refused: dict[str, int]
    recorded: Euros
    not_recorded: Euros


class JobOut(BaseModel):
    """A job and how far it is. Counts are items, amounts euros; `touched` or refused items are `not_undone`."""

    id: str
    kind: JobKind
    state: JobState
    over: bool
    asked_by: str
    asked_at: datetime
    effective_on: date | None
    finished_at: datetime | None
    campaign_id: str | None
    conclusion: ConclusionKind | None
    on: date | None
    chosen: int
    done: int
    refused: int
    cancelled: int
    undone: int
    not_undone: int
    total: Euros | None
    recorded: Euros
    not_recorded: Euros | None
    """What of the total is not recorded once the job is over, and is never shared again."""
    note: str | None

    @classmethod
    def of(cls, job: Job) -> Self:
        """As its row says."""
        terms, total = job.order.terms, job.order.terms.total
        known = total is not None and (job.over or job.state is JobState.UNDOING)
        return cls(
            id=job.job_id,
            kind=job.order.kind,
            state=job.state,
            over=job.over,
            asked_by=job.asker_id,
            asked_at=job.asked_at,
            effective_on=job.order.begin_on,
            finished_at=job.finished_at,
            campaign_id=job.campaign_id or job.order.choice.campaign_id,
            conclusion=terms.conclusion,
            on=terms.on,
            chosen=job.chosen,
            done=job.done,
            refused=job.refused,
            cancelled=job.cancelled,
            undone=job.undone,
            not_undone=job.not_undone,
            total=total,
            recorded=job.recorded,
            not_recorded=settle_total(total, [job.recorded]).not_recorded if known and total is not None else None,
            note=job.order.note,
        )


class JobsPage(BaseModel):
    """Jobs, latest first; `next` is where the next page begins."""

    items: list[JobOut]
    next: str | None


class ItemOut(BaseModel):
    """What became of one follow-up; one out of the reader's reach shows its id and its outcome only."""

    follow_up_id: str
    outcome: ItemOutcome | None
    code: str | None
    campaign_id: str | None = None
    client_id: str | None = None
    client_name: str | None = None
    advisor_id: str | None = None
    to_advisor: str | None = None
    amount: Euros | None = None
    number: int | None = None
    undo: UndoOutcome | None = None
    undo_code: str | None = None

    @classmethod
    def of(cls, shown: ShownItem) -> Self:
        """As the reader may see it."""
        item = shown.item
        if not shown.within:
            return cls(follow_up_id=item.follow_up_id, outcome=item.outcome, code=item.code)
        plain = {name: getattr(item, name) for name in cls.model_fields if name != "client_name"}
        return cls.model_validate({**plain, "client_name": shown.client_name})


class ItemsPage(BaseModel):
    """Items in the order of ids; `next` is where the next page begins."""

    items: list[ItemOut]
    next: str | None
