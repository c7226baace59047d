"""Entry dates to be spread, and the load that this would give."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import BaseModel, Field

from services.campaign.schemas.fields import Key
from services.campaign.schemas.targeting import MAX_CLIENTS, TargetClients, TargetInput
from services.campaign.use_cases.spread_entries import Spread, Wish
from shared.contracts.wire import Incoming
from shared.rulebook.errors import Invalid


class SpreadInput(Incoming):
    """Whom to spread, `clients` to be targeted, or without them those who wait; and over which days.

    `first` and `last` default to the campaign's dates. `working_days` leaves out those on which the
    deployment does not work.
    """

    key: Key | None = None
    clients: Annotated[list[TargetInput], Field(min_length=1, max_length=MAX_CLIENTS)] | None = None
    first: dt.date | None = None
    last: dt.date | None = None
    working_days: bool = True

    def wish(self) -> Wish:
        """What is asked for; Invalid `client_unclear`, `entry_date_given` where a client has one already."""
        items = None
        if self.clients is not None:
            given = [at for at, one in enumerate(self.clients, start=1) if one.get("entry_date") is not None]
            if given:
                raise Invalid("entry_date_given", {"positions": given[:100]})
            items = TargetClients(clients=self.clients).items()
        return Wish(items=items, first=self.first, last=self.last, working_days=self.working_days)


class AdvisorLoad(BaseModel):
    """How many clients of one advisor enter in a week."""

    advisor_id: str
    advisor_name: str | None
    clients: int


class WeekLoad(BaseModel):
    """The load of the week that begins on Monday `week`, the heaviest first."""

    week: dt.date
    clients: int
    advisors: list[AdvisorLoad]


class SpreadPreview(BaseModel):
    """What spreading would do: over how many days, for how many clients, and the load by week and advisor."""

    first: dt.date
    last: dt.date
    days: int
    clients: int
    changing: int
    """Those whose entry date becomes another one."""
    weeks: list[WeekLoad]

    @classmethod
    def of(cls, found: Spread, names: Mapping[str, str]) -> Self:
        """The answer."""
        return cls(
            first=found.days[0],
            last=found.days[-1],
            days=len(found.days),
            clients=len(found.chosen),
            changing=len(found.changing),
            weeks=[
                WeekLoad(
                    week=week,
                    clients=load.total(),
                    advisors=[
                        AdvisorLoad(advisor_id=advisor, advisor_name=names.get(advisor), clients=clients)
                        for advisor, clients in sorted(load.items(), key=lambda item: (-item[1], item[0]))
                    ],
                )
                for week, load in found.weeks.items()
            ],
        )
