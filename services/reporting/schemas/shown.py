"""How a screen narrows and orders its rows, as part of what is asked of a file."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.reporting.ports.listing import Column, Order, Wanted
from services.reporting.ports.reading import Scope
from services.reporting.use_cases.tree_order import NodeSort
from shared.rulebook.counting import ClientResult
from shared.rulebook.follow_up import ConclusionKind, FollowUpStatus

Amount = Annotated[Decimal | None, Field(ge=0, max_digits=18, decimal_places=2)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00]*$")]


class TreeShown(BaseModel):
    """The order of the detail tree as it is on the screen, by the names of its query; the same at every level."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sort: NodeSort = NodeSort.NAME
    descending: bool = False


class ListShown(BaseModel):
    """The management list as it is on the screen: its filters and its order, by the names of its query."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    present_advisor_id: UUID | None = None
    client_id: UUID | None = None
    state: Annotated[tuple[FollowUpStatus, ...], Field(max_length=len(FollowUpStatus))] = ()
    result: Annotated[tuple[ClientResult, ...], Field(max_length=len(ClientResult))] = ()
    conclusion: Annotated[tuple[ConclusionKind, ...], Field(max_length=len(ConclusionKind))] = ()
    step: Words | None = None
    text: Words | None = None
    overdue: bool | None = None
    potential_from: Amount = None
    potential_to: Amount = None
    collected_from: Amount = None
    collected_to: Amount = None
    entry_from: date | None = None
    entry_to: date | None = None
    sort: Column = Column.CLIENT
    descending: bool = False

    def told(self) -> dict[str, Any]:
        """What differs from a list that nothing narrows, as it is kept with a job."""
        return self.model_dump(mode="json", exclude_defaults=True)

    def wanted(self, scope: Scope, today: date) -> Wanted:
        """The rows that this list shows."""
        return Wanted(
            scope=Scope(scope.reader, scope.unit_id, scope.advisor_id, _text(self.client_id)),
            campaign_ids=(),
            today=today,
            states=self.state,
            results=self.result,
            conclusions=self.conclusion,
            step=self.step,
            present_advisor_id=_text(self.present_advisor_id),
            text=self.text,
            overdue=self.overdue,
            potential_from=self.potential_from,
            potential_to=self.potential_to,
            collected_from=self.collected_from,
            collected_to=self.collected_to,
            entry_from=self.entry_from,
            entry_to=self.entry_to,
        )

    def order(self) -> Order:
        """In which order."""
        return Order(self.sort, self.descending)


def _text(identifier: UUID | None) -> str | None:
    return None if identifier is None else str(identifier)
