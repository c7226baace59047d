"""What every request for figures may say, and what every answer says about itself."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query

from services.reporting.ports.reading import Axis, CampaignSeen, Figures, Readings, Scope
from services.reporting.use_cases.as_of import DayClock, asked_day
from services.reporting.use_cases.seeing import wait_for_fact
from shared.rulebook.access import Action, may
from shared.rulebook.campaign import CampaignStatus
from shared.runtime.security import CurrentPrincipal

_UUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
CampaignId = Annotated[UUID | None, Query(description="One campaign; without it, all that the reader sees.")]
Statuses = Annotated[
    Sequence[CampaignStatus], Query(alias="status", description="Only these, of all campaigns; default: not archived.")
]
AsOfDay = Annotated[
    date | None, Query(alias="as_of", description="The end of this day instead of now; not in the future.")
]
AxisAsked = Annotated[
    Axis,
    Query(
        description="`recorded`: what was recorded by then, as it was known then. `happened`: all that is known today, "
        "of it what happened up to then, so that a later amendment shows its new amount at the original date."
    ),
]


@dataclass(frozen=True, slots=True)
class Question:
    """What every request may say: who asks, for whom below, as of which day, and which write they want to see."""

    scope: Scope
    figures: Figures
    today: date
    axis: Axis
    complete: bool

    def about(self, campaigns: Sequence[CampaignSeen]) -> dict[str, Any]:
        """What the answer says about itself."""
        return {
            "as_of": self.today,
            "axis": self.axis,
            "versions": {campaign.campaign_id: campaign.version for campaign in campaigns if campaign.known},
            "complete": self.complete,
        }


def questions(readings: Readings, clock: DayClock) -> Callable[..., AsyncIterator[Question]]:
    """The dependency that opens the snapshot which a request reads."""

    async def question(
        principal: CurrentPrincipal,
        *,
        unit_id: Annotated[UUID | None, Query(description="Only this unit and all below it.")] = None,
        advisor_id: Annotated[UUID | None, Query(description="Only this advisor of record.")] = None,
        client_id: Annotated[UUID | None, Query(description="Only this client.")] = None,
        as_of: AsOfDay = None,
        axis: AxisAsked = Axis.RECORDED,
        after: Annotated[
            str | None,
            Query(
                pattern=f"^{_UUID}:[0-9]{{1,9}}$",
                description="`follow-up:number` of a fact just written: wait up to a second until it is counted.",
            ),
        ] = None,
    ) -> AsyncIterator[Question]:
        may(principal, Action.SEE_FIGURES)
        today = clock.today()
        past = asked_day(clock, as_of, axis, of_client=client_id is not None)
        complete = True
        if after is not None:
            follow_up_id, _, number = after.partition(":")
            complete = await wait_for_fact(readings, principal, follow_up_id, int(number))
        scope = Scope(principal, text(unit_id), text(advisor_id), text(client_id))
        async with readings.snapshot(past) as figures:
            yield Question(scope, figures, as_of or today, axis, complete)

    return question


def text(identifier: UUID | None) -> str | None:
    """The id as it is kept."""
    return None if identifier is None else str(identifier)
