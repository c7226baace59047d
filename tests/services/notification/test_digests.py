"""Daily digests on real PostgreSQL and a real mail server: once per person and day, whoever dies on the way."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from services.notification.ports.digests import Preference
from services.notification.store import StoredDigests, StoredNotices, StoredPreferences
from services.notification.tables import digests
from services.notification.use_cases.send_digests import Around, SendDigests
from shared.contracts.directory import AddressFound
from shared.contracts.to_do import WorkFound, WorkItem
from shared.rulebook.access import AccessLevel
from shared.rulebook.ids import campaign_id, digest_id, user_id
from shared.runtime.clock import FixedClock
from shared.runtime.database import Database
from tests.support.mail_server import MailServer, SwitchedCarrier, a_mail_server, a_mailer
from tests.support.stories_notification import TODAY, a_client, a_definition, a_fact, a_reader, the_notice_date_of

C = campaign_id("retirement")
SEVEN = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
"""In Paris."""
DAY_BEFORE = SEVEN - timedelta(days=1)
WORK = WorkFound(
    late=1,
    due_items=(
        WorkItem(
            follow_up_id="f", client_name="Claire", campaign_name="Retraite", step_title="Appel", on=date(2026, 11, 20)
        ),
    ),
)


@dataclass
class People:
    """Everybody holds rights but those gone."""

    gone: set[str] = field(default_factory=set)
    level: AccessLevel = AccessLevel.OWN

    async def principal(self, user):
        return None if user in self.gone else replace(a_reader("anne", self.level), user_id=user)

    def language(self, _user):
        return "en"


@dataclass
class Neighbours:
    """A directory and a follow-up service that answer at once."""

    work_of: dict[str, WorkFound] = field(default_factory=dict)
    holidays: set[date] = field(default_factory=set)
    email: str | None = "{}@bank.example"
    away: bool = False

    async def is_working(self, day):
        return day not in self.holidays

    async def address(self, user):
        return AddressFound(name="Anne Durand", email=self.email and self.email.format(user), language="en")

    async def work(self, user, _limit):
        if self.away:
            raise TimeoutError
        return self.work_of.get(user, WORK)


@dataclass
class Morning:
    """The parts of one process that sends digests."""

    database: Database
    server: MailServer
    clock: FixedClock
    people: People
    neighbours: Neighbours
    carrier: SwitchedCarrier

    def process(self, store=None):
        around = Around(
            people=self.people,
            neighbours=self.neighbours,
            notices=StoredNotices(self.database),
            carrier=self.carrier,
            public_url="https://jalon.example",
        )
        return SendDigests(store or StoredDigests(self.database), around, self.clock, hour=7)

    async def wants(self, name, *, digest=True, language=None, since=DAY_BEFORE):
        chosen = Preference(digest, language)
        await StoredPreferences(self.database).keep(user_id(name), chosen, since)

    async def settled(self):
        """What became of each digest, by day."""
        async with self.database.reading() as conn:
            rows = await conn.execute(select(digests.c.day, digests.c.state).order_by(digests.c.day, digests.c.user_id))
            return [(row.day.day, row.state) for row in rows]

    @property
    def messages(self):
        return [message["Message-ID"] for message in self.server.taken]


@pytest.fixture
async def morning(stored, module_database) -> AsyncIterator[Morning]:
    database = Database(module_database, service="notification", pool_size=4)
    async with a_mail_server() as server:
        clock = FixedClock(ZoneInfo("Europe/Paris"), SEVEN)
        yield Morning(database, server, clock, People(), Neighbours(), SwitchedCarrier(a_mailer(server)))
    await database.close()


async def test_who_wants_it_is_sent_one_digest_a_day_as_text_and_html(morning, stored):
    await morning.wants("anne", language="fr")
    await stored.hear(a_definition(C), the_notice_date_of(C), a_client("zoe"), a_fact(C, "zoe", "anne"))
    await stored.announce()

    assert await morning.process().round() == 1
    assert await morning.process().round() == 0

    (message,) = morning.server.taken
    assert message["To"] == f"{user_id('anne')}@bank.example"
    assert message["Subject"] == "Votre journée du mardi 24 novembre 2026"
    assert message["Message-ID"] == f"<{digest_id(user_id('anne'), TODAY)}@bank.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    text, html = message.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert "- Retraite – 1 client à contacter, dont 1 nouveau" in text.get_content()
    assert "Claire – Retraite – Appel (échéance le 20 nov. 2026, en retard)" in html.get_content()
    morning.clock.advance(timedelta(days=1))
    assert await morning.process().round() == 1
    assert await morning.settled() == [(24, "SENT"), (25, "SENT")]


async def test_nobody_is_written_to_who_did_not_ask_or_asked_no_longer(morning):
    await morning.wants("bob")
    await morning.wants("bob", digest=False)

    await morning.process().round()

    assert (morning.messages, await morning.settled()) == ([], [])


async def test_who_switches_it_off_at_the_last_moment_is_not_written_to(morning):
    await morning.wants("anne")
    await StoredDigests(morning.database).open(TODAY, SEVEN, SEVEN)
    await morning.wants("anne", digest=False)

    await morning.process().round()

    assert (morning.messages, await morning.settled()) == ([], [(24, "NOT_WANTED")])


async def test_the_language_is_the_directorys_until_another_is_chosen(morning):
    await morning.wants("anne")

    await morning.process().round()

    assert morning.server.taken[0]["Subject"] == "Your day, Tuesday 24 November 2026"


@pytest.mark.parametrize("minutes", [-1, -7 * 60])
async def test_nothing_is_sent_before_the_hour(morning, minutes):
    await morning.wants("anne")
    morning.clock.advance(timedelta(minutes=minutes))

    assert await morning.process().round() == 0
    assert await morning.settled() == []


async def test_nothing_is_sent_on_a_day_on_which_nobody_works(morning):
    await morning.wants("anne")
    morning.neighbours.holidays = {TODAY}

    assert await morning.process().round() == 0
    assert await morning.settled() == []


async def test_nothing_is_sent_when_there_is_nothing_to_say(morning):
    await morning.wants("anne")
    morning.neighbours.work_of = {user_id("anne"): WorkFound()}

    await morning.process().round()

    assert (morning.messages, await morning.settled()) == ([], [(24, "NOTHING_TO_SAY")])


async def test_who_left_or_has_no_address_is_not_written_to(morning):
    await morning.wants("anne")
    morning.neighbours.email = None
    await morning.wants("bob")
    morning.people.gone = {user_id("bob")}

    await morning.process().round()

    assert (morning.messages, await morning.settled()) == ([], [(24, "NOT_WANTED"), (24, "NOT_WANTED")])


async def test_who_has_no_access_level_at_sending_is_told_of_no_notice(morning, stored):
    await morning.wants("anne", language="en")
    await stored.hear(a_definition(C), the_notice_date_of(C), a_client("zoe"), a_fact(C, "zoe", "anne"))
    await stored.announce()
    morning.people.level = AccessLevel.NONE

    await morning.process().round()

    text, _ = morning.server.taken[0].iter_parts()
    assert "to contact" not in text.get_content()


async def test_who_switches_it_on_after_the_hour_is_written_to_from_the_next_day_on(morning):
    morning.clock.advance(timedelta(hours=3))
    await morning.wants("anne", since=morning.clock.now())

    await morning.process().round()
    assert morning.messages == []

    morning.clock.advance(timedelta(days=1))
    await morning.wants("anne", language="fr", since=morning.clock.now())  # another language is no new beginning
    await morning.process().round()
    assert len(morning.messages) == 1


async def test_several_processes_send_each_digest_once(morning):
    for number in range(23):
        await morning.wants(f"advisor {number}")
    processes = [morning.process() for _ in range(3)]

    while any(await asyncio.gather(*(process.round() for process in processes))):
        pass

    assert len(morning.messages) == len(set(morning.messages)) == 23
    assert await morning.settled() == [(24, "SENT")] * 23


async def test_a_process_that_dies_before_it_could_say_so_leaves_a_digest_that_goes_again_under_the_same_id(morning):
    await morning.wants("anne")

    class Dying(StoredDigests):
        async def settle(self, *_):
            raise ConnectionError

    with pytest.raises(ConnectionError):
        await morning.process(Dying(morning.database)).round()
    assert await morning.process().round() == 0  # leased still
    morning.clock.advance(timedelta(minutes=4))
    assert await morning.process().round() == 1

    assert morning.messages[0] == morning.messages[1]
    assert await morning.settled() == [(24, "SENT")]


async def test_what_cannot_be_sent_now_is_tried_again_later_until_the_day_ends(morning):
    await morning.wants("anne")
    await morning.wants("bob")
    morning.server.answers = ["451 not now", "554 never"]
    process = morning.process()

    await process.round()
    assert await process.round() == 0
    assert sorted(state for _, state in await morning.settled()) == ["PENDING", "REFUSED"]
    morning.neighbours.away = True
    morning.clock.advance(timedelta(minutes=1))
    assert await process.round() == 1
    morning.neighbours.away = False
    morning.clock.advance(timedelta(minutes=1))
    assert await process.round() == 0  # two minutes by now
    morning.clock.advance(timedelta(days=1))
    await process.round()

    assert sorted(await morning.settled()) == [(24, "MISSED"), (24, "REFUSED"), (25, "SENT"), (25, "SENT")]


async def test_without_a_mail_server_no_day_is_opened(morning):
    await morning.wants("anne")
    morning.carrier.by = None

    assert await morning.process().round() == 0
    assert await morning.settled() == []


async def test_old_digests_are_forgotten(morning):
    await morning.wants("anne")
    await morning.process().round()

    assert await StoredDigests(morning.database).forget(TODAY) == 0
    assert await StoredDigests(morning.database).forget(TODAY + timedelta(days=1)) == 1
