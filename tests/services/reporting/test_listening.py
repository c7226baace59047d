"""The running service on real PostgreSQL and NATS: shuffled, doubled and gapped streams, definitions, refills."""

import asyncio
from uuid import uuid4

import pytest

from services.reporting.__main__ import reconcile
from services.reporting.app import create_app
from services.reporting.settings import Settings
from services.reporting.store.checks import PostgresChecks
from services.reporting.store.ledger import PostgresLedgers
from services.reporting.store.replicas import PostgresReplicas
from shared.contracts.directory import ClientChanged
from shared.contracts.followup import Facts, FactsPage
from shared.rulebook.ids import client_id
from shared.runtime.database import Database
from shared.runtime.messaging import Bus, Outgoing
from shared.runtime.outbox import cloud_event_bytes
from tests.support.fakes_reporting import World, fake_world
from tests.support.stories_reporting import ANNE, CAMPAIGN, NOW, a_definition, a_story, disturbed, units, users

CLIENT = ClientChanged(
    client_id=client_id("c"), external_id="c", name="Client", advisor_id=ANNE, changed_at=NOW, revision=1
)
DEFINITIONS = [a_definition(version) for version in range(1, 6)]
PLANS = [definition.plan() for definition in DEFINITIONS]


@pytest.fixture
def settings(fresh_database, nats_url):
    return Settings(
        database_url=fresh_database,
        nats_url=nats_url,
        reporting_batch_size=20,
        reporting_regroup_size=7,
        log_level="ERROR",
    )


@pytest.fixture
async def bus(nats_url):
    bus = await Bus.connect(nats_url, name="followup")
    await bus.ensure_streams()
    yield bus
    await bus.close()


@pytest.fixture
async def own(fresh_database):
    database = Database(fresh_database, service="reporting", pool_size=2)
    yield database
    await database.close()


async def send(bus, events):
    """Publish under ids of their own, so that JetStream takes each repetition for a new message."""
    sent = [Outgoing(event.subject, str(uuid4()), cloud_event_bytes(event, source="test")) for event in events]
    assert await bus.publish_all(sent) == [None] * len(sent)


async def until_equal(read, expected):
    async with asyncio.timeout(40):
        while await read() != expected:
            await asyncio.sleep(0.05)


async def expected_of(story) -> dict:
    world: World = fake_world()
    await world.hear(*DEFINITIONS)
    await world.hear_facts(story)
    await world.regroup()
    return await world.read_model()


async def test_a_shuffled_doubled_and_gapped_stream_through_a_restart_ends_in_the_same_read_model(
    settings, bus, own, served_counters
):
    story = a_story(5, PLANS, clients=50)
    first, second, gaps = disturbed(5, [*story, *DEFINITIONS])
    expected = await expected_of(story)

    app = create_app(settings)
    async with app.router.lifespan_context(app):
        await send(bus, first)
        await asyncio.sleep(0.1)
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        await send(bus, second)
        await send(bus, gaps)
        await until_equal(lambda: served_counters(own), expected)


async def test_people_and_structure_are_heard_and_an_erased_client_loses_the_name(settings, bus, own, rows):
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        await send(bus, [*units(), *users(), CLIENT])
        await until_equal(lambda: rows(own, "advisors", "name"), [f"Advisor {place}" for place in range(4)])
        await until_equal(lambda: rows(own, "units", "name"), [f"Unit {place}" for place in range(5)])
        await until_equal(lambda: rows(own, "clients", "name"), ["Client"])
        assert await rows(own, "advisor_places", "revision") == [1, 1, 1, 1]

        await send(bus, [CLIENT.model_copy(update={"name": "", "erased": True, "revision": 2})])
        await until_equal(lambda: rows(own, "clients", "name"), [""])


async def test_people_are_kept_by_revision_whatever_the_order(own, rows):
    anne = next(user for user in users() if user.user_id == ANNE)
    newer = anne.model_copy(update={"name": "Anna", "revision": 3})
    replicas = PostgresReplicas(own)

    await replicas.keep(users=[newer, anne])
    await replicas.keep(users=[anne.model_copy(update={"name": "Ann", "revision": 2})], clients=[CLIENT, CLIENT])

    assert await rows(own, "advisors", "name") == ["Anna"]
    assert await rows(own, "clients", "name") == ["Client"]


async def test_the_service_fills_its_facts_again_by_asking_their_owner(settings, bus, own, served_counters):
    story = a_story(6, PLANS, clients=20)
    await _answer_pages(bus, story)
    await PostgresChecks(own).ask_refill("operator", NOW)

    app = create_app(settings)
    async with app.router.lifespan_context(app):
        await send(bus, DEFINITIONS)
        await until_equal(lambda: served_counters(own), await expected_of(story))


async def test_the_command_line_fills_checks_and_tells_what_differed(settings, bus, own, counters, capsys):
    served_counters, damage = counters
    story = a_story(7, PLANS, clients=20)
    await _answer_pages(bus, story)
    ledgers = World(PostgresLedgers(own), lambda: served_counters(own), lambda: damage(own))
    await ledgers.hear(*DEFINITIONS)
    await ledgers.regroup()

    filled = await asyncio.to_thread(reconcile, settings, ["--refill"])
    await damage(own)
    damaged = await asyncio.to_thread(reconcile, settings, [])
    repaired = await asyncio.to_thread(reconcile, settings, [])

    assert (filled, damaged, repaired) == (0, 1, 0)
    assert CAMPAIGN in capsys.readouterr().out
    assert await served_counters(own) == await expected_of(story)


async def _answer_pages(bus, story):
    async def answer(asked: FactsPage) -> Facts:
        page = story[asked.after_seq : asked.after_seq + 10]
        reached = asked.after_seq + len(page)
        return Facts(facts=tuple(page), last_seq=reached, complete=reached == len(story))

    await bus.answer(FactsPage, answer)
