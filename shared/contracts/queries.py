"""What the directory is asked about clients that match a filter, within the reach that a user has at that moment."""

from datetime import date
from decimal import Decimal
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.filters import FilterInput
from shared.contracts.wire import Answer, Question

LARGEST_FILTER = 600_000
"""Bytes of a filter that a question may carry, below what the bus takes."""


class CountMatching(Question):
    """How many clients match, and what exactly is asked: of a saved query, its filter as it is now.

    Refused when the user may not see the query or speaks of attributes that no client has; `number` is one too.
    """

    subject: ClassVar[str] = "questions.directory.count_matching.v1"

    user_id: str
    filter: FilterInput | None = None
    query_id: str | None = None
    number: str | None = None
    today: date


class MatchingCount(Answer):
    """The number of clients, and the filter to page through them."""

    filter: FilterInput
    count: int


class ClientsMatching(Question):
    """A page of the clients that match, in the order of their ids, after the id `after`.

    `number` names an attribute of the CRM's as a filter does; `today` says the ages.
    """

    subject: ClassVar[str] = "questions.directory.clients_matching.v1"

    user_id: str
    filter: FilterInput
    number: str | None = None
    today: date
    after: str | None = None
    limit: int = Field(default=500, ge=1, le=1_000)


class MatchingClient(BaseModel):
    """A client with the present advisor, and what the attribute `number` holds where it holds a number."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    client_id: str
    advisor_id: str
    number: Decimal | None = None


class MatchingClients(Answer):
    """One page; `last` is the `after` of the next, None when nothing lies beyond."""

    clients: tuple[MatchingClient, ...]
    last: str | None
