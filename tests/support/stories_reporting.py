"""A small network, campaign definitions, and lived-in follow-ups for the tests of reporting."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from shared.contracts.campaign import CampaignDefined, Share, StepDefinition
from shared.contracts.directory import UnitChanged, UserChanged
from shared.contracts.followup import FactRecorded
from shared.contracts.wire import Event
from shared.rulebook import commands
from shared.rulebook.access import AccessLevel, Principal, in_reach
from shared.rulebook.commands import Circumstances, Command
from shared.rulebook.decisions import decide
from shared.rulebook.errors import RuleBroken
from shared.rulebook.facts import Fact, FactKind
from shared.rulebook.follow_up import ConclusionKind, FollowUp
from shared.rulebook.history import apply, targeted
from shared.rulebook.ids import campaign_id, client_id, follow_up_id, step_id, unit_id, user_id
from shared.rulebook.interaction_commands import CompleteInteraction, PlanInteraction, ReopenInteraction
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
CALL, SECOND, MEETING, PAPERS, REVIEW = "first-call", "second_call", "meeting", "P4", step_id(CAMPAIGN, "review")
"""Ids of steps are whatever their author chose."""


def a_reader(
    level: AccessLevel = AccessLevel.ALL, unit: str = NETWORK, user: str = "reader", *, crm: bool = False
) -> Principal:
    """A person of one unit."""
    return Principal(user_id=user_id(user), unit_id=unit, unit_path=PATHS[unit], access_level=level, crm=crm)


READERS = {
    "all": a_reader(),
    "crm": a_reader(AccessLevel.NONE, crm=True),
    "north": a_reader(AccessLevel.SUBTREE, NORTH),
    "south": a_reader(AccessLevel.SUBTREE, SOUTH),
    "lille": a_reader(AccessLevel.UNIT, LILLE),
    "region only": a_reader(AccessLevel.UNIT, NORTH),
    "anne": a_reader(AccessLevel.OWN, LILLE, "anne"),
    "nobody": a_reader(AccessLevel.NONE, LILLE, "anne"),
}


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


def a_story(seed: int, plans: Sequence[Plan], clients: int, *, campaign: str = CAMPAIGN) -> list[FactRecorded]:
    """Facts of so many follow-ups, each after random commands of which the refused ones leave none."""
    random = Random(seed)
    told: list[FactRecorded] = []
    for number in range(clients):
        told += facts_of(_life(random, plans), campaign=campaign, client=f"client {number}")
    return told


def disturbed(seed: int, events: Sequence[Event]) -> list[list[Event]]:
    """The events shuffled, half of them doubled, in batches; a quarter, with its gaps, comes last."""
    random = Random(seed)
    stream = [*events, *random.choices(events, k=len(events) // 2)]
    random.shuffle(stream)
    quarter = len(stream) // 4
    return [stream[quarter : 2 * quarter], stream[2 * quarter :], stream[:quarter]]


def unplanned_done(fact: Fact) -> int:
    """What the fact changes in the number of unplanned interactions that are done."""
    if fact.kind is FactKind.INTERACTION_RECORDED:
        return 1
    if fact.step_id is None and fact.kind in {FactKind.INTERACTION_COMPLETED, FactKind.INTERACTION_REOPENED}:
        return 1 if fact.kind is FactKind.INTERACTION_COMPLETED else -1
    return 0


def last_states(facts: Iterable[FactRecorded], reader: Principal) -> list[tuple[FollowUp, int]]:
    """The state after the last fact of each follow-up that the reader reaches, and its unplanned interactions."""
    states: dict[str, tuple[FollowUp, int]] = {}
    for fact in sorted(facts, key=lambda fact: fact.number):
        before = states[fact.follow_up_id][1] if fact.follow_up_id in states else 0
        states[fact.follow_up_id] = (fact.after, before + unplanned_done(fact.fact))
    return [
        (state, interactions)
        for state, interactions in states.values()
        if state.closing != "WITHDRAWN" and in_reach(reader, state.advisor_id, PATHS[UNIT_OF[state.advisor_id]])
    ]


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
    for _ in range(random.randrange(20)):
        today += timedelta(days=random.randrange(9))
        version = min(version + (random.random() < 0.2), len(plans) - 1)
        try:
            command = _command(random, today, plans[version])
            fact = decide(state, command, plans[version], Circumstances(today, today, "crm"))
        except RuleBroken:
            continue
        state = apply(state, fact)
        yield fact, state


def _command(random: Random, today: date, plan: Plan) -> Command:
    step = random.choice([*(step.id for step in plan.steps[:3]), PAPERS])
    kind = random.choice(tuple(ConclusionKind))
    collected = Decimal(random.choice(("0", "250.50", "9000"))) if kind.is_success else Decimal(0)
    makers: dict[Callable[[], Command], int] = {
        lambda: commands.CompleteStep(step): 30,
        lambda: commands.BeginStep(step): 6,
        lambda: commands.UndoCompletion(step): 3,
        lambda: commands.CancelEntry(step): 3,
        lambda: commands.RecordInteraction(StepKind.REMINDER): 6,
        lambda: PlanInteraction(StepKind.APPOINTMENT): 4,
        lambda: CompleteInteraction(number=random.randrange(2, 9)): 8,
        lambda: ReopenInteraction(random.randrange(2, 9), StepKind.APPOINTMENT): 2,
        lambda: commands.Conclude(kind, today, collected): 5,
        lambda: commands.AmendConclusion(kind, today, collected): 3,
        commands.WithdrawConclusion: 2,
        lambda: commands.ChangePotential(Decimal(random.randrange(5000))): 3,
        lambda: commands.MoveEntryDate(date(2026, 11, 25)): 3,
        lambda: commands.Reassign(random.choice(ADVISORS)): 3,
        commands.WithdrawClient: 1,
        lambda: commands.TargetAgain(date(2026, 11, 25), Decimal(7), random.choice(ADVISORS)): 3,
        commands.CloseArchived: 1,
        lambda: commands.ReopenUnarchived(random.choice(ADVISORS)): 3,
    }
    return random.choices(list(makers), list(makers.values()))[0]()


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)
