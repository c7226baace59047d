"""Clients to be targeted by a query, with what they enter with."""

import datetime as dt
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from services.campaign.schemas.fields import Amount, Key, Uuid
from services.campaign.use_cases.target_by_query import ByQuery
from shared.contracts.filters import FilterInput
from shared.contracts.wire import Incoming
from shared.rulebook.errors import Invalid
from shared.rulebook.query_targeting import check_percent

MAX_BODY_BYTES = 4 * 1024 * 1024
_Percent = Annotated[Decimal, Field(max_digits=20, decimal_places=10, allow_inf_nan=False)]


class PotentialFrom(Incoming):
    """So many per cent of an attribute of the CRM's, `assets` or `[Encours total]`; 0 where it holds no number."""

    attribute: Annotated[str, Field(min_length=1, max_length=250)]
    percent: _Percent = Decimal(100)


class TargetByQuery(Incoming):
    """The clients that a filter or a saved query finds within the asker's reach, at most 100,000.

    The potential is an amount, or is taken from an attribute. All enter on `entry_date`, by default the later of today
    and the campaign's start; with `spread`, evenly over the working days left, each advisor's highest potential first.
    """

    key: Key | None = None
    filter: FilterInput | None = None
    query_id: Uuid | None = None
    potential: Amount | PotentialFrom = Decimal(0)
    entry_date: dt.date | None = None
    spread: bool = False

    def wanted(self) -> ByQuery:
        """What is asked for; Invalid `query_unclear`, `entry_date_or_spread`, `percent_out_of_range`."""
        asked = self.filter if self.query_id is None else self.query_id
        if asked is None or (self.filter is not None and self.query_id is not None):
            raise Invalid("query_unclear")
        if self.spread and self.entry_date is not None:
            raise Invalid("entry_date_or_spread")
        if isinstance(self.potential, PotentialFrom):
            return ByQuery(
                asked=asked,
                attribute=self.potential.attribute,
                percent=check_percent(self.potential.percent),
                entry_date=self.entry_date,
                spread=self.spread,
            )
        return ByQuery(asked=asked, amount=self.potential, entry_date=self.entry_date, spread=self.spread)
