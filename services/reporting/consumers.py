"""What reporting hears: facts, definitions and people, each by a consumer of its own so that none delays another."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from services.reporting.ports.counting import Ledgers, Places, Replicas
from services.reporting.ports.reconciling import OwnerAway
from services.reporting.use_cases.definitions import keep_definitions
from services.reporting.use_cases.record_facts import record_facts
from shared.contracts.campaign import CampaignDefined
from shared.contracts.directory import ClientChanged, UnitChanged, UserChanged
from shared.contracts.followup import FactRecorded, Facts, FactsPage
from shared.contracts.reconciling import (
    CompareExecutions,
    DigestsPage,
    ExecutionMended,
    ExecutionsCompared,
    FactsOfFollowUp,
    FollowUpDigests,
    MendExecution,
)
from shared.contracts.wire import Answer, CloudEvent, Event, Question
from shared.runtime.messaging import Bus, NobodyAnswers, QuestionRefused

E = TypeVar("E", bound=Event)
A = TypeVar("A", bound=Answer)
_PATIENCE = 30.0
"""Seconds: a page of executions is looked up at a bounded rate."""


class BusFactSource:
    """The follow-up service, asked by NATS."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def page(self, after_seq: int, limit: int) -> Facts:
        """See the port."""
        return await self._bus.ask(FactsPage(after_seq=after_seq, limit=limit), Facts, timeout=10.0)


class BusFollowUpOwner:
    """The follow-up service as the one that facts and executions are compared by; see the port."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def digests(self, wanted: FollowUpDigests) -> DigestsPage:
        """See the port."""
        return await self._ask(wanted, DigestsPage)

    async def facts_of(self, follow_up_id: str) -> Sequence[FactRecorded]:
        """See the port."""
        facts: list[FactRecorded] = []
        complete, reached = False, 0
        while not complete:
            page = await self._ask(FactsOfFollowUp(follow_up_id=follow_up_id, after=reached), Facts)
            facts += page.facts
            complete, reached = page.complete, page.last_seq
        return facts

    async def compare(self, wanted: CompareExecutions) -> ExecutionsCompared:
        """See the port."""
        return await self._ask(wanted, ExecutionsCompared)

    async def mend(self, follow_up_id: str) -> ExecutionMended:
        """See the port."""
        return await self._ask(MendExecution(follow_up_id=follow_up_id), ExecutionMended)

    async def _ask(self, question: Question, answer: type[A]) -> A:
        try:
            return await self._bus.ask(question, answer, timeout=_PATIENCE)
        except (NobodyAnswers, QuestionRefused) as error:
            raise OwnerAway(question.subject) from error


async def listen(
    bus: Bus,
    ledgers: Ledgers,
    replicas: Replicas,
    places: Places,
    *,
    batch: int,
    pause: float,
    on_definition: Callable[[], None],
) -> None:
    """Start consuming; `on_definition` is called when there may be something to regroup.

    A lone fact is counted at once; then, for `pause` seconds, others gather, since a transaction costs twenty facts.
    """

    async def count_facts(events: Sequence[CloudEvent[Any]]) -> None:
        await record_facts(ledgers, list(_of(FactRecorded, events)))

    async def follow_definitions(events: Sequence[CloudEvent[Any]]) -> None:
        await keep_definitions(ledgers, list(_of(CampaignDefined, events)))
        on_definition()

    async def keep_people(events: Sequence[CloudEvent[Any]]) -> None:
        await places.keep([(event.data, event.time) for event in events if isinstance(event.data, UserChanged)])
        await replicas.keep(
            users=list(_of(UserChanged, events)),
            units=list(_of(UnitChanged, events)),
            clients=list(_of(ClientChanged, events)),
        )

    await bus.consume("reporting-facts", [FactRecorded], count_facts, batch=batch, gather=pause)
    await bus.consume("reporting-definitions", [CampaignDefined], follow_definitions)
    await bus.consume("reporting-people", [UserChanged, UnitChanged, ClientChanged], keep_people)


def _of(model: type[E], events: Sequence[CloudEvent[Any]]) -> Iterator[E]:
    return (event.data for event in events if isinstance(event.data, model))
