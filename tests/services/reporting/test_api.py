"""/api/reports over HTTP, on PostgreSQL."""

import json
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlalchemy import event

from services.reporting.api import create_router
from services.reporting.settings import Settings
from services.reporting.store.checks import PostgresChecks
from services.reporting.store.figures import PostgresReadings
from services.reporting.store.replicas import PostgresReplicas
from shared.rulebook.access import AccessLevel, Principal
from shared.rulebook.commands import CompleteStep, Conclude
from shared.rulebook.follow_up import ConclusionKind
from shared.rulebook.ids import campaign_id, user_id
from shared.runtime.clock import FixedClock
from shared.runtime.http import service_app
from shared.runtime.security import current_principal
from tests.support.fakes_reporting import FakeOrders
from tests.support.stories_reporting import (
    ANNE,
    CALL,
    CAMPAIGN,
    CHLOE,
    LILLE,
    MEETING,
    NETWORK,
    NORTH,
    NOW,
    PAPERS,
    PATHS,
    SECOND,
    SOUTH,
    TODAY,
    a_definition,
    facts_of,
    lived,
    units,
    users,
)

PLAN = a_definition().plan()
SALE = Conclude(ConclusionKind.SALE, TODAY, "250.50")
REFUSAL = Conclude(ConclusionKind.REFUSAL, TODAY)
NOBODY, PREFIX = "11111111-1111-4111-8111-111111111111", "/api/reports"


def a_reader(level=AccessLevel.ALL, unit=NETWORK, **rights):
    return Principal(user_id=user_id("reader"), unit_id=unit, unit_path=PATHS[unit], access_level=level, **rights)


@pytest.fixture
async def told(database, real):
    await PostgresReplicas(database).keep(users=users(), units=units())
    await real.hear(a_definition())
    await real.hear(
        *facts_of(lived(PLAN, CompleteStep(CALL), CompleteStep(MEETING), SALE, on=TODAY), client="signed"),
        *facts_of(lived(PLAN, CompleteStep(CALL), CompleteStep(MEETING), REFUSAL, on=TODAY), client="refused"),
        *facts_of(lived(PLAN, CompleteStep(CALL), SALE, on=TODAY, advisor=CHLOE), client="signed early"),
        *facts_of(lived(PLAN, REFUSAL, on=TODAY, advisor=CHLOE), client="refused early"),
        *facts_of(lived(PLAN, CompleteStep(CALL)), client="open"),
        *facts_of(lived(PLAN, entry=TODAY.replace(day=25)), client="waiting"),
    )


@pytest.fixture
def caller():
    return SimpleNamespace(principal=a_reader())


@pytest.fixture
async def client(told, database, caller):
    app = service_app(title="Reporting", version="1", lifespan=None, settings=Settings())
    clock = FixedClock(ZoneInfo("Europe/Paris"), NOW)
    app.include_router(create_router(PostgresReadings(database), PostgresChecks(database), FakeOrders(), clock))
    app.dependency_overrides[current_principal] = lambda: caller.principal
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client


async def get(client, path, expected=200, /, **query):
    answer = await client.get(PREFIX + path, params=query)
    assert answer.status_code == expected, answer.text
    return answer.json()


async def test_the_indicators_of_a_campaign_come_as_exact_strings_with_their_terms(client):
    found = await get(client, "/indicators", campaign_id=CAMPAIGN)

    assert found == {
        "target": "400000.00",
        "potential": "6000.00",
        "collected": "501.00",
        "remaining_potential": "2000.00",
        "remaining_to_target": "399499.00",
        "surplus": "0.00",
        "shortfall": "397499.00",
        "achievement": {"numerator": "501.00", "denominator": "400000.00", "percent": "0.13"},
        "coverage": {"numerator": "6000.00", "denominator": "400000.00", "percent": "1.50"},
        "pace": {"numerator": "501.00", "denominator": "239130.43", "percent": "0.21"},
        "days_elapsed": 55,
        "days_remaining": 37,
        "clients": 6,
        "accepted": {"count": 2, "of_all": {"numerator": "2", "denominator": "6", "percent": "33.33"}},
        "refused": {"count": 2, "of_all": {"numerator": "2", "denominator": "6", "percent": "33.33"}},
        "in_progress": {"count": 2, "of_all": {"numerator": "2", "denominator": "6", "percent": "33.33"}},
        "closed_without_conclusion": {"count": 0, "of_all": {"numerator": "0", "denominator": "6", "percent": "0.00"}},
        "waiting": 1,
        "open": 1,
        "conversion_rate": {"numerator": "2", "denominator": "3", "percent": "66.67"},
        "take_up_rate": {"numerator": "2", "denominator": "6", "percent": "33.33"},
        "contacts": 6,
        "overdue": 0,
        "as_of": "2026-11-24",
        "axis": "recorded",
        "versions": {CAMPAIGN: 1},
        "complete": True,
        "campaigns": 1,
        "version": 1,
    }


async def test_without_a_denominator_there_is_no_rate(client, caller):
    caller.principal = a_reader(AccessLevel.OWN, LILLE)

    found = await get(client, "/indicators")

    assert (found["clients"], found["campaigns"], found["target"], found["version"]) == (0, 0, None, None)
    assert found["take_up_rate"] == {"numerator": "0", "denominator": "0", "percent": None}
    assert found["achievement"] == {"numerator": "0.00", "denominator": "0", "percent": None}


async def test_two_readers_of_one_campaign_read_what_each_may_see(client, caller):
    caller.principal = a_reader(AccessLevel.SUBTREE, SOUTH)

    found = await get(client, "/indicators", campaign_id=CAMPAIGN)

    assert (found["clients"], found["target"], found["collected"]) == (2, "50.00", "250.50")


async def test_the_steps_come_in_order_with_their_groups_and_rates(client):
    found = await get(client, "/steps", campaign_id=CAMPAIGN)

    assert (found["version"], found["sales_step"]) == (1, MEETING)
    assert [step["step_id"] for step in found["steps"]] == [CALL, SECOND, MEETING, PAPERS]
    assert {key: found["steps"][2][key] for key in ("done", "open", "not_reached", "left", "skipped", "concerned")} == {
        "done": 2,
        "open": 0,
        "not_reached": 4,
        "left": 0,
        "skipped": 0,
        "concerned": 2,
    }
    assert found["steps"][0]["step_completion_rate"] == {"numerator": "4", "denominator": "4", "percent": "100.00"}
    assert found["steps"][2]["pass_through_rate"] == {"numerator": "1", "denominator": "2", "percent": "50.00"}
    assert found["steps"][3]["pass_through_rate"]["percent"] is None


async def test_the_breakdown_names_units_and_advisors(client):
    by_unit = await get(client, "/breakdown", campaign_id=CAMPAIGN, by="unit")
    by_advisor = await get(client, "/breakdown", by="advisor", unit_id=NORTH)

    assert [(row["name"], row["clients"], row["contacts"], row["leaf"]) for row in by_unit["rows"]] == [
        ("Unit 0", 6, 6, False),
        ("Unit 1", 4, 5, False),
        ("Unit 2", 2, 1, False),
        ("Unit 3", 4, 5, True),
        ("Unit 4", 2, 1, True),
    ]
    assert [(row["id"], row["external_id"], row["target"]) for row in by_advisor["rows"]] == [
        (ANNE, "user-0", "100000.00")
    ]
    assert by_advisor["rows"][0]["conversion_rate"]["percent"] == "50.00"


async def test_the_list_of_campaigns_pages_and_filters_by_status(client, real):
    for name in ("one", "two"):
        await real.hear(a_definition(campaign=campaign_id(name), name=name, created_at=NOW))

    page = await get(client, "/campaigns", limit=1, offset=1)
    ended = await get(client, "/campaigns", status="ENDED")
    several = await get(client, "/campaigns", status=["ENDED", "RUNNING"])

    assert (page["total"], len(page["campaigns"])) == (3, 1)
    assert ended["campaigns"] == []
    assert several["total"] == 3
    first = several["campaigns"][0]
    assert (first["name"], first["status"], first["clients"], first["version"]) == ("Retraite", "RUNNING", 6, 1)


async def test_a_fact_just_written_is_waited_for(client):
    last = facts_of(lived(PLAN, CompleteStep(CALL)), client="open")[-1]

    seen = await get(client, "/indicators", after=f"{last.follow_up_id}:{last.number}")

    assert seen["complete"] is True


async def test_a_fact_that_does_not_come_is_waited_for_a_second_and_no_longer(client):
    seen = await get(client, "/indicators", after=f"{NOBODY}:1")

    assert (seen["complete"], seen["clients"]) == (False, 6)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/indicators", {"campaign_id": NOBODY}),
        ("/steps", {"campaign_id": NOBODY}),
        ("/breakdown", {"campaign_id": NOBODY, "by": "unit"}),
        ("/indicators", {"unit_id": NOBODY}),
        ("/indicators", {"advisor_id": NOBODY}),
    ],
)
async def test_what_the_reader_does_not_see_answers_404(client, path, query):
    assert (await get(client, path, 404, **query))["code"] == "not_visible"


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/indicators", {"campaign_id": "1 or 1=1"}),
        ("/indicators", {"after": "nonsense"}),
        ("/indicators", {"after": f"{NOBODY}:99999999999999999999"}),
        ("/indicators", {"status": "CLOSED"}),
        ("/breakdown", {"by": "planet"}),
        ("/breakdown", {}),
        ("/steps", {}),
        ("/campaigns", {"limit": "-1"}),
        ("/campaigns", {"offset": "NaN"}),
    ],
)
async def test_nonsense_is_refused_by_name(client, path, query):
    assert (await get(client, path, 422, **query))["code"] == "invalid_request"


@pytest.mark.parametrize("path", ["/indicators", "/campaigns", "/reconcile"])
async def test_a_missing_right_is_named(client, caller, path):
    caller.principal = a_reader(AccessLevel.NONE)

    answer = await get(client, path, 403)

    assert answer["data"]["missing"] in ("access_level", "operator")


async def test_an_operator_asks_for_a_check_and_sees_it(client, caller, real):
    caller.principal = a_reader(AccessLevel.NONE, operator=True)

    asked = await client.post(f"{PREFIX}/reconcile", json={"refill": True})
    await real.regroup()
    found = await get(client, "/reconcile")

    assert (asked.status_code, asked.json()["campaigns"]) == (202, 1)
    assert [(check["campaign_id"], check["differences"]) for check in found["checks"]] == [(CAMPAIGN, 0)]
    assert found["refill"]["added"] == 0
    assert (await client.post(f"{PREFIX}/reconcile", json={"rebuild": 1})).status_code == 422


async def test_a_request_takes_the_same_few_queries_however_many_campaigns_there_are(client, real, database):
    executed = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *call: executed.append(call[2]))

    async def queries(path, **query):
        executed.clear()
        await get(client, path, **query)
        return len(executed)

    paths = [("/indicators", {}), ("/campaigns", {}), ("/breakdown", {"by": "unit"}), ("/breakdown", {"by": "advisor"})]
    before = [await queries(path, **query) for path, query in paths]
    for number in range(20):
        await real.hear(a_definition(campaign=campaign_id(f"campaign {number}"), created_at=NOW))
    after = [await queries(path, **query) for path, query in paths]

    assert (before, after) == ([3, 3, 2, 2], [3, 3, 2, 2])
    assert await queries("/steps", campaign_id=CAMPAIGN) == 3


async def test_a_batch_of_facts_takes_the_same_few_statements_however_large_it_is(real, told, database):
    executed = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *call: executed.append(call[2]))

    async def statements(size):
        stories = [facts_of(lived(PLAN, CompleteStep(CALL)), client=f"{size} {number}") for number in range(size)]
        targeted, completed = ([story[place] for story in stories] for place in (0, 1))
        counts = []
        for batch in (targeted, completed):
            executed.clear()
            await real.hear_facts(batch)
            counts.append(len(executed))
        return counts

    assert await statements(2) == await statements(150) == [9, 7]


async def test_answers_are_json_that_any_reader_parses(client):
    assert json.loads((await client.get(f"{PREFIX}/campaigns")).text, parse_float=pytest.fail)["total"] == 1
