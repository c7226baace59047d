"""Figures of any past day on both axes, against a slow computation in plain loops, over random histories."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from services.reporting.ports.listing import Column, Order
from services.reporting.ports.reading import AsOf, Axis, Scope
from services.reporting.store.figures import PostgresReadings
from services.reporting.store.ledger import PostgresLedgers
from services.reporting.store.places import PostgresPlaces
from services.reporting.store.replicas import PostgresReplicas
from services.reporting.use_cases.breakdown import BrokenDownBy, read_breakdown
from services.reporting.use_cases.definitions import keep_definitions
from services.reporting.use_cases.figures import indicators_of, read_campaigns
from services.reporting.use_cases.record_facts import record_facts
from services.reporting.use_cases.regroup import regroup_all
from services.reporting.use_cases.steps import read_steps
from shared.rulebook.access import AccessLevel
from shared.runtime.clock import Clock
from tests.services.reporting.conftest import empty
from tests.support import slow_figures as slow
from tests.support.histories_reporting import LAST_DAY, NOW, History, a_history, some_days
from tests.support.past_lists import listed, listed_slowly
from tests.support.slow_people import Asked, definition_as_of, path_as_of, people_as_of, reads
from tests.support.stories_reporting import ANNE, CHLOE, LILLE, NORTH, SOUTH, a_reader, units

READERS = {
    "all": a_reader(AccessLevel.ALL, user="olga"),
    "north": a_reader(AccessLevel.SUBTREE, NORTH, "olga"),
    "lille": a_reader(AccessLevel.UNIT, LILLE, "olga"),
}
SCOPES = [{}, {}, {"unit": LILLE}, {"unit": SOUTH}, {"advisor": ANNE}, {"advisor": CHLOE}, {"client": None}]
ZONES = ("Europe/Paris", "Pacific/Auckland", "America/Sao_Paulo")


async def tell(database, random: Random, *histories: History) -> None:
    """Everything in no order and some of it twice, as it may come."""
    await empty(database)
    ledgers = PostgresLedgers(database)
    people = [*histories[0].people, *histories[0].people]
    definitions = [one for history in histories for one in (*history.definitions, *history.definitions[:1])]
    facts = [one for history in histories for one in (*history.facts, *history.facts[::3])]
    clients = [client for history in histories for client in history.clients]
    for told in (people, definitions, facts):
        random.shuffle(told)
    await PostgresPlaces(database).keep(people)
    await PostgresReplicas(database).keep(users=[user for user, _ in people], units=units(), clients=clients)
    await keep_definitions(ledgers, definitions)
    if facts:
        await record_facts(ledgers, facts)
    await regroup_all(ledgers, chunk=200, now=NOW)


def expected(history: History, asked: Asked) -> dict | None:
    """The figures of the campaign by the slow way; None before it."""
    definition = definition_as_of(history.definitions, asked)
    if definition is None:
        return None
    people = [
        person
        for person in people_as_of(history.facts, asked)
        if reads(asked, person.advisor, path_as_of(history.people, person.advisor, asked))
    ]
    shares = [
        share.amount
        for share in definition.shares
        if reads(asked, share.advisor_id, path_as_of(history.people, share.advisor_id, asked))
    ]
    target = sum(shares) if shares and asked.client is None else None
    whole = asked.reader.access_level is AccessLevel.ALL and not (asked.unit or asked.advisor or asked.client)
    if whole or definition.target is None:
        target = definition.target
    return {
        **slow.indicators(people, target, definition, asked.day),
        "steps": slow.steps(people, definition, asked.day),
        "advisors": _by_advisor(people),
        "units": _by_unit(history, asked, people),
    }


def expected_of_all(histories: list[History], asked: Asked) -> dict:
    """All campaigns that are not archived as of the day."""
    definitions = [definition_as_of(history.definitions, asked) for history in histories]
    shown = [
        history
        for history, definition in zip(histories, definitions, strict=True)
        if definition is not None and not definition.archived
    ]
    return slow.over_all([expected(history, asked) for history in shown])


def _by_advisor(people) -> dict:
    found: dict[str, list] = {}
    for person in people:
        found.setdefault(person.advisor, []).append(person)
    return {advisor: (len(mine), sum(one.collected for one in mine)) for advisor, mine in found.items()}


def _by_unit(history, asked, people) -> dict:
    found: dict[str, list] = {}
    for person in people:
        path = path_as_of(history.people, person.advisor, asked)
        for at, unit in enumerate(path):
            above = path[: at + 1]
            seen = asked.reader.access_level is AccessLevel.ALL or asked.reader.unit_id in above
            if seen and asked.unit in (None, *above):
                found.setdefault(unit, []).append(person)
    return {unit: (len(mine), sum(one.collected for one in mine)) for unit, mine in found.items()}


async def read(readings: PostgresReadings, history: History, asked: Asked, *, counters: bool = False) -> dict | None:
    """The same as the service answers it; from the counters for today, else from what is dated."""
    end = Clock(asked.zone).midnight(asked.day + timedelta(days=1))
    scope = Scope(asked.reader, asked.unit, asked.advisor, asked.client)
    async with readings.snapshot(None if counters else AsOf(asked.day, Axis(asked.axis), end)) as figures:
        campaigns = await read_campaigns(figures, scope, asked.day, campaign_id=history.campaign)
        funnel = await read_steps(figures, scope, history.campaign, asked.day)
        advisors, by_unit = [
            await read_breakdown(figures, scope, asked.day, by=by, campaign_id=history.campaign)
            for by in (BrokenDownBy.ADVISOR, BrokenDownBy.UNIT)
        ]
    if not campaigns:
        assert (funnel.version, funnel.steps, advisors, by_unit) == (None, [], [], [])
        return None
    found = indicators_of(campaigns)
    counts = found.counts
    return {
        **{
            name: getattr(found, name)
            for name in ("target", "potential", "collected", "remaining_potential", "remaining_to_target", "surplus")
        },
        "shortfall": found.shortfall,
        **{name: getattr(found, name).percent for name in ("achievement", "coverage", "pace")},
        "days": (found.days.elapsed, found.days.total),
        **{name: getattr(found, name) for name in ("clients", "waiting", "contacts", "overdue")},
        "results": (counts.accepted, counts.refused, counts.in_progress, counts.closed_without_conclusion),
        "of_all": tuple(found.rates[result].percent for result in found.rates),
        "conversion": (
            found.conversion_rate.numerator,
            found.conversion_rate.denominator,
            found.conversion_rate.percent,
        ),
        "take_up": (found.take_up_rate.numerator, found.take_up_rate.denominator, found.take_up_rate.percent),
        "version": campaigns[0].campaign.version,
        "steps": [
            {
                "step": step.step.id,
                **{name: getattr(step.counts, name) for name in ("done", "not_reached", "open", "left", "skipped")},
                "completion": step.completion.percent,
                "pass_through": step.pass_through.percent,
            }
            for step in funnel.steps
        ],
        "advisors": _branches(advisors),
        "units": _branches(by_unit),
    }


async def read_all(readings: PostgresReadings, asked: Asked) -> dict:
    """What the service says of all campaigns together."""
    end = Clock(asked.zone).midnight(asked.day + timedelta(days=1))
    scope = Scope(asked.reader, asked.unit, asked.advisor, asked.client)
    async with readings.snapshot(AsOf(asked.day, Axis(asked.axis), end)) as figures:
        found = indicators_of(await read_campaigns(figures, scope, asked.day))
    return {
        **{name: getattr(found, name) for name in ("target", "collected", "remaining_to_target", "surplus")},
        "shortfall": found.shortfall,
        **{name: getattr(found, name).percent for name in ("achievement", "coverage", "pace")},
        "conversion": found.conversion_rate.percent,
        "take_up": found.take_up_rate.percent,
        "contacts": found.contacts,
    }


def _branches(rows) -> dict:
    return {
        row.branch.id: (row.branch.totals.clients, row.branch.totals.collected)
        for row in rows
        if row.branch.totals.clients
    }


async def compare(database, seed: int, clients: int) -> None:
    """One history, and what somebody finds in it on two days, both ways; and today, by the counters too."""
    random = Random(seed)  # noqa: S311  a story
    history = a_history(seed, clients, zone=random.choice(ZONES))
    other = replace(a_history(seed + 1, clients // 4, name="other", zone=history.zone.key), people=history.people)
    await tell(database, random, history, other)
    readings = PostgresReadings(database)
    for day in some_days(random, 1):
        for axis in Axis:
            asked = _somebody(random, history, day, axis)
            assert await read(readings, history, asked) == expected(history, asked), (seed, asked)
            if asked.client is None:
                order = Order(random.choice(list(Column)), random.random() < 0.5)
                rows = await listed(readings, history, asked, order)
                assert rows == listed_slowly(history, asked), (seed, asked)
            assert await read_all(readings, asked) == expected_of_all([history, other], asked), (seed, asked)
    asked = _somebody(random, history, LAST_DAY, random.choice(list(Axis)))
    found = await read(readings, history, asked)
    assert found == expected(history, asked), (seed, asked)
    if asked.client is None:
        assert found == await read(readings, history, asked, counters=True), (seed, asked)


def _somebody(random: Random, history: History, day, axis: Axis) -> Asked:
    """A reader with a narrow reach, or one of everything who asks for all, a unit, an advisor or a client."""
    reader = random.choice(list(READERS.values()))
    scope = random.choice(SCOPES) if reader is READERS["all"] else {}
    if scope == {"client": None} and history.clients:
        scope = {"client": random.choice(history.clients).client_id}
    return Asked(reader, day, axis.value, history.zone, **scope)


@settings(
    deadline=None,
    max_examples=15,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 2**32), clients=st.integers(0, 25))
async def test_every_figure_of_any_day_is_that_of_the_facts_on_both_axes(database, seed, clients):
    await compare(database, seed, clients)


@pytest.mark.slow
@settings(deadline=None, max_examples=1000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), clients=st.integers(0, 40))
async def test_thousands_of_histories_give_the_figures_of_their_facts(database, seed, clients):
    await compare(database, seed, clients)
