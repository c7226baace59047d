"""Random histories of a campaign: back-dated, amended, moved, redefined, over both clock changes of a year."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from shared.contracts.campaign import CampaignDefined, Share, StepDefinition
from shared.contracts.directory import ClientChanged, UserChanged
from shared.contracts.followup import FactRecorded
from shared.rulebook import commands
from shared.rulebook.commands import Circumstances, Command
from shared.rulebook.decisions import decide
from shared.rulebook.errors import RuleBroken
from shared.rulebook.facts import Fact, FactKind
from shared.rulebook.follow_up import ConclusionKind, EntryState, FollowUp
from shared.rulebook.history import apply, targeted
from shared.rulebook.holdings import LinkHoldings
from shared.rulebook.ids import campaign_id, client_id, follow_up_id
from shared.rulebook.interaction_commands import (
    CancelInteraction,
    CompleteInteraction,
    PlanInteraction,
    ReopenInteraction,
)
from shared.rulebook.lateness import MarkOverdue
from shared.rulebook.standing import enterable_steps, position
from shared.rulebook.steps import Exemption, Plan, StepKind
from tests.support.stories_reporting import ADVISORS, ANNE, LILLE, NICE, NORTH, PAPERS, PATHS, a_definition, users

BEGINS, ENDS = date(2026, 10, 1), date(2027, 3, 31)
NOW = datetime(2027, 4, 2, 9, tzinfo=UTC)
FIRST_DAY, LAST_DAY = date(2026, 9, 10), date(2027, 4, 2)
CLOCK_CHANGES = (date(2026, 10, 25), date(2027, 3, 28))
TOUCHY_HOURS = (0, 1, 2, 3, 9, 12, 21, 22, 23)
"""Of the day in UTC: around midnight and the clock changes of the zones tried."""
_EUROS = ("0", "0.01", "250.50", "9000", "12345.67")


@dataclass(frozen=True)
class History:
    """All that reporting ever hears."""

    zone: ZoneInfo
    definitions: list[CampaignDefined] = field(default_factory=list)
    people: list[tuple[UserChanged, datetime]] = field(default_factory=list)
    clients: list[ClientChanged] = field(default_factory=list)
    facts: list[FactRecorded] = field(default_factory=list)

    @property
    def campaign(self) -> str:
        """The one campaign that it is about."""
        return self.definitions[0].campaign_id


def a_history(seed: int, clients: int, *, name: str = "history", zone: str = "Europe/Paris") -> History:
    """A campaign of six months with so many clients, told up to `NOW`."""
    random = Random(seed)
    history = History(ZoneInfo(zone))
    history.definitions.extend(_definitions(random, campaign_id(name)))
    history.people.extend(_people(random))
    for number in range(clients):
        who = client_id(f"{name} {number}")
        happened = list(_life(random, history))
        history.facts.extend(_told(history.campaign, who, happened))
        present = ClientChanged(
            client_id=who, external_id=who, name="C", advisor_id=random.choice(ADVISORS), changed_at=NOW, revision=1
        )
        history.clients.append(present)
    return history


def some_days(random: Random, count: int) -> list[date]:
    """Days to ask about: any, and those next to a clock change."""
    span = (LAST_DAY - FIRST_DAY).days
    touchy = [change + timedelta(days=random.randrange(-1, 2)) for change in CLOCK_CHANGES]
    return [*(FIRST_DAY + timedelta(days=random.randrange(span + 1)) for _ in range(count)), random.choice(touchy)]


def _definitions(random: Random, campaign: str) -> Iterator[CampaignDefined]:
    saved = datetime(2026, 9, random.randrange(10, 29), random.choice(TOUCHY_HOURS), 30, tzinfo=UTC)
    created, archived = saved, False
    for version in range(1, random.randrange(2, 8)):
        late = random.random() < 0.2
        # Some versions change texts, dates or shares alone: they have the steps of the one before.
        same = a_definition(version if random.random() < 0.7 else max(version - 1, 1))
        yield a_definition(
            campaign=campaign,
            version=version,
            sales_step=same.sales_step,
            steps=tuple(_excusing(random, same.steps, version)),
            target=None if random.random() < 0.15 else Decimal(random.choice(("0", "400000.00", "1000.01"))),
            shares=tuple(
                Share(advisor_id=advisor, amount=Decimal(random.choice(_EUROS[1:])))
                for advisor in ADVISORS
                if random.random() < 0.5
            ),
            start_date=BEGINS + timedelta(days=5 * late),
            end_date=ENDS - timedelta(days=100 * late),
            archived=archived,
            created_at=created,
            saved_at=saved,
        )
        saved += timedelta(days=random.randrange(45), hours=random.choice(TOUCHY_HOURS))
        archived = random.random() < 0.15
        if saved >= NOW:
            return


def _excusing(random: Random, steps: Sequence[StepDefinition], version: int) -> Iterator[StepDefinition]:
    """The steps, some of them due only from those not yet past their place when this version was saved."""
    for at, step in enumerate(steps):
        after = frozenset(later.id for later in steps[at + 1 :])
        excused = step.mandatory and after and random.random() < 0.4
        yield step.model_copy(update={"exemptions": (Exemption(version, after),)}) if excused else step


def _people(random: Random) -> Iterator[tuple[UserChanged, datetime]]:
    for user in users():
        told = datetime(2026, random.choice((8, 9)), 20, 22, 30, tzinfo=UTC)
        for revision in range(1, random.choice((2, 2, 3, 4))):
            unit = user.unit_id if revision == 1 else random.choice((LILLE, NICE, NORTH))
            yield user.model_copy(update={"unit_id": unit, "unit_path": PATHS[unit], "revision": revision}), told
            told += timedelta(days=random.randrange(60), hours=random.choice(TOUCHY_HOURS))


def _life(random: Random, history: History) -> Iterator[tuple[Fact, FollowUp, datetime, datetime]]:
    """Facts and states with when each happened and was recorded."""
    now = history.definitions[0].saved_at + timedelta(days=random.randrange(60), hours=random.choice(TOUCHY_HOURS))
    today = _day(history, now)
    entry = max(BEGINS, today + timedelta(days=random.choice((-20, 0, 0, 0, 3, 30))))
    try:
        fact, state = targeted(
            entry_date=entry,
            potential=Decimal(random.choice(_EUROS)),
            advisor_id=random.choice(ADVISORS),
            plan=_plan(history, now),
            today=today,
        )
    except RuleBroken:
        return
    yield fact, state, now, now
    done: set[int] = set()
    for _ in range(random.randrange(22)):
        now += timedelta(days=random.choice((0, 0, 1, 4, 12)), hours=random.choice(TOUCHY_HOURS))
        if now >= NOW:
            return
        back = timedelta(days=random.choice((0, 0, 0, 1, 9, 40)), hours=random.choice((0, 0, 1, 5)))
        plan, today, on = _plan(history, now), _day(history, now), _day(history, now - back)
        try:
            command = _command(random, state, plan, today, on, reopened=random.choice(sorted(done) or [0]))
            if isinstance(command, ReopenInteraction) and command.number not in done:
                continue  # that it was done is known outside the rulebook
            fact = decide(state, command, plan, Circumstances(today, on, "crm"))
        except RuleBroken:
            continue
        state = apply(state, fact)
        if fact.step_id is None and fact.kind in (FactKind.INTERACTION_RECORDED, FactKind.INTERACTION_COMPLETED):
            done.add(fact.of or state.number)
        if isinstance(command, ReopenInteraction):
            done.remove(command.number)
        yield fact, state, now - back, now


def _command(random: Random, state: FollowUp, plan: Plan, today: date, on: date, *, reopened: int) -> Command:
    step = random.choice([*enterable_steps(state, plan), *enterable_steps(state, plan), PAPERS])
    begun, completed = (
        random.choice([entry.step_id for entry in state.entries if entry.state is wanted] or [PAPERS])
        for wanted in (EntryState.BEGUN, EntryState.COMPLETED)
    )
    pending = random.choice([one.number for one in state.pending] or [0])
    kind = random.choice(tuple(ConclusionKind))
    collected = Decimal(random.choice(_EUROS)) if kind.is_success else Decimal(0)
    if plan.archived:
        return random.choice((commands.CloseArchived(), commands.ReopenUnarchived(random.choice(ADVISORS))))
    if state.closing is None:
        return random.choices(
            (
                commands.CompleteStep(step),
                commands.BeginStep(step),
                commands.UndoCompletion(completed),
                commands.CancelEntry(begun),
                CompleteInteraction(step_id=begun),
                commands.RecordInteraction(StepKind.REMINDER),
                PlanInteraction(StepKind.APPOINTMENT),
                CompleteInteraction(number=pending),
                CancelInteraction(number=pending),
                ReopenInteraction(reopened, StepKind.APPOINTMENT),
                commands.Conclude(kind, random.choice((on, on, today)), collected),
                commands.ChangePotential(Decimal(random.choice(_EUROS))),
                commands.MoveEntryDate(today + timedelta(days=random.randrange(30))),
                commands.Reassign(random.choice(ADVISORS)),
                commands.WithdrawClient(),
                MarkOverdue(position(state, plan) or PAPERS, today - timedelta(days=1)),
            ),
            (30, 12, 5, 3, 1, 4, 5, 4, 1, 3, 5, 2, 2, 3, 1, 5),
        )[0]
    if state.closing == "CONCLUDED":
        return random.choices(
            (
                commands.AmendConclusion(kind, random.choice((on, today)), collected),
                commands.WithdrawConclusion(random.choice((None, ANNE))),
                commands.CompleteStep(random.choice(plan.steps).id),
                commands.RecordInteraction(StepKind.TASK),
                LinkHoldings(accounts=(f"account {today}",)),
            ),
            (5, 3, 6, 2, 1),
        )[0]
    return commands.TargetAgain(on, Decimal(random.choice(_EUROS)), random.choice(ADVISORS))


def _told(campaign: str, who: str, happened: list[tuple[Fact, FollowUp, datetime, datetime]]) -> Iterator[FactRecorded]:
    for fact, after, occurred_at, recorded_at in happened:
        yield FactRecorded(
            follow_up_id=follow_up_id(campaign, who),
            campaign_id=campaign,
            client_id=who,
            number=after.number,
            fact=fact,
            after=after,
            occurred_at=occurred_at,
            received_at=recorded_at,
            recorded_at=recorded_at,
            door="crm",
            actor="crm",
        )


def _plan(history: History, now: datetime) -> Plan:
    return [one for one in history.definitions if one.saved_at <= now][-1].plan()


def _day(history: History, instant: datetime) -> date:
    return instant.astimezone(history.zone).date()
