"""Wires the follow-up service: the one place that knows every part of it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import partial

from fastapi import FastAPI

from services.followup.api import (
    attachment_routes,
    command_routes,
    due_routes,
    feed_routes,
    follow_up_routes,
    held_routes,
    interaction_routes,
    job_routes,
    letter_routes,
    letters_not_sent_routes,
    link_routes,
    signal_routes,
    timeline_routes,
    to_do_routes,
)
from services.followup.consumers import (
    DirectDoor,
    Questions,
    answer_comparisons,
    answer_questions,
    answer_work,
    hear_calendar,
    hear_signals,
    listen,
)
from services.followup.engine import TemporalEngine, TemporalExecutions
from services.followup.settings import Settings
from services.followup.store.attachments import PostgresAttachments
from services.followup.store.campaigns import PostgresDefinitions
from services.followup.store.command_log import PostgresCommandLog
from services.followup.store.comparing import PostgresHeldRows
from services.followup.store.due_dates import PostgresDueDates
from services.followup.store.feeds import PostgresFeeds
from services.followup.store.held import PostgresHeldCommands
from services.followup.store.interactions import PostgresInteractions
from services.followup.store.jobs import PostgresJobs
from services.followup.store.jobs_under_way import jobs_under_way
from services.followup.store.letters import PostgresLetters
from services.followup.store.neighbours import AskedCampaigns, AskedDirectory
from services.followup.store.people import PostgresPeople
from services.followup.store.previewing import PostgresPreviewing
from services.followup.store.reading import PostgresReading
from services.followup.store.targeting import PostgresTargeting
from services.followup.store.timelines import PostgresTimelines
from services.followup.store.to_do import PostgresToDo
from services.followup.store.to_do_lists import PostgresToDoLists
from services.followup.use_cases.attach_files import AttachFiles
from services.followup.use_cases.calendar_feed import CalendarFeeds
from services.followup.use_cases.command_desk import CommandDesk
from services.followup.use_cases.compare_engine import CompareEngine
from services.followup.use_cases.due_dates import WatchDueDates
from services.followup.use_cases.flow import Flow
from services.followup.use_cases.handle_held import HandleHeld
from services.followup.use_cases.house_commands import HouseCommands
from services.followup.use_cases.jobs import ArchivingJobs, AskJobs, RunJobs
from services.followup.use_cases.link_holdings import LinkHoldingsOf
from services.followup.use_cases.reservations import open_again
from services.followup.use_cases.send import Sender
from services.followup.use_cases.send_letter import SendLetters
from services.followup.use_cases.send_letter_again import SendLettersAgain
from services.followup.use_cases.take_commands import TakeCommands
from services.followup.use_cases.tell_work import TellWork
from services.followup.use_cases.upkeep import Upkeep
from shared.rulebook.access import Principal
from shared.runtime import temporal
from shared.runtime.clock import Clock
from shared.runtime.documents import keep_sweeping
from shared.runtime.http import service_app
from shared.runtime.mail import Mailer
from shared.runtime.problems import Unavailable
from shared.runtime.security import Security
from shared.runtime.service import Parts, Running

NAME = "followup"
_ROUND = 1.0
_SOON = 0.05


def create_app(settings: Settings | None = None) -> FastAPI:
    """The follow-up service, connected while its lifespan lasts."""
    service = _Service(settings or Settings())
    app = service_app(title="Follow-ups", version="1.0.0", lifespan=service.lifespan, settings=service.settings)
    service.add_routes(app)
    return app


class PresentRights:
    """Who may do what at this moment, for what runs without a request; ready once the service is connected."""

    security: Security | None = None

    async def principal(self, user_id: str) -> Principal | None:
        """See the port."""
        if self.security is None:
            raise Unavailable("rights_unavailable")
        return await self.security.present(user_id)


class _Service:
    """The parts of the service, made before anything is connected."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.parts = Parts(settings, NAME)
        self.clock = Clock(settings.zone)
        deadline = timedelta(seconds=settings.send_deadline_seconds)
        self.engine = TemporalEngine(lambda: temporal.connect(settings, role=NAME))
        self.log = PostgresCommandLog(
            self.parts.database,
            self.clock,
            lease=deadline + timedelta(seconds=settings.lease_margin_seconds),
            written=self.parts.written,
        )
        self.definitions = PostgresDefinitions(self.parts.database)
        self.targeting = PostgresTargeting(self.parts.database, self.clock)
        self.due_dates = PostgresDueDates(self.parts.database, self.clock)
        self.reading = PostgresReading(self.parts.database)
        self.interactions = PostgresInteractions(self.parts.database)
        self.files = PostgresAttachments(self.parts.database, max_bytes=settings.max_document_bytes)
        self.flow = Flow(settings.engine_in_flight)
        self.desk = CommandDesk(
            self.log,
            Sender(self.engine, self.clock, deadline=deadline),
            self.flow,
            answer_within=timedelta(seconds=settings.answer_within_seconds),
        )
        self.house = HouseCommands(self.desk, self.clock)
        self.jobs = PostgresJobs(self.parts.database, self.clock)
        self.letters = SendLetters(
            PostgresLetters(self.parts.database),
            self.reading,
            self.desk,
            self.clock,
            carrier=Mailer(settings),
            engine=self.engine,
        )
        self.rights = PresentRights()
        self.directory = AskedDirectory()
        self.park_for = timedelta(hours=settings.park_hours)
        self.to_start = asyncio.Event()
        self.jobs_to_start = asyncio.Event()

    def add_routes(self, app: FastAPI) -> None:
        """The HTTP interface."""
        take = TakeCommands(self.desk, self.reading, self.interactions, self.files, self.clock)
        ask = AskJobs(self.jobs, self.rights, self.engine, self.clock, written=self.jobs_to_start.set)
        app.include_router(self.parts.backlog("/api/followups", jobs_under_way(self.parts.database), ask.stop))
        app.include_router(signal_routes(self.desk, self.log, self.clock, park_for=self.park_for))
        held = PostgresHeldCommands(self.parts.database)
        handle_held = HandleHeld(held, self.clock.now, park_for=self.park_for)
        app.include_router(held_routes(held, handle_held))
        app.include_router(job_routes(ask, self.jobs))
        app.include_router(command_routes(take, self.log, self.reading, self.clock))
        app.include_router(link_routes(LinkHoldingsOf(take, self.reading, self.directory)))
        letters = PostgresLetters(self.parts.database)
        again = SendLettersAgain(letters, self.reading, self.rights, self.letters, self.clock)
        app.include_router(letters_not_sent_routes(letters, again))
        app.include_router(letter_routes(self.letters, self.reading, letters))
        app.include_router(due_routes(self.reading, self.clock))
        app.include_router(to_do_routes(PostgresToDoLists(self.parts.database), self.clock))
        feeds = CalendarFeeds(PostgresFeeds(self.parts.database), self.reading, self.rights, self.clock)
        app.include_router(feed_routes(feeds, self.settings.public_url))
        app.include_router(follow_up_routes(self.reading, self.clock))
        app.include_router(interaction_routes(self.reading, self.interactions, self.clock))
        app.include_router(attachment_routes(AttachFiles(self.files, self.reading, self.clock), self.files))
        app.include_router(timeline_routes(self.reading, PostgresTimelines(self.parts.database)))

    @asynccontextmanager
    async def lifespan(self, app: FastAPI) -> AsyncIterator[None]:
        """Answer, listen and keep up while connected; at the end, finish what is on its way."""
        async with self.parts.running(app) as running:
            self.rights.security = app.state.security
            self.directory.bus = running.bus
            await self._connect(running)
            app.state.health.started = True
            yield
            app.state.health.started = False
            await self.desk.close()

    async def _connect(self, running: Running) -> None:
        direct_door = DirectDoor(self.desk, self.log, self.clock, park_for=self.park_for)
        questions = Questions(
            definitions=self.definitions,
            targeting=self.targeting,
            reading=self.reading,
            previewing=PostgresPreviewing(self.parts.database),
            direct_door=direct_door,
            sending=self.letters,
            running=RunJobs(self.jobs, self.log, self.desk, self.rights, self.clock),
        )
        await answer_questions(running.bus, questions)
        lists = PostgresToDoLists(self.parts.database)
        await answer_work(running.bus, TellWork(lists, self.reading, self.rights, self.clock))
        await self._answer_comparisons(running)
        await listen(
            running.bus,
            definitions=self.definitions,
            targeting=self.targeting,
            people=PostgresPeople(self.parts.database),
            house=self.house,
            enrolled=self._enrolled,
        )
        await hear_calendar(running.bus, self.due_dates)
        await hear_signals(running.bus, self.desk, self.log, self.clock, park_for=self.park_for)
        upkeep = Upkeep(
            log=self.log,
            desk=self.desk,
            definitions=self.definitions,
            targeting=self.targeting,
            engine=self.engine,
            clock=self.clock,
            flow=self.flow,
        )
        archiving = ArchivingJobs(self.jobs, self.definitions, self.engine, self.clock)
        for name, work, hint in (
            ("send again", upkeep.send_again, asyncio.Event()),
            ("start executions", upkeep.start_executions, self.to_start),
            ("tell dates", upkeep.tell_dates, asyncio.Event()),
            ("end reservations", partial(open_again, self.definitions, AskedCampaigns(running.bus)), asyncio.Event()),
            ("ask for jobs of archiving", archiving.ask, asyncio.Event()),
            ("start jobs", archiving.start_executions, self.jobs_to_start),
            ("start letters", self.letters.start_waiting, asyncio.Event()),
            ("keep what there is to do", PostgresToDo(self.parts.database).look_again, asyncio.Event()),
            ("watch due dates", WatchDueDates(self.due_dates, self.house, self.clock).look, asyncio.Event()),
        ):
            running.background.start(f"{NAME} {name}", _rounds(work, hint))

        swept = PostgresAttachments(self.parts.sweeps, max_bytes=self.settings.max_document_bytes)
        running.background.start(f"{NAME} attachments", lambda: keep_sweeping(swept, self.clock))

    async def _answer_comparisons(self, running: Running) -> None:
        """In the background's own few connections: comparing never takes one from a caller."""
        held = PostgresHeldRows(self.parts.sweeps)
        executions = TemporalExecutions(lambda: temporal.connect(self.settings, role=NAME))
        per_second = self.settings.followup_compare_per_second
        await answer_comparisons(running.bus, held, CompareEngine(held, executions, self.clock, per_second=per_second))

    def _enrolled(self) -> None:
        self.parts.written()
        self.to_start.set()


def _rounds(work: Callable[[], Awaitable[int]], hint: asyncio.Event) -> Callable[[], Awaitable[None]]:
    """A loop that goes on while there is something to do, at each hint, and every second: others leave work too."""

    async def loop() -> None:
        while True:
            hint.clear()
            if await work():
                await asyncio.sleep(_SOON)
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(_ROUND):
                    await hint.wait()

    return loop
