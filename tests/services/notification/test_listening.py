"""The running service on real PostgreSQL and NATS: repeated, shuffled and interrupted messages; live push."""

import asyncio
import random
from contextlib import aclosing
from datetime import UTC, date, datetime, timedelta
from functools import partial
from uuid import uuid4

import pytest
from standardwebhooks.webhooks import Webhook

from services.notification.app import create_app
from services.notification.ports.webhooks import Subscription
from services.notification.settings import Settings
from services.notification.store import StoredWebhooks
from services.notification.use_cases.keep_webhooks import KeepWebhooks
from shared.rulebook.facts import FactKind
from shared.rulebook.follow_up import Closing
from shared.rulebook.ids import campaign_id
from shared.runtime.database import Database
from shared.runtime.messaging import Bus, Outgoing
from shared.runtime.outbox import cloud_event_bytes
from tests.support.stories_notification import a_client, a_definition, a_fact, a_reader, a_user, the_notice_date_of
from tests.support.webhook_receiver import a_receiver

C = campaign_id("retirement")
ANNE = a_reader("anne")
LONG_AGO = date(2020, 1, 2)


@pytest.fixture
def settings(fresh_database, nats_url):
    return Settings(
        database_url=fresh_database,
        nats_url=nats_url,
        notice_announce_seconds=0.05,
        notice_push_seconds=0.02,
        log_level="ERROR",
    )


@pytest.fixture
async def bus(nats_url):
    bus = await Bus.connect(nats_url, name="followup")
    await bus.ensure_streams()
    yield bus
    await bus.close()


def running(app):
    return app.router.lifespan_context(app)


async def send(bus, events):
    """Publish under ids of their own, so that JetStream takes each repetition for a new message."""
    waiting = [Outgoing(event.subject, str(uuid4()), cloud_event_bytes(event, source="test")) for event in events]
    while waiting:
        errors = await bus.publish_all(waiting)
        waiting = [message for message, error in zip(waiting, errors, strict=True) if error is not None]


async def until(condition):
    async with asyncio.timeout(40):
        while not await condition():
            await asyncio.sleep(0.02)


async def test_each_event_reaches_a_webhook_under_one_id_though_it_came_often_and_the_service_was_stopped(
    settings, bus, fresh_database
):
    database = Database(fresh_database, service="notification", pool_size=2)
    keep = KeepWebhooks(StoredWebhooks(database), lambda: datetime.now(UTC))
    facts = [a_fact(C, f"client {n}", "anne", potential=n, entry=LONG_AGO) for n in range(20)]

    async with a_receiver() as receiver:
        wanted = Subscription(name="crm", url=receiver.url, event_types=("campaigns.followup.fact_recorded.v1",))
        made, secret = await keep.create(wanted, "admin")
        for batch, number in ((facts[:15], 15), (facts[5:], 20)):
            async with running(create_app(settings.model_copy(update={"webhook_allow_private": True}))):
                await send(bus, [*batch, *batch, the_notice_date_of(C)])
                await until(partial(enough, receiver, number))
        log = await StoredWebhooks(database).deliveries(made.webhook_id, None, None, 100)
    await database.close()

    assert all(Webhook(secret).verify(one.body, one.headers) for one in receiver.received)
    assert len({one.headers["webhook-id"] for one in receiver.received}) == 20
    assert sorted(one.event_id for one in log) == sorted(fact.event_id for fact in facts)


async def enough(receiver, number):
    return len({one.headers["webhook-id"] for one in receiver.received}) >= number


async def test_repeated_shuffled_and_interrupted_messages_end_in_one_notice_with_everybody(settings, bus):
    told = [
        a_definition(C),
        a_definition(C, version=2, name="Épargne"),
        the_notice_date_of(C),
        a_user("anne"),
        *(a_client(f"client {n}", phone=str(n)) for n in range(30)),
        *(a_fact(C, f"client {n}", "anne", potential=n, entry=LONG_AGO) for n in range(30)),
        *(
            a_fact(C, f"client {n}", "anne", FactKind.STEP_COMPLETED, number=2, potential=n, entry=LONG_AGO)
            for n in range(30)
        ),
        *(a_fact(C, f"client {n}", "anne", FactKind.CONCLUDED, number=3, closing=Closing.CONCLUDED) for n in range(10)),
    ] * 3
    random.Random(3).shuffle(told)  # noqa: S311  the same order in every run

    for part in range(0, len(told), 100):
        app = create_app(settings)
        async with running(app):
            await send(bus, told[part : part + 100])
    app = create_app(settings)
    async with running(app):
        doors = app.state.doors

        async def shown():
            (notice,) = await doors.notices.page(ANNE, doors.clock.today(), None, 10)
            return notice, await doors.notices.clients(ANNE, notice, doors.clock.today(), None, 100)

        async def everything_was_heard():
            # Facts and people come by consumers of their own: neither waits for the other.
            if not await doors.notices.page(ANNE, doors.clock.today(), None, 10):
                return False
            notice, clients = await shown()
            return notice.clients == 20 and all(client.name and client.contacted for client in clients)

        await until(everything_was_heard)
        notice, clients = await shown()

    assert notice.campaign_name == "Épargne"
    assert [client.name for client in clients] == [f"client {n}" for n in range(29, 9, -1)]
    assert all(client.contacted for client in clients)


async def test_a_notice_reaches_an_open_page_by_itself(settings, bus):
    app = create_app(settings)
    async with running(app):
        doors = app.state.doors
        following = doors.pages.follow(ANNE.user_id, None)
        await anext(following)
        waiting = asyncio.create_task(_first_event(following))

        await send(bus, [a_definition(C, sharers=["anne"]), the_notice_date_of(C)])
        event = await asyncio.wait_for(waiting, 40)
        await following.aclose()

    assert event.seq == 1


async def test_a_page_that_comes_back_after_restarts_gets_what_it_missed_once(settings, bus):
    names = [campaign_id(f"campaign {n}") for n in range(6)]
    told = [event for name in names for event in (a_definition(name, sharers=["anne"]), the_notice_date_of(name))]
    seen, last = [], 0
    for begin in range(0, 12, 4):
        # Two campaigns are announced while the page is open, in a process that goes away under it.
        app = create_app(settings)
        async with running(app):
            await send(bus, told[begin : begin + 4] * 2)
            async with asyncio.timeout(40), aclosing(app.state.doors.pages.follow(ANNE.user_id, last)) as following:
                async for tidings in following:
                    seen += [event.seq for event in tidings.events]
                    last = max([last, *seen])
                    assert not tidings.gap
                    if begin == 4 or last >= begin // 2 + 2:  # the second time it leaves before anything has come
                        break

    assert seen == [1, 2, 3, 4, 5, 6]


async def test_a_day_that_begins_while_nobody_speaks_announces_its_newcomers(settings, bus):
    app = create_app(settings)
    async with running(app):
        doors = app.state.doors
        tomorrow = doors.clock.today() + timedelta(days=1)
        await send(bus, [a_definition(C), the_notice_date_of(C), a_fact(C, "client", "anne", entry=tomorrow)])

        async def is_there(clients):
            page = await doors.notices.page(ANNE, doors.clock.today(), None, 10)
            return [notice.news for notice in page] == [clients]

        await until(lambda: is_there(0))
        present = doors.clock.now
        doors.clock.now = lambda: present() + timedelta(days=1)
        await until(lambda: is_there(1))


async def _first_event(following):
    async for tidings in following:
        if tidings.events:
            return tidings.events[0]
    raise AssertionError
