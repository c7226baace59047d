"""Reporting's ledger in memory, a small network, and lived-in follow-ups for its tests."""

from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from services.reporting.ports.counting import (
    AmountKey,
    Amounts,
    Difference,
    FactKey,
    Generation,
    Grouping,
    Row,
    StepAmounts,
    StepKey,
)
from shared.contracts.campaign import CampaignDefined, Share, StepDefinition
from shared.contracts.directory import UnitChanged, UserChanged
from shared.contracts.followup import FactRecorded
from shared.rulebook import follow_up as commands
from shared.rulebook.decisions import apply, decide, targeted
from shared.rulebook.errors import RuleBroken
from shared.rulebook.follow_up import Circumstances, Command, ConclusionKind, Fact, FactKind, FollowUp
from shared.rulebook.ids import campaign_id, client_id, follow_up_id, step_id, unit_id, user_id
from shared.rulebook.steps import Exemption, Plan, StepKind

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 11, tzinfo=UTC)
CAMPAIGN = campaign_id("retirement")
NETWORK, NORTH, SOUTH, LILLE, NICE = (unit_id(name) for name in ("network", "north", "south", "lille", "nice"))
PATHS = {
    NETWORK: (NETWORK,),
    NORTH: (NETWORK, NORTH),
    SOUTH: (NETWORK, SOUTH),
    LILLE: (NETWORK, NORTH, LILLE),
    NICE: (NETWORK, SOUTH, NICE),
}
ANNE, BRUNO, CHLOE, DAVID = (user_id(name) for name in ("anne", "bruno", "chloe", "david"))
UNIT_OF = {ANNE: LILLE, BRUNO: LILLE, CHLOE: NICE, DAVID: NORTH}
ADVISORS = tuple(UNIT_OF)
CALL, SECOND, MEETING, PAPERS, REVIEW = (
    step_id(CAMPAIGN, name) for name in ("call", "second", "meeting", "papers", "review")
)


def units() -> list[UnitChanged]:
    """A network of two regions with a branch each."""
    return [
        UnitChanged(
            unit_id=unit,
            external_id=f"unit-{place}",
            name=f"Unit {place}",
            parent_id=path[-2] if len(path) > 1 else None,
            path=path,
            revision=1,
        )
        for place, (unit, path) in enumerate(PATHS.items())
    ]


def users(**moved: str) -> list[UserChanged]:
    """Anne and Bruno of Lille, Chloé of Nice, David of the northern region."""
    return [
        UserChanged(
            user_id=user,
            external_id=f"user-{place}",
            name=f"Advisor {place}",
            unit_id=unit,
            unit_path=PATHS[unit],
            revision=1,
        )
        for place, (user, unit) in enumerate(UNIT_OF.items())
    ]


def a_step(step: str, *, mandatory: bool = True, after: Iterable[str] = (), version: int = 0) -> StepDefinition:
    """A step; with `after` it is not due from clients who were past it before `version`."""
    exemptions = (Exemption(version, frozenset(after)),) if version else ()
    return StepDefinition(id=step, title=step[:8], kind=StepKind.TASK, mandatory=mandatory, exemptions=exemptions)


FOUR_STEPS = (a_step(CALL), a_step(SECOND, mandatory=False), a_step(MEETING), a_step(PAPERS, mandatory=False))
EDITS: tuple[tuple[tuple[StepDefinition, ...], str], ...] = (
    (FOUR_STEPS, MEETING),
    ((a_step(CALL), a_step(REVIEW), a_step(MEETING), a_step(PAPERS, mandatory=False)), MEETING),
    ((a_step(CALL), a_step(REVIEW, after=(MEETING, PAPERS), version=3), a_step(MEETING), a_step(PAPERS)), PAPERS),
    ((a_step(MEETING, mandatory=False), a_step(CALL), a_step(PAPERS)), MEETING),
    ((a_step(CALL),), CALL),
)
"""Steps and sales step of versions 1 to 5."""


def a_definition(version: int = 1, *, campaign: str = CAMPAIGN, **changes: object) -> CampaignDefined:
    """The campaign of November and December in one of its versions."""
    steps, sales_step = EDITS[(version - 1) % len(EDITS)]
    values: dict[str, object] = {
        "campaign_id": campaign,
        "campaign_key": campaign,
        "version": version,
        "name": "Retraite",
        "owner_id": user_id("olga"),
        "creator_id": user_id("olga"),
        "target": Decimal("400000.00"),
        "start_date": date(2026, 10, 1),
        "end_date": date(2026, 12, 31),
        "sales_step": sales_step,
        "steps": steps,
        "notice_date": None,
        "shares": (
            Share(advisor_id=ANNE, amount=Decimal("100000.00")),
            Share(advisor_id=CHLOE, amount=Decimal("50.00")),
        ),
        "created_at": datetime(2026, 9, 1, tzinfo=UTC),
        "saved_at": datetime(2026, 9, version, tzinfo=UTC),
        "saved_by": user_id("olga"),
    }
    return CampaignDefined.model_validate(values | changes)


def facts_of(
    happened: Iterable[tuple[Fact, FollowUp]], *, campaign: str = CAMPAIGN, client: str = "client"
) -> list[FactRecorded]:
    """The facts of one follow-up as they travel."""
    who = client_id(client)
    return [
        FactRecorded(
            follow_up_id=follow_up_id(campaign, who),
            campaign_id=campaign,
            client_id=who,
            number=after.number,
            fact=fact,
            after=after,
            occurred_at=_noon(fact.on),
            received_at=_noon(fact.on),
            recorded_at=_noon(fact.on),
            door="crm",
            actor="crm",
            command_id=None,
        )
        for fact, after in happened
    ]


def lived(
    plan: Plan,
    *happened: Command,
    advisor: str = ANNE,
    potential: str = "1000.00",
    entry: date = date(2026, 10, 1),
    on: date = date(2026, 10, 20),
) -> list[tuple[Fact, FollowUp]]:
    """A follow-up targeted at the start, and these commands, which the rulebook must accept."""
    fact, state = targeted(
        entry_date=entry, potential=Decimal(potential), advisor_id=advisor, plan=plan, today=date(2026, 10, 1)
    )
    story = [(fact, state)]
    for command in happened:
        fact = decide(state, command, plan, Circumstances(on, on, "crm"))
        state = apply(state, fact)
        story.append((fact, state))
    return story


def a_story(random: Random, plans: Sequence[Plan], clients: int, *, campaign: str = CAMPAIGN) -> list[FactRecorded]:
    """Facts of so many follow-ups, each after random commands of which the refused ones leave none."""
    told: list[FactRecorded] = []
    for number in range(clients):
        told += facts_of(_life(random, plans), campaign=campaign, client=f"client {number}")
    return told


def _life(random: Random, plans: Sequence[Plan]) -> Iterator[tuple[Fact, FollowUp]]:
    today = date(2026, 10, 1)
    fact, state = targeted(
        entry_date=today + timedelta(days=random.choice((0, 0, 10, 54, 55, 80))),
        potential=Decimal(random.choice(("0", "1000", "12345.67"))),
        advisor_id=random.choice(ADVISORS),
        plan=plans[0],
        today=today,
    )
    yield fact, state
    version = 0
    for _ in range(random.randrange(12)):
        today += timedelta(days=random.randrange(9))
        version = min(version + (random.random() < 0.2), len(plans) - 1)
        try:
            fact = decide(state, _command(random, today), plans[version], Circumstances(today, today, "crm"))
        except RuleBroken:
            continue
        state = apply(state, fact)
        yield fact, state


def _command(random: Random, today: date) -> Command:
    step = random.choice((CALL, CALL, SECOND, MEETING, MEETING, PAPERS, REVIEW))
    kind = random.choice(tuple(ConclusionKind))
    collected = Decimal(random.choice(("0", "250.50", "9000"))) if kind.is_success else Decimal(0)
    makers = (
        lambda: commands.BeginStep(step),
        lambda: commands.CompleteStep(step),
        lambda: commands.CompleteStep(step),
        lambda: commands.CompleteStep(step),
        lambda: commands.UndoCompletion(step),
        lambda: commands.CancelEntry(step),
        lambda: commands.RecordInteraction(StepKind.REMINDER),
        lambda: commands.Conclude(kind, today, collected),
        lambda: commands.AmendConclusion(kind, today, collected),
        lambda: commands.WithdrawConclusion(),
        lambda: commands.ChangePotential(Decimal(random.randrange(5000))),
        lambda: commands.MoveEntryDate(date(2026, 11, 25)),
        lambda: commands.Reassign(random.choice(ADVISORS)),
        lambda: commands.WithdrawClient(),
        lambda: commands.TargetAgain(date(2026, 11, 25), Decimal(7), random.choice(ADVISORS)),
        lambda: commands.CloseArchived(),
        lambda: commands.ReopenUnarchived(random.choice(ADVISORS)),
    )
    return random.choice(makers)()


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


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

    async def rows(self, follow_up_ids: Collection[str]) -> Mapping[str, Row]:
        return {name: self.follow_ups[name] for name in follow_up_ids if name in self.follow_ups}

    async def behind(self, campaign_id: str, generation: int, limit: int) -> Sequence[Row]:
        return [self._folded(row) for row in self._behind(campaign_id, generation)][:limit]

    async def is_behind(self, campaign_id: str, generation: int) -> bool:
        return any(True for _ in self._behind(campaign_id, generation))

    async def save(self, rows: Sequence[tuple[Row, Plan | None]]) -> None:
        self.follow_ups.update({row.follow_up_id: row for row, _ in rows})

    async def count(self, amounts: Mapping[AmountKey, Amounts], steps: Mapping[StepKey, StepAmounts]) -> None:
        for key, more in amounts.items():
            held = self.amounts.get(key, Amounts())
            self.amounts[key] = Amounts(*(a + b for a, b in zip(held, more, strict=True)))
        for step_key, more_steps in steps.items():
            held_steps = self.steps.get(step_key, StepAmounts())
            self.steps[step_key] = StepAmounts(*(a + b for a, b in zip(held_steps, more_steps, strict=True)))

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

    def _folded(self, row: Row) -> Row:
        mine = [fact for (follow_up, _), fact in self.facts.items() if follow_up == row.follow_up_id]
        last = max(mine, key=lambda fact: fact.number)
        interactions = sum(fact.fact.kind is FactKind.INTERACTION_RECORDED for fact in mine)
        return replace(row, state=last.after, interactions=interactions)
