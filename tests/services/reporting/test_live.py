"""Figures as they change, on two replicas of the real service: nothing lost, nothing repeated, nothing beyond reach."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import Engine, event

from services.reporting.app import create_app
from services.reporting.settings import Settings
from services.reporting.store.replicas import PostgresReplicas
from shared.rulebook.access import AccessLevel
from shared.rulebook.ids import campaign_id, user_id
from shared.runtime.database import Database
from shared.runtime.messaging import Bus
from shared.runtime.principals import PrincipalsBucket
from tests.rights.streams import streaming
from tests.support.five_services import TokensAreNames
from tests.support.live_figures import LIVE, OF_ONE, Told, a_page, a_record, figures
from tests.support.stories_reporting import (
    CALL,
    CAMPAIGN,
    CHLOE,
    LILLE,
    MEETING,
    NETWORK,
    NICE,
    a_definition,
    units,
    users,
)

SAVINGS = campaign_id("savings")


@pytest.fixture
async def told(fresh_database, nats_url):
    bus = await Bus.connect(nats_url, name="directory")
    bucket = PrincipalsBucket(bus)
    await bus.ensure_streams()
    await bucket.ensure()
    beating = asyncio.create_task(bucket.heartbeat())
    database = Database(fresh_database, service="reporting", pool_size=2)
    told = Told(database, bucket)
    await PostgresReplicas(database).keep(users=users(), units=units())
    await told.define(a_definition(), a_definition(campaign=SAVINGS))
    await told.rights(
        a_record("all", AccessLevel.ALL, NETWORK),
        a_record("boss", AccessLevel.ALL, NETWORK),
        a_record("lille", AccessLevel.UNIT, LILLE),
        a_record("nice", AccessLevel.UNIT, NICE),
    )
    await told.completed("first")
    await told.completed("of savings", campaign=SAVINGS)
    yield told
    beating.cancel()
    await database.close()
    await bus.close()


@pytest.fixture
def settings(fresh_database, nats_url):
    return Settings(
        database_url=fresh_database,
        nats_url=nats_url,
        log_level="ERROR",
        reporting_live_poll_seconds=0.02,
        reporting_live_seconds=0.05,
        reporting_live_heartbeat_seconds=0.3,
        reporting_live_streams_per_person=3,
        reporting_reconcile_at="off",
    )


@pytest.fixture
async def replica(told, settings):
    async with _running(settings) as app:
        yield app


@pytest.fixture
async def other(told, settings):
    """Another process of the service."""
    async with _running(settings) as app:
        yield app


@asynccontextmanager
async def _running(settings):
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        app.state.security = replace(app.state.security, verifier=TokensAreNames())
        async with asyncio.timeout(15):
            while await app.state.health.failures():
                await asyncio.sleep(0.02)
        yield app


async def test_a_page_gets_everything_and_then_what_changes_with_the_funnel_that_moved(told, replica):
    async with a_page(replica) as page:
        name, data = await page.next()
        assert (name, figures(data), data["shown"]) == ("figures", {CAMPAIGN: 1}, [CAMPAIGN])

        await told.completed("second", steps=(CALL, MEETING))
        name, data = await page.next()

    assert (name, figures(data), data["shown"]) == ("changes", {CAMPAIGN: 3}, None)
    assert [step["done"] for step in data["campaigns"][0]["steps"]] == [2, 0, 1, 0]


async def test_only_campaigns_whose_figures_changed_are_sent(told, replica):
    async with a_page(replica, LIVE) as page:
        _, data = await page.next()
        assert figures(data) == {CAMPAIGN: 1, SAVINGS: 1}

        await told.completed("second", campaign=SAVINGS)
        _, changes = await page.next()

    assert figures(changes) == {SAVINGS: 2}
    assert changes["campaigns"][0]["steps"] is None


async def test_what_happens_outside_the_reach_is_not_told(told, replica):
    async with a_page(replica, by="lille") as page:
        assert figures((await page.next())[1]) == {CAMPAIGN: 1}
        await told.completed("in nice", advisor=CHLOE)
        await page.until_comment()
        await told.completed("in lille")
        assert figures((await page.next())[1]) == {CAMPAIGN: 2}

    async with streaming(replica, f"{LIVE}?advisor_id={CHLOE}", "lille") as refused:
        assert refused.status == 404
    async with a_page(replica, f"{OF_ONE}&advisor_id={CHLOE}") as page:
        assert figures((await page.next())[1]) == {CAMPAIGN: 1}


async def test_a_page_goes_on_at_the_other_replica_without_losing_or_repeating_a_state(told, replica, other):
    async with a_page(replica, LIVE) as page:
        await page.next()
        await told.completed("second")
        assert figures((await page.next())[1]) == {CAMPAIGN: 2}
        seen = page.last_id

    async with a_page(other, LIVE, last_id=seen) as page:
        assert await page.next() == ("ready", {})
    await told.completed("third", campaign=SAVINGS)
    async with a_page(other, LIVE, last_id=seen) as page:
        name, data = await page.next()
        assert (name, figures(data)) == ("changes", {SAVINGS: 2})
        await told.completed("fourth")
        assert figures((await page.next())[1]) == {CAMPAIGN: 3}
    async with a_page(replica, LIVE, last_id="12.of another.scope") as page:
        assert (await page.next())[0] == "figures"


async def test_a_burst_is_told_once_it_has_come_and_ends_in_the_same_figures_for_everybody(told, replica, other):
    async with AsyncExitStack() as stack:
        pages = [
            await stack.enter_async_context(a_page(app, by=by)) for app in (replica, other) for by in ("all", "boss")
        ]
        for page in pages:
            await page.next()
        for number in range(12):
            await told.completed(f"client {number}")
        sent = []
        for page in pages:
            contacts = [0]
            while contacts[-1] < 13:
                contacts.append(figures((await page.next())[1])[CAMPAIGN])
            sent.append(contacts)

    assert all(contacts == sorted(set(contacts)) for contacts in sent)


async def test_the_queries_of_a_change_are_the_same_however_many_follow(told, replica, request):
    app, executed = replica, []

    def note(connection, cursor, statement, *rest):
        if statement.startswith("SELECT") and ("figure_changes" in statement or "counters" in statement):
            executed.append(statement)

    async def queries_of_one_change(client):
        executed.clear()
        await told.completed(client)
        for page in pages:
            await page.next()
        return len(executed)

    event.listen(Engine, "before_cursor_execute", note)
    request.addfinalizer(lambda: event.remove(Engine, "before_cursor_execute", note))
    async with AsyncExitStack() as stack:
        pages = [await stack.enter_async_context(a_page(app))]
        await pages[0].next()
        alone = await queries_of_one_change("alone")
        for by in ("all", "all", "boss", "boss", "boss"):
            pages.append(await stack.enter_async_context(a_page(app, by=by)))
            await pages[-1].next()
        together = await queries_of_one_change("together")

    assert alone > 0
    assert together == alone


async def test_a_right_that_is_taken_away_ends_the_stream_and_a_wider_reach_shows_at_once(told, replica):
    async with a_page(replica, by="lille") as page:
        await page.next()
        await told.completed("in nice", advisor=CHLOE)
        await told.rights(a_record("lille", AccessLevel.ALL, LILLE))
        name, data = await page.next()
        assert (name, figures(data)) == ("figures", {CAMPAIGN: 2})
        await told.rights(a_record("lille", AccessLevel.NONE, LILLE))
        await page.until_ended()

    async with streaming(replica, OF_ONE, "lille") as refused:
        assert refused.status == 403
    async with a_page(replica, by="boss") as page:
        await page.next()
        await told.rights(a_record("boss", AccessLevel.ALL, NETWORK, active=False))
        await page.until_ended()


async def test_a_campaign_that_leaves_reach_ends_its_own_stream_and_leaves_the_list_of_others(told, replica):
    async with a_page(replica) as one, a_page(replica, LIVE) as all_:
        await one.next()
        await all_.next()
        await told.define(a_definition(2, deleted=True))
        name, data = await all_.next()
        await one.until_ended()

    assert (name, data["campaigns"], data["shown"]) == ("changes", [], [SAVINGS])


async def test_streams_of_one_person_are_bounded_and_one_that_is_cut_off_leaves_its_place(
    told, replica, fresh_database
):
    async with AsyncExitStack() as stack:
        for _ in range(3):
            await (await stack.enter_async_context(a_page(replica))).next()
        async with streaming(replica, OF_ONE, "all") as refused:
            assert refused.status == 429
        async with a_page(replica, by="boss") as page:
            assert (await page.next())[0] == "figures"

    async with a_page(replica) as page:
        assert (await page.next())[0] == "figures"
    assert await _in_transaction(fresh_database) == 0


@pytest.mark.parametrize("path", [f"{LIVE}?campaign_id={user_id('nothing')}", f"{LIVE}?unit_id={user_id('nothing')}"])
async def test_what_does_not_exist_is_not_found(told, replica, path):
    async with streaming(replica, path, "all") as refused:
        assert refused.status == 404


async def _in_transaction(url):
    """Connections that stand in a transaction without doing anything: cut off, and kept from others.

    A service's own role is not told what others do.
    """
    standing = "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in %'"
    async with await psycopg.AsyncConnection.connect(url.replace("+psycopg", ""), autocommit=True) as administrator:
        return (await (await administrator.execute(standing)).fetchone())[0]
