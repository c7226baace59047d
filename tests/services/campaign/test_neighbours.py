"""The follow-up service as asked over NATS does what its fake does; when it is away, nothing hangs or lies."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import ClassVar

import nats
import pytest

from services.campaign.ports.pulling import Wish
from services.campaign.store import client_finder, neighbours
from services.campaign.store.neighbours import AskedCalendars, AskedFollowUps, WatchedPeople
from services.campaign.use_cases.target_by_query import DirectoryAway
from shared.contracts.campaign import CampaignDefined, StepDefinition
from shared.contracts.directory import PresentCalendar, PrincipalRecord
from shared.contracts.followup import EffectsOfEdit, TargetingCount
from shared.contracts.queries import ClientsMatching, CountMatching
from shared.rulebook.access import AccessLevel
from shared.rulebook.filter_text import read
from shared.rulebook.steps import StepKind
from shared.runtime.connection import known_to_server
from shared.runtime.messaging import Bus, NobodyAnswers
from tests.support.fakes_campaign import FakeFollowUps

CAMPAIGN = "5f0c3a52-94c5-5a39-8f0e-0d6a2f6f7c11"
DEFINITION = CampaignDefined(
    campaign_id=CAMPAIGN,
    campaign_key="k",
    version=3,
    name="Épargne longue",
    owner_id="o",
    creator_id="o",
    start_date=date(2026, 4, 1),
    end_date=date(2026, 5, 31),
    sales_step="call",
    steps=(StepDefinition(id="call", title="Appel", kind=StepKind.TASK, mandatory=True),),
    notice_date=None,
    created_at=datetime(2026, 4, 1, tzinfo=UTC),
    saved_at=datetime(2026, 4, 1, tzinfo=UTC),
    saved_by="o",
)


class FollowUpsContract:
    """What both must do; `fake` is what holds the state."""

    async def test_a_definition_is_held(self, port, fake):
        assert await port.hold(DEFINITION) is True
        assert fake.held == {CAMPAIGN: 3}

    async def test_steps_are_reserved_and_released(self, port, fake):
        fake.completed = {"call", "other"}
        fake.touched = 4

        done = await port.reserve(CAMPAIGN, ["call"], by="r")
        held = dict(fake.reserved)
        await port.release(CAMPAIGN, ["call"], by="r")

        assert (done.completed, done.anything_recorded) == (("call",), True)
        assert list(held) == [CAMPAIGN]
        assert fake.reserved == {CAMPAIGN: set()}

    async def test_what_an_edit_would_do_is_told_whole(self, port, fake):
        fake.effects = [EffectsOfEdit(advisor_id=name, blocked=1) for name in ("a", "b", "c", "d", "e")]
        fake.completed = {"call", "other"}
        plan = DEFINITION.plan()

        effects, completed = await port.preview(CAMPAIGN, plan, replace(plan, steps=()))

        assert [one.advisor_id for one in effects] == ["a", "b", "c", "d", "e"]
        assert tuple(completed) == ("call",)

    async def test_the_progress_of_a_job_is_told(self, port, fake):
        fake.counts["job"] = TargetingCount(received=5, started=3, already_targeted=1)

        assert await port.progress(CAMPAIGN, "job") == TargetingCount(received=5, started=3, already_targeted=1)
        assert await port.progress(CAMPAIGN, "other") is None


class TestAskedFollowUps(FollowUpsContract):
    @pytest.fixture
    async def fake(self, bus):
        fake = FakeFollowUps()
        await fake.answer_on(bus)
        return fake

    @pytest.fixture
    async def port(self, nats_url, fake):
        bus = await Bus.connect(nats_url, name="campaign")
        yield AskedFollowUps(bus)
        await bus.close()


class TestFakeFollowUps(FollowUpsContract):
    @pytest.fixture
    def fake(self):
        return FakeFollowUps()

    @pytest.fixture
    def port(self, fake):
        return fake


async def test_when_nobody_answers_a_save_is_not_held_and_a_reservation_fails(bus):
    port = AskedFollowUps(bus)

    assert await port.hold(DEFINITION) is False
    assert await port.progress(CAMPAIGN, "job") is None
    with pytest.raises(NobodyAnswers):
        await port.reserve(CAMPAIGN, None, by="r")


async def test_a_directory_that_hears_and_never_answers_is_away_within_the_patience(bus, nats_url, monkeypatch):
    asked = asyncio.Event()

    async def keep_silent(_):
        asked.set()
        await asyncio.Event().wait()

    directory = await nats.connect(nats_url)
    for question in (PresentCalendar, CountMatching, ClientsMatching):
        await directory.subscribe(question.subject, cb=keep_silent)
    await known_to_server(directory)
    monkeypatch.setattr(neighbours, "_PATIENCE", 0.2)
    monkeypatch.setattr(client_finder, "_PATIENCE", 0.2)
    finder, today = client_finder.AskedClients(bus), date(2026, 4, 1)

    async with asyncio.timeout(10):
        with pytest.raises(NobodyAnswers):
            await AskedCalendars(bus).present()
        with pytest.raises(NobodyAnswers):
            await finder.count("u", "a-query", number=None, today=today)
        with pytest.raises(DirectoryAway):
            await finder.page("u", Wish(filter=read("age > 1")), after=None, today=today)

    assert asked.is_set()
    await directory.close()


async def test_somebody_told_a_moment_ago_is_waited_for():
    record = PrincipalRecord(
        user_id="u",
        external_id="new",
        name="New",
        unit_id="n",
        unit_path=("n",),
        manage_campaigns=True,
        access_level=AccessLevel.ALL,
    )

    class Late:
        answers: ClassVar = iter([None, None, record])

        def get(self, user_id):
            return next(self.answers)

    assert (await WatchedPeople(Late()).principal("u")).manage_campaigns is True
