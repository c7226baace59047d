"""Many follow-ups as reporting would have received them: a few lives by the rulebook, multiplied in SQL.

What is generated are facts, and rows that no counter holds yet, as after facts that came before their campaign's
definition. Then the definition is told, and reporting's own regrouping folds every follow-up from its facts.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

import psycopg
from pydantic import TypeAdapter

from services.reporting.store.ledger import PostgresLedgers
from services.reporting.store.replicas import PostgresReplicas
from services.reporting.use_cases.definitions import keep_definitions
from services.reporting.use_cases.regroup import regroup_all
from shared.contracts.campaign import CampaignDefined, Share, StepDefinition
from shared.contracts.directory import UnitChanged, UserChanged
from shared.rulebook.commands import Circumstances, Command, CompleteStep, Conclude
from shared.rulebook.decisions import decide
from shared.rulebook.facts import Fact
from shared.rulebook.follow_up import ConclusionKind, FollowUp
from shared.rulebook.history import apply, targeted
from shared.rulebook.ids import campaign_id, unit_id, user_id
from shared.rulebook.steps import Plan, StepKind
from shared.runtime.clock import Clock
from shared.runtime.database import Database
from shared.runtime.settings import Settings

CAMPAIGN = campaign_id("bench-figures")
NETWORK = unit_id("bench-network")
_BRANCHES, _ADVISORS_PER_BRANCH = 20, 10
_STEPS = ("call", "meeting", "papers")
_CHUNK = 50_000
_REGROUPED_AT_ONCE = 500
_FACT, _STATE = TypeAdapter(Fact), TypeAdapter(FollowUp)

_LIVES = """
    create temporary table lives as
    select life, number, fact, after from jsonb_to_recordset(cast(%s as jsonb))
        as told (life integer, number integer, fact jsonb, after jsonb)
"""
_ADVISORS = "create temporary table people as select n - 1 as n, id from unnest(%s::uuid[]) with ordinality as t(id, n)"
_FACTS = """
    insert into facts (follow_up_id, number, campaign_id, kind, fact, after, occurred_at, recorded_at, door, actor)
    select md5('bench ' || follow_up.n)::uuid, lives.number, %(campaign)s, fact ->> 'kind', fact,
        jsonb_set(after, '{advisor_id}', to_jsonb(people.id::text)), %(now)s, %(now)s, 'job', 'bench'
    from generate_series(%(from)s::integer, %(to)s::integer) as follow_up (n)
    join lives on lives.life = follow_up.n %% %(lives)s
    join people on people.n = follow_up.n %% %(people)s
"""
_ROWS = """
    insert into follow_ups (follow_up_id, campaign_id, client_id, number, state, interactions, generation, advisor_id,
        entry_date, closing, success, initial_potential, potential, collected, position, plan_version)
    select distinct on (follow_up_id) follow_up_id, campaign_id, md5('client ' || follow_up_id)::uuid, number,
        after, 0, 0,
        (after ->> 'advisor_id')::uuid, (after ->> 'entry_date')::date, after ->> 'closing', false,
        (after ->> 'initial_potential')::numeric, (after ->> 'potential')::numeric, 0, null, 0
    from facts
    where follow_up_id in (select md5('bench ' || n)::uuid from generate_series(%(from)s::integer, %(to)s::integer) n)
    order by follow_up_id, number desc
"""


async def generate(url: str, follow_ups: int) -> int:
    """Fill reporting's empty database with so many follow-ups of one campaign; answers the facts."""
    clock = Clock(Settings().zone)
    definition = _definition(clock.today())
    facts = _write_facts(url, follow_ups, definition.plan(), clock)
    database = Database(url, service="reporting", pool_size=2, background=True)
    try:
        await PostgresReplicas(database).keep(units=list(_units()), users=list(_users()))
        ledgers = PostgresLedgers(database)
        await keep_definitions(ledgers, [definition])
        await regroup_all(ledgers, chunk=_REGROUPED_AT_ONCE, now=clock.now())
    finally:
        await database.close()
    _vacuum(url)
    return facts


def _write_facts(url: str, follow_ups: int, plan: Plan, clock: Clock) -> int:
    lives = list(_lives(plan, clock.today()))
    advisors = [user.user_id for user in _users()]
    written = 0
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as admin:
        admin.execute("set search_path to reporting")
        admin.execute(_LIVES, (json.dumps(_told(lives)),))
        admin.execute(_ADVISORS, (advisors,))
        for first in range(0, follow_ups, _CHUNK):
            some = {
                "campaign": CAMPAIGN,
                "from": first,
                "to": min(first + _CHUNK, follow_ups) - 1,
                "lives": len(lives),
                "people": len(advisors),
                "now": clock.now(),
            }
            written += admin.execute(_FACTS, some).rowcount
            admin.execute(_ROWS, some)
    _vacuum(url)
    return written


def _vacuum(url: str) -> None:
    """As autovacuum does sooner or later, so that plans rest on what is there."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as admin:
        admin.execute("vacuum (analyze)")


def _lives(plan: Plan, today: date) -> Iterator[list[tuple[Fact, FollowUp]]]:
    """Follow-ups that wait, stand at each step, and ended in each way."""
    began = today - timedelta(days=30)
    call, meeting = CompleteStep("call"), CompleteStep("meeting")
    sale = Conclude(ConclusionKind.SALE, today, Decimal("250.50"))
    refusal = Conclude(ConclusionKind.REFUSAL, today)
    stories: Sequence[tuple[date, tuple[Command, ...]]] = (
        (today + timedelta(days=5), ()),
        (began, ()),
        (began, (call,)),
        (today, (call, meeting)),
        (began, (call, meeting, sale)),
        (began, (refusal,)),
        (began + timedelta(days=7), ()),
    )
    for entry, commands in stories:
        fact, state = targeted(
            entry_date=entry, potential=Decimal("1000.00"), advisor_id=NETWORK, plan=plan, today=began
        )
        lived = [(fact, state)]
        for command in commands:
            fact = decide(state, command, plan, Circumstances(today, today, "bench"))
            state = apply(state, fact)
            lived.append((fact, state))
        yield lived


def _told(lives: Sequence[Sequence[tuple[Fact, FollowUp]]]) -> list[dict[str, object]]:
    return [
        {
            "life": life,
            "number": after.number,
            "fact": _FACT.dump_python(fact, mode="json"),
            "after": _STATE.dump_python(after, mode="json"),
        }
        for life, lived in enumerate(lives)
        for fact, after in lived
    ]


def _definition(today: date) -> CampaignDefined:
    at = Clock(Settings().zone).now()
    return CampaignDefined(
        campaign_id=CAMPAIGN,
        campaign_key="bench-figures",
        version=1,
        name="Bench",
        owner_id=user_id("bench"),
        creator_id=user_id("bench"),
        target=Decimal("400000.00"),
        start_date=today - timedelta(days=30),
        end_date=today + timedelta(days=60),
        sales_step="meeting",
        steps=tuple(StepDefinition(id=step, title=step, kind=StepKind.TASK, mandatory=True) for step in _STEPS),
        notice_date=None,
        shares=tuple(Share(advisor_id=user.user_id, amount=Decimal("1000.00")) for user in _users()),
        created_at=at,
        saved_at=at,
        saved_by=user_id("bench"),
    )


def _branch(number: int) -> str:
    return unit_id(f"bench-branch-{number}")


def _units() -> Iterator[UnitChanged]:
    yield UnitChanged(
        unit_id=NETWORK, external_id="network", name="Network", parent_id=None, path=(NETWORK,), revision=1
    )
    for number in range(_BRANCHES):
        branch = _branch(number)
        yield UnitChanged(
            unit_id=branch,
            external_id=f"branch-{number}",
            name=f"Branch {number}",
            parent_id=NETWORK,
            path=(NETWORK, branch),
            revision=1,
        )


def _users() -> Iterator[UserChanged]:
    for number in range(_BRANCHES * _ADVISORS_PER_BRANCH):
        branch = _branch(number // _ADVISORS_PER_BRANCH)
        yield UserChanged(
            user_id=user_id(f"bench-{number}"),
            external_id=f"bench-{number}",
            name=f"Advisor {number}",
            unit_id=branch,
            unit_path=(NETWORK, branch),
            revision=1,
        )
