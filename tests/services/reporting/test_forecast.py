"""The forecast over the read model: its sums against lives counted one by one, whose they are, and its silences."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import httpx
import pytest
from sqlalchemy import text

from services.reporting.api import forecast_routes
from services.reporting.ports.reading import Scope
from services.reporting.settings import Settings
from services.reporting.store.forecasting import PostgresForecasting
from services.reporting.use_cases import forecast as use_case
from services.reporting.use_cases.forecast import Silence, read_forecast
from shared.rulebook.access import AccessLevel
from shared.rulebook.chances import STILL, SUCCESS
from shared.rulebook.commands import CompleteStep, Conclude
from shared.rulebook.errors import NotVisible
from shared.rulebook.follow_up import ConclusionKind
from shared.rulebook.history import apply
from shared.runtime.http import service_app
from shared.runtime.security import current_principal
from tests.support.forecast_histories import Life, known
from tests.support.stories_reporting import (
    ANNE,
    CALL,
    CAMPAIGN,
    CHLOE,
    FOUR_STEPS,
    MEETING,
    READERS,
    SECOND,
    TODAY,
    a_definition,
    a_reader,
    a_story,
    facts_of,
    last_states,
    lived,
)

PLANS = [a_definition(version).plan() for version in range(1, 6)]
PLAN = PLANS[0]
LAST = date(2026, 12, 31)
STEPS = [step.id for step in FOUR_STEPS]
ALL = READERS["all"]
BEGAN = date(2026, 10, 5)
ON = date(2026, 10, 20)
AFTERWARDS, LATER = date(2027, 4, 1), date(2027, 6, 1)
"""When the longest of random stories is over."""


@pytest.fixture
def observe(readings, database):
    async def observe(reader=ALL, steps=STEPS, today=TODAY, last=LAST, share=1.0, **scope):
        async with PostgresForecasting(database).snapshot() as snapshot:
            asked = Scope(reader, **scope)
            return await snapshot.observations.observe(asked, CAMPAIGN, steps, today=today, last=last, share=share)

    return observe


@pytest.fixture
def foretell(readings, database):
    async def foretell(reader=ALL, today=TODAY, **scope):
        async with PostgresForecasting(database).snapshot() as snapshot:
            return await read_forecast(snapshot, Scope(reader, **scope), CAMPAIGN, today)

    return foretell


def a_life(state, steps):
    """The follow-up as the slow count takes it."""
    concluded = state.closing == "CONCLUDED"
    reached = [
        (steps.index(entry.step_id) + 1, entry.completed_on.toordinal())
        for entry in state.entries
        if entry.state == "COMPLETED" and entry.step_id in steps
    ]
    return Life(
        entry=state.entry_date.toordinal(),
        potential=float(state.potential),
        steps=tuple(reached),
        ends=state.conclusion.on.toordinal() if concluded else None,
        success=concluded and state.conclusion.kind.is_success,
        amount=float(state.conclusion.collected) if concluded else 0.0,
    )


def rows_of(parts):
    """Sums by kind of clients, place, and end or days left."""
    return {
        (kind, type(row).__name__, row.place, getattr(row, "to", getattr(row, "days", None))): [
            getattr(row, name) for name in type(row).__dataclass_fields__ if name not in {"place", "to", "days"}
        ]
        for kind, known in enumerate(parts)
        for row in (*known.spells, *known.waiting)
    }


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", ["all", "north", "anne", "nobody"])
async def test_the_sums_are_those_of_lives_counted_one_by_one(tell, observe, seed, name):
    facts = a_story(seed, PLANS[: seed + 1], clients=80)
    definitions = [a_definition(version) for version in range(1, seed + 2)]
    await tell(definitions, facts)
    steps = [step.id for step in definitions[-1].steps]
    states = [state for state, _ in last_states(facts, READERS[name]) if state.closing != "ARCHIVED"]
    slow = known([a_life(state, steps) for state in states], AFTERWARDS.toordinal(), LATER.toordinal())

    found = await observe(READERS[name], steps, today=AFTERWARDS, last=LATER)

    assert rows_of(found.kinds) == {row: pytest.approx(sums) for row, sums in rows_of(slow).items()}
    assert [kind.success.number for kind in found.kinds] == [kind.success.number for kind in slow]
    assert [kind.success.amount for kind in found.kinds] == pytest.approx([kind.success.amount for kind in slow])
    assert found.conclusions == sum(state.closing == "CONCLUDED" for state in states)
    assert sum(place.clients for place in found.in_progress) == sum(state.closing is None for state in states)


def many(clients=120, advisor=ANNE, seed=1):
    """A campaign under way: a third sold, a third refused, a third still open at some step."""
    random, told = Random(seed), []  # noqa: S311  the same in every run
    for number in range(clients):
        day = BEGAN + timedelta(days=random.randrange(40))
        steps = [CompleteStep(step) for step in (CALL, SECOND, MEETING)[: random.randrange(4)]]
        end = (
            [Conclude(ConclusionKind.SALE, day, Decimal(random.randrange(200, 900)))],
            [Conclude(ConclusionKind.REFUSAL, day)],
            [],
        )[number % 3]
        story = lived(PLAN, *steps, *end, advisor=advisor, potential=str(random.randrange(500, 2000)), on=day)
        told += facts_of(story, client=f"client {number} of {advisor}")
    return told


async def test_a_forecast_says_what_it_rests_on_and_what_the_target_needs(tell, foretell, indicators):
    await tell([a_definition()], many())

    found = await foretell()
    figures = await indicators(ALL)

    assert found.silence is None
    assert (found.observed.conclusions, found.observed.successes, found.days_left) == (80, 40, 37)
    said = found.forecast
    assert figures.collected < said.low < said.expected < said.high
    assert said.high < figures.collected + figures.remaining_potential
    assert found.expected_gap == Decimal("400000.00") - said.expected
    assert (figures.remaining_to_target, figures.contacts, found.contacts_needed) == (378_380, 164, 2871)
    assert found.contacts_per_week == Decimal("543.2")
    assert sum(place.clients for place in found.places) == 40
    assert [place.after_step for place in found.places] == [None, CALL, SECOND, MEETING]
    assert all(Decimal(0) <= place.chance <= Decimal(100) for place in found.places)


async def test_a_reader_of_a_part_is_told_of_that_part_alone(tell, foretell):
    await tell([a_definition()], [*many(advisor=ANNE), *many(clients=30, advisor=CHLOE, seed=2)])

    of_anne, of_south = await foretell(READERS["anne"]), await foretell(READERS["south"])

    assert (of_anne.observed.conclusions, of_anne.observed.successes) == (80, 40)
    assert of_anne == replace(await foretell(advisor_id=ANNE), campaign=of_anne.campaign)
    assert of_south.silence is Silence.TOO_LITTLE_KNOWN  # 20 conclusions in the south
    assert (of_south.forecast, of_south.observed.conclusions) == (None, 20)
    with pytest.raises(NotVisible):
        await foretell(a_reader(AccessLevel.OWN, user="stranger"))


@pytest.mark.parametrize(
    ("today", "silence"),
    [(date(2026, 9, 30), Silence.NOT_STARTED), (date(2027, 1, 1), Silence.ENDED), (LAST, None)],
)
async def test_before_the_start_and_after_the_end_nothing_is_foretold(tell, foretell, today, silence):
    await tell([a_definition()], many())

    found = await foretell(today=today)

    assert found.silence is silence
    assert found.contacts_per_week is None
    if silence is None:  # on the last day, what is collected is what there will be
        assert found.forecast.low == found.forecast.high == found.indicators.collected


async def test_without_clients_in_progress_what_is_collected_is_certain_and_without_target_nothing_is_missing(
    tell, foretell
):
    sold = lived(PLAN, CompleteStep(CALL), Conclude(ConclusionKind.SALE, BEGAN, Decimal(50)), on=BEGAN)
    await tell([a_definition(target=None, shares=())], facts_of(sold))

    found = await foretell()

    assert (found.forecast.low, found.forecast.expected) == (Decimal("50.00"), Decimal("50.00"))
    assert (found.expected_gap, found.contacts_needed) == (None, None)


async def test_a_campaign_without_clients_and_one_of_a_single_day_are_answered(tell, foretell):
    await tell([a_definition(start_date=TODAY, end_date=TODAY)])

    found = await foretell()

    assert (found.forecast.expected, found.days_left, found.contacts_needed) == (Decimal("0.00"), 0, None)


async def test_of_very_many_clients_a_sample_is_read_and_stands_for_all(tell, foretell, observe, monkeypatch):
    await tell([a_definition()], many(clients=400))
    whole = await foretell()
    monkeypatch.setattr(use_case, "_MOST", 200)

    sampled = await foretell()

    assert 130 < sampled.observed.conclusions + sum(p.clients for p in (await observe(share=0.5)).in_progress) < 270
    assert sum(place.clients for place in sampled.places) == pytest.approx(133, abs=2)
    assert float(sampled.forecast.expected) == pytest.approx(float(whole.forecast.expected), rel=0.2)


async def test_what_is_read_is_bounded_by_places_and_not_by_clients(tell, database, observe):
    """Rows that come back: one per place, end and kind of clients."""
    await tell([a_definition()], many(clients=300))
    found = await observe()

    rows = sum(len(kind.spells) + len(kind.waiting) for kind in found.kinds)
    async with database.reading() as connection:
        held = (await connection.execute(text("select count(*) from follow_ups"))).scalar_one()

    assert held == 300
    assert rows < 25


async def test_over_http(tell, database, readings):
    await tell([a_definition()], many())
    app = service_app(title="Reporting", version="1", lifespan=None, settings=Settings())
    app.include_router(forecast_routes(PostgresForecasting(database), FixedDay()))
    app.dependency_overrides[current_principal] = lambda: ALL
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        told = (await http.get("/api/reports/forecast", params={"campaign_id": CAMPAIGN})).json()
        unseen = await http.get("/api/reports/forecast", params={"campaign_id": CAMPAIGN, "advisor_id": CAMPAIGN})
        missing = await http.get("/api/reports/forecast")

    assert told["observations"] == {
        "conclusions": 80,
        "successes": 40,
        "least_conclusions": 30,
        "least_successes": 10,
    }
    assert (told["level_percent"], told["silent_because"], told["days_left"]) == (80, None, 37)
    assert Decimal(told["low"]) < Decimal(told["expected"]) < Decimal(told["high"])
    assert told["places"][0]["after_step"] is None
    assert (unseen.status_code, missing.status_code) == (404, 422)


class FixedDay:
    """A clock of this one day."""

    def today(self):
        return TODAY


async def test_of_one_day_only_the_last_thing_counts_and_a_step_taken_up_later_is_no_way_back(tell, observe):
    """By hand: entered on 1 October, 1,000 € each; all on 20 October unless said otherwise."""
    at_once = lived(PLAN, CompleteStep(CALL), CompleteStep(MEETING), Conclude(ConclusionKind.SALE, ON, Decimal(9)))
    further = lived(PLAN, CompleteStep(CALL), CompleteStep(SECOND))
    back = lived(PLAN, CompleteStep(CALL), CompleteStep(MEETING))
    fact, state = back[-1]
    late = replace(fact, step_id=SECOND, on=date(2026, 10, 25))
    back.append((late, apply(state, late)))
    await tell([a_definition()], [f for n, story in enumerate((at_once, further, back)) for f in told(story, n)])

    rich, _ = (await observe()).kinds

    assert {(stay.place, stay.to): (stay.weight / 1000, stay.weight_days / 1000) for stay in rich.spells} == {
        (0, SUCCESS): (1, 20),
        (0, 2): (1, 20),
        (2, STILL): (1, 35),
        (0, 3): (1, 20),
        (3, STILL): (1, 35),
    }
    assert {(at.place, at.days): at.weight for at in rich.waiting} == {(2, 37): 1000.0, (3, 37): 1000.0}


def told(story, number):
    return facts_of(story, client=f"client {number}")
