"""The clients that a query finds enter a campaign, pulled by a job that goes on where a killed process left it."""

from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from services.campaign.ports.pulling import Source
from services.campaign.store.documents import kept_documents
from services.campaign.store.pulling import LEASE, PostgresPulls
from services.campaign.store.reading import PostgresCampaigns
from services.campaign.store.replicas import PostgresReplicas
from services.campaign.tables import targeted_clients, targeting_jobs, targeting_pulls
from services.campaign.use_cases.create import create
from services.campaign.use_cases.jobs import Call
from services.campaign.use_cases.saving import Desk
from services.campaign.use_cases.target_by_query import ByQuery, PullClients, target_by_query
from services.campaign.use_cases.work_on_jobs import WorkOnJobs
from shared.contracts.queries import ClientsMatching, CountMatching, MatchingClients, MatchingCount
from shared.rulebook.errors import Forbidden, Invalid, Refused
from shared.rulebook.ids import client_id
from shared.runtime.clock import FixedClock
from tests.services.campaign.conftest import NOW, PEOPLE, a_client_changed
from tests.services.campaign.killed import DRAFT, KilledError
from tests.support.fakes_campaign import FakeFollowUps, FakePeople
from tests.support.fakes_finder import PREMIUM, FakeFinder, FrenchCalendar

BOSS = PEOPLE["boss"]


@pytest.fixture
def clock():
    return FixedClock(ZoneInfo("Europe/Paris"), NOW)


@pytest.fixture
def desk(database, clock):
    files = kept_documents(database, max_bytes=1)
    campaigns = PostgresCampaigns(database, database, files)
    return Desk(campaigns, FakePeople(PEOPLE), FakeFollowUps(), files, clock)


@pytest.fixture
def pulls(database):
    return PostgresPulls(database, database)


async def ask_for(desk, database, pulls, finder, *, calendars=None, **wanted):
    """A campaign whose clients the finder names, and the job that pulls them."""
    names = [f"q{row}" for row in range(len(finder.found))]
    await PostgresReplicas(database).keep_clients([a_client_changed(name, "anne") for name in names])
    campaign = (await create(desk, BOSS, DRAFT, key=None, content="")).campaign.definition.campaign_id
    wanted = ByQuery(asked=PREMIUM, **wanted)
    job = await target_by_query(
        desk,
        Source(finder, pulls),
        BOSS,
        campaign,
        calendars=calendars or FrenchCalendar(),
        wanted=wanted,
        call=Call(items=(), key="q", content="q"),
    )
    return campaign, job


async def work_off(desk, finder, pulls):
    """Both loops of the service, one after the other, until neither finds anything to do."""
    pulling = PullClients(Source(finder, pulls), desk.clock, desk.campaigns)
    working = WorkOnJobs(desk.campaigns, desk.people, desk.clock, timedelta(0))
    while await pulling.work() or await working.work():
        pass


async def rows_of(database, statement):
    async with database.reading() as connection:
        return (await connection.execute(statement)).all()


async def counts(database):
    columns = targeting_jobs.c
    rows = await rows_of(database, select(columns.total, columns.accepted, columns.skipped))
    return tuple(rows[0])


@pytest.mark.parametrize("number", [0, 1, 3, 7])
async def test_every_client_that_the_query_finds_is_targeted_once(desk, database, pulls, number):
    finder = FakeFinder([f"q{row}" for row in range(number)])
    await ask_for(desk, database, pulls, finder)

    await work_off(desk, finder, pulls)

    targeted = await rows_of(database, select(targeted_clients.c.client_id))
    assert sorted(row.client_id for row in targeted) == [one.client_id for one in finder.found]
    assert await counts(database) == (number, number, 0)
    assert await rows_of(database, select(targeting_pulls)) == []


async def test_a_job_is_not_worked_off_before_its_last_page_is_there(desk, database, pulls):
    finder = FakeFinder([f"q{row}" for row in range(4)])
    _, job = await ask_for(desk, database, pulls, finder)
    finder.found += FakeFinder([f"new{row}" for row in range(9)]).found
    finder.found.sort(key=lambda one: one.client_id)
    pulling = PullClients(Source(finder, pulls), desk.clock, desk.campaigns)
    working = WorkOnJobs(desk.campaigns, desk.people, desk.clock, timedelta(0))

    worked_off = []
    while await pulling.work():
        while await working.work():
            pass
        worked_off.append((await desk.campaigns.job(job.campaign_id, job.job_id)).worked_off)

    assert worked_off == [False, False, False, False, True]


class Dying:
    """The real pulls, whose process dies before or after a page was taken."""

    def __init__(self, pulls, *, after):
        self._pulls, self._after = pulls, after

    async def due(self, now):
        return await self._pulls.due(now)

    async def keep(self, pull, page, now):
        if self._after:
            await self._pulls.keep(pull, page, now)
        raise KilledError


@pytest.mark.parametrize("after", [False, True])
async def test_a_process_killed_at_any_page_leaves_a_job_that_another_goes_on_with(desk, database, pulls, clock, after):
    finder = FakeFinder([f"q{row}" for row in range(7)])
    await ask_for(desk, database, pulls, finder)

    for _ in range(2):
        with pytest.raises(KilledError):
            await PullClients(Source(finder, Dying(pulls, after=after)), clock, desk.campaigns).work()
        clock.advance(LEASE)
        await PullClients(Source(finder, pulls), clock, desk.campaigns).work()
    await work_off(desk, finder, pulls)

    targeted = await rows_of(database, select(func.count()).select_from(targeted_clients))
    assert targeted[0][0] == 7
    assert await counts(database) == (7, 7, 0)


async def test_of_two_who_pull_the_same_page_one_takes_it(desk, database, pulls, clock):
    finder = FakeFinder([f"q{row}" for row in range(7)])
    await ask_for(desk, database, pulls, finder)
    slow = PullClients(Source(finder, pulls), clock, desk.campaigns)
    first = await pulls.due(clock.now())
    page = await slow._page(first)

    clock.advance(LEASE)
    await PullClients(Source(finder, pulls), clock, desk.campaigns).work()

    assert await pulls.keep(first, page, clock.now()) is False
    await work_off(desk, finder, pulls)
    assert await counts(database) == (7, 7, 0)


async def test_potentials_are_taken_from_an_attribute(desk, database, pulls):
    finder = FakeFinder([f"q{row}" for row in range(4)])
    await ask_for(desk, database, pulls, finder, attribute="assets", percent=Decimal("12.5"))

    await work_off(desk, finder, pulls)

    rows = await rows_of(database, select(targeted_clients.c.client_id, targeted_clients.c.potential))
    assert {row.client_id: str(row.potential) for row in rows} == {
        client_id("q0"): "0.00",
        client_id("q1"): "12.50",
        client_id("q2"): "25.00",
        client_id("q3"): "37.50",
    }


async def test_a_user_who_may_no_longer_look_clients_up_targets_no_more_of_them(desk, database, pulls):
    finder = FakeFinder([f"q{row}" for row in range(7)])
    _, job = await ask_for(desk, database, pulls, finder)
    await PullClients(Source(finder, pulls), desk.clock, desk.campaigns).work()
    finder.refuses = Forbidden("right_missing", {"missing": "access_level"})

    await work_off(desk, finder, pulls)

    assert await counts(database) == (4, 3, 1)
    skips = await desk.campaigns.skips(job.job_id, after=0, limit=10)
    assert [(one.position, one.reason) for one in skips] == [(4, "right_missing")]


async def test_a_cancelled_job_pulls_no_more(desk, database, pulls):
    finder = FakeFinder([f"q{row}" for row in range(7)])
    _, job = await ask_for(desk, database, pulls, finder)
    await PullClients(Source(finder, pulls), desk.clock, desk.campaigns).work()
    async with desk.campaigns.changing() as changing:
        await changing.cancel_job(job.job_id, desk.clock.now())

    await work_off(desk, finder, pulls)

    assert finder.asked == [None]
    assert await counts(database) == (3, 0, 3)


async def test_the_same_call_again_is_the_same_job(desk, database, pulls):
    finder = FakeFinder(["q0"])
    campaign, job = await ask_for(desk, database, pulls, finder)

    async def again(content):
        call = Call(items=(), key="q", content=content)
        return await target_by_query(
            desk,
            Source(finder, pulls),
            BOSS,
            campaign,
            calendars=FrenchCalendar(),
            wanted=ByQuery(asked=PREMIUM),
            call=call,
        )

    assert (await again("q")).job_id == job.job_id
    with pytest.raises(Refused) as refused:
        await again("other")
    assert refused.value.code == "key_taken"


async def test_a_directory_that_is_away_is_asked_again(door, database):
    campaign = await door.create()
    await PostgresReplicas(database).keep_clients([a_client_changed(name, "anne") for name in ("c1", "c2")])
    bus = door.app.state.source.finder._bus
    found = FakeFinder(["c1", "c2"])
    answers = []

    async def count(asked: CountMatching) -> MatchingCount:
        return await found.count(asked.user_id, asked.filter or asked.query_id, number=None, today=asked.today)

    async def page(asked: ClientsMatching) -> MatchingClients:
        answers.append(asked)
        if len(answers) == 1:
            raise ConnectionError  # a problem of the directory's own
        return await found.page(asked.user_id, None, after=asked.after, today=asked.today)

    await bus.answer(CountMatching, count)
    await bus.answer(ClientsMatching, page)

    asked = await door.ask(
        "POST", f"/{campaign['campaign_id']}/clients/from-query", json={"query_id": client_id("any"), "key": "k"}
    )
    assert asked.status_code == 202, asked.text
    job = await door.job_when_worked(campaign["campaign_id"], asked.json()["job_id"])

    assert (job["total"], job["accepted"], len(answers)) == (2, 2, 2)
    assert answers[1].user_id == BOSS.user_id


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({}, "query_unclear"),
        ({"filter": "age > 1", "query_id": client_id("x")}, "query_unclear"),
        ({"filter": "age >"}, "filter_unreadable"),
        ({"filter": "age > 1", "spread": True, "entry_date": "2026-05-01"}, "entry_date_or_spread"),
        ({"filter": "age > 1", "entry_date": "9999-01-01"}, "entry_date_out_of_range"),
        ({"filter": "age > 1", "potential": {"attribute": "assets", "percent": "101"}}, "percent_out_of_range"),
        ({"filter": "age > 1", "potential": "-1"}, "invalid_request"),
        ({"filter": "age > 1", "potential": "NaN"}, "invalid_request"),
    ],
    ids=str,
)
async def test_a_wrong_call_is_refused_by_name(door, wrong, code):
    campaign = await door.create()

    answer = await door.ask("POST", f"/{campaign['campaign_id']}/clients/from-query", json=wrong)

    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_more_clients_than_one_call_may_target_are_refused(desk, database, pulls):
    finder = FakeFinder(["q0"])
    finder.more = 100_000

    with pytest.raises(Invalid) as refused:
        await ask_for(desk, database, pulls, finder)

    assert (refused.value.code, refused.value.data) == ("too_many_clients", {"limit": 100_000, "count": 100_001})
