"""Reporting's ledger in memory, and the words that its tests use for it and for the real one."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from operator import add
from typing import Any

from services.reporting.ports.counting import (
    AmountKey,
    Difference,
    FactKey,
    Generation,
    Grouping,
    Ledgers,
    Row,
    StepKey,
)
from services.reporting.ports.standing import Amounts, Contribution, Shape, StepAmounts
from services.reporting.use_cases.contribution import Differences
from services.reporting.use_cases.definitions import keep_definitions
from services.reporting.use_cases.record_facts import record_facts
from services.reporting.use_cases.regroup import regroup_all
from services.reporting.use_cases.standing import shape_of
from shared.contracts.campaign import CampaignDefined
from shared.contracts.followup import FactRecorded
from shared.contracts.wire import Event
from shared.rulebook.access import Principal
from shared.rulebook.steps import Plan
from tests.support.stories_reporting import CAMPAIGN, NOW, unplanned_done

ReadModel = dict[tuple[Any, ...], tuple[Any, ...]]
"""Counters by key without campaign and generation, zeros left out."""


@dataclass
class World:
    """One ledger, and the words of the tests."""

    ledgers: Ledgers
    read_model: Callable[[], Awaitable[ReadModel]]
    empty: Callable[[], Awaitable[None]]
    regrouped: list[str] = field(default_factory=list)

    async def hear(self, *events: Event) -> None:
        """One message after the other, each in a transaction of its own."""
        for event in events:
            if isinstance(event, CampaignDefined):
                await keep_definitions(self.ledgers, [event])
            elif isinstance(event, FactRecorded):
                await record_facts(self.ledgers, [event])

    async def hear_facts(self, facts: Sequence[FactRecorded]) -> int:
        """All in one transaction; how many were new."""
        return await record_facts(self.ledgers, facts)

    async def regroup(self, *, chunk: int = 3) -> None:
        """Build every generation that is to be built."""
        self.regrouped += await regroup_all(self.ledgers, chunk=chunk, now=NOW)


@dataclass
class FakeOrders:
    """The order that every user gave the campaigns."""

    campaign_ids: Sequence[str] = ()

    async def of(self, reader: Principal) -> Sequence[str]:
        return self.campaign_ids


def fake_world() -> World:
    """A world in memory."""
    fake = FakeLedgers()

    async def read_model() -> ReadModel:
        return fake.read_model()

    async def empty() -> None:
        fake.forget()

    return World(fake, read_model, empty)


@dataclass
class FakeLedgers:
    """Ledgers in memory; one transaction at a time, and one that raises changes nothing that a test looks at."""

    facts: dict[FactKey, FactRecorded] = field(default_factory=dict)
    follow_ups: dict[str, Row] = field(default_factory=dict)
    plans: dict[tuple[str, int], Plan] = field(default_factory=dict)
    groupings: dict[str, Grouping] = field(default_factory=dict)
    amounts: dict[AmountKey, Amounts] = field(default_factory=dict)
    steps: dict[StepKey, StepAmounts] = field(default_factory=dict)
    checks: list[tuple[str, list[Difference] | None]] = field(default_factory=list)
    ticks: list[set[tuple[str, str | None]]] = field(default_factory=list)

    def forget(self) -> None:
        """Begin again from nothing."""
        for held in (self.facts, self.follow_ups, self.plans, self.groupings, self.amounts, self.steps):
            held.clear()
        self.checks.clear()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["FakeLedgers"]:
        yield self

    async def hold(self, campaign_ids: Collection[str]) -> Mapping[str, Grouping]:
        return {campaign: self.groupings.setdefault(campaign, Grouping(0, None, None)) for campaign in campaign_ids}

    async def seize(self, campaign_ids: Collection[str]) -> Mapping[str, Grouping]:
        return await self.hold(campaign_ids)

    async def remember(self, definitions: Sequence[CampaignDefined]) -> None:
        for definition in definitions:
            self.plans.setdefault((definition.campaign_id, definition.version), definition.plan())

    async def define(self, definitions: Sequence[CampaignDefined], regroup: Collection[str]) -> None:
        for definition in definitions:
            held = self.groupings[definition.campaign_id]
            number = held.target.number if held.target else 0
            target = Generation(number + (definition.campaign_id in regroup), definition.plan())
            serving = target if held.serving and held.serving.number == target.number else held.serving
            if not any(row.campaign_id == definition.campaign_id for row in self.follow_ups.values()):
                serving = target
            self.groupings[definition.campaign_id] = Grouping(definition.version, serving, target)

    async def add_facts(self, facts: Sequence[FactRecorded]) -> set[FactKey]:
        new = {(fact.follow_up_id, fact.number): fact for fact in facts}
        added = new.keys() - self.facts.keys()
        self.facts.update({key: new[key] for key in added})
        return added

    async def replace_facts(self, facts: Sequence[FactRecorded]) -> None:
        self.facts.update({(fact.follow_up_id, fact.number): fact for fact in facts})

    async def tick(self, changed: Collection[tuple[str, str | None]]) -> None:
        self.ticks.append(set(changed))

    async def rows(self, follow_up_ids: Collection[str]) -> Mapping[str, Row]:
        return {name: self.follow_ups[name] for name in follow_up_ids if name in self.follow_ups}

    async def behind(self, campaign_id: str, generation: int, limit: int) -> Sequence[str]:
        return [row.follow_up_id for row in self._behind(campaign_id, generation)][:limit]

    async def shapes(self, follow_up_ids: Collection[str]) -> Collection[Shape]:
        return {shape_of(self._folded(name).state, date.max) for name in follow_up_ids}

    async def place(
        self,
        campaign_id: str,
        follow_up_ids: Collection[str],
        target: Generation,
        judged: Mapping[Shape, Contribution],
    ) -> None:
        """One by one, by the state of each: what the shapes of the real ledger are compared with."""
        differences = Differences()
        for name in follow_up_ids:
            row = replace(self._folded(name), generation=target.number)
            differences.move(None, row, target)
            self.follow_ups[name] = row
        await self.count(differences.amounts, differences.steps)

    async def is_behind(self, campaign_id: str, generation: int) -> bool:
        return any(True for _ in self._behind(campaign_id, generation))

    async def save(self, rows: Sequence[tuple[Row, Plan | None]]) -> None:
        self.follow_ups.update({row.follow_up_id: row for row, _ in rows})

    async def count(self, amounts: Mapping[AmountKey, Amounts], steps: Mapping[StepKey, StepAmounts]) -> None:
        for key, more in amounts.items():
            held = self.amounts.get(key, Amounts())
            self.amounts[key] = Amounts(*map(add, held, more))
        for step_key, more_steps in steps.items():
            held_steps = self.steps.get(step_key, StepAmounts())
            self.steps[step_key] = StepAmounts(*map(add, held_steps, more_steps))

    async def differences(self, campaign_id: str, *, served: int, built: int) -> Sequence[Difference]:
        before, after = (self._counters(campaign_id, generation) for generation in (served, built))
        return [
            Difference(key={"counter": repr(key)}, found=None, expected=None)
            for key in sorted(before.keys() | after.keys())
            if before.get(key) != after.get(key)
        ]

    async def end_checks(self, campaign_id: str, found: Sequence[Difference] | None, now: datetime) -> None:
        self.checks.append((campaign_id, None if found is None else list(found)))

    async def serve_target(self, campaign_id: str) -> None:
        self.groupings[campaign_id] = replace(self.groupings[campaign_id], serving=self.groupings[campaign_id].target)

    async def unfinished(self) -> Sequence[str]:
        return [campaign for campaign, held in self.groupings.items() if held.serving != held.target]

    async def forget_old_counters(self) -> None:
        served = {(c, g.number) for c, held in self.groupings.items() for g in (held.serving, held.target) if g}
        self.amounts = {key: value for key, value in self.amounts.items() if key[:2] in served}
        self.steps = {key: value for key, value in self.steps.items() if key[:2] in served}

    def read_model(self, campaign: str = CAMPAIGN) -> dict[tuple[object, ...], tuple[object, ...]]:
        """The counters served, without the number of their generation and without zeros."""
        serving = self.groupings[campaign].serving
        return {} if serving is None else self._counters(campaign, serving.number)

    def _counters(self, campaign: str, generation: int) -> dict[tuple[object, ...], tuple[object, ...]]:
        counters: dict[tuple[object, ...], tuple[object, ...]] = {**self.amounts, **self.steps}  # type: ignore[dict-item]
        return {key[2:]: value for key, value in counters.items() if key[:2] == (campaign, generation) and any(value)}

    def _behind(self, campaign_id: str, generation: int) -> Iterator[Row]:
        rows = sorted(self.follow_ups.values(), key=lambda row: row.follow_up_id)
        return (row for row in rows if row.campaign_id == campaign_id and row.generation < generation)

    def _folded(self, name: str) -> Row:
        row = self.follow_ups[name]
        mine = [fact for (follow_up, _), fact in self.facts.items() if follow_up == row.follow_up_id]
        last = max(mine, key=lambda fact: fact.number)
        interactions = sum(unplanned_done(fact.fact) for fact in mine)
        return replace(row, state=last.after, interactions=interactions)
