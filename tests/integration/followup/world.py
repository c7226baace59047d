"""A follow-up service with its worker on real servers, driven below HTTP so that single moves can be frozen."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

from temporalio.client import Client, WorkflowHandle
from temporalio.testing import TimeSkipper

from services.followup.consumers import DirectDoor, Questions, answer_questions
from services.followup.engine import TemporalEngine
from services.followup.ports import Engine, NewCommand, Verdict
from services.followup.store.campaigns import PostgresDefinitions
from services.followup.store.command_log import PostgresCommandLog
from services.followup.store.due_dates import PostgresDueDates
from services.followup.store.jobs import PostgresJobs
from services.followup.store.letters import PostgresLetters
from services.followup.store.previewing import PostgresPreviewing
from services.followup.store.reading import PostgresReading
from services.followup.store.targeting import PostgresTargeting
from services.followup.use_cases.command_desk import CommandDesk
from services.followup.use_cases.flow import Flow
from services.followup.use_cases.house_commands import HouseCommands
from services.followup.use_cases.jobs import ArchivingJobs, AskJobs, RunJobs
from services.followup.use_cases.send import Sender
from services.followup.use_cases.send_letter import SendLetters
from services.followup.use_cases.take_signals import fingerprint, said
from services.followup.use_cases.upkeep import Upkeep
from shared.contracts.campaign import CampaignDefined, ClientsTargeted, StepDefinition, TargetedClient
from shared.contracts.followup import FactRecorded, FactsPage
from shared.rulebook.commands import Command
from shared.rulebook.ids import follow_up_id, follow_up_workflow_id
from shared.rulebook.steps import StepKind
from shared.runtime import temporal
from shared.runtime.clock import Clock
from shared.runtime.database import Database
from shared.runtime.identifiers import uuid7
from shared.runtime.messaging import Bus
from tests.integration.followup.engines import FreezingEngine
from tests.support.fakes_followup import FakeRights
from tests.support.mail_server import SwitchedCarrier
from workflows.settings import Settings
from workflows.worker import make_worker

STEPS = (
    StepDefinition(id="first-call", title="First call", kind=StepKind.TASK, mandatory=True, offers_next=True),
    StepDefinition(id="second-call", title="Second call", kind=StepKind.REMINDER, mandatory=False),
    StepDefinition(id="meeting", title="Meeting", kind=StepKind.APPOINTMENT, mandatory=True),
    StepDefinition(id="paperwork", title="Paperwork", kind=StepKind.FOLLOW_UP_SHEET, mandatory=False),
)
NOW = timedelta(0)
LATER = timedelta(minutes=1)
"""Further ahead than any lease of the process whose clock is right."""


def a_definition(
    campaign_id: str, version: int = 1, *, steps: Sequence[StepDefinition] = STEPS, archived: bool = False
) -> CampaignDefined:
    """A campaign that started 30 days ago and lasts 90, its meeting being the sales step."""
    today = datetime.now(UTC).date()
    return CampaignDefined(
        campaign_id=campaign_id,
        campaign_key=f"key-{campaign_id}",
        version=version,
        name="Autumn",
        owner_id=str(uuid4()),
        creator_id=str(uuid4()),
        start_date=today - timedelta(days=30),
        end_date=today + timedelta(days=60),
        sales_step="meeting",
        steps=tuple(steps),
        notice_date=None,
        archived=archived,
        created_at=datetime.now(UTC),
        saved_at=datetime.now(UTC),
        saved_by="tests",
    )


class ClockAhead(Clock):
    """The clock of a process that lives `by` later than the others, so that no test waits for a lease to end."""

    def __init__(self, zone: ZoneInfo, by: timedelta) -> None:
        super().__init__(zone)
        self._by = by

    def now(self) -> datetime:
        return super().now() + self._by

    @property
    def ahead(self) -> timedelta:
        """How much later than the others."""
        return self._by

    def move(self, by: timedelta) -> None:
        """Live still later."""
        self._by += by


@dataclass(slots=True)
class World:
    """One service process: its log, its desk and the engine behind them."""

    database: Database
    bus: Bus
    client: Client
    clock: ClockAhead
    engine: Engine
    log: PostgresCommandLog
    desk: CommandDesk
    definitions: PostgresDefinitions
    targeting: PostgresTargeting
    reading: PostgresReading
    upkeep: Upkeep
    house: HouseCommands
    jobs: PostgresJobs
    rights: FakeRights
    ask_jobs: AskJobs
    run_jobs: RunJobs
    archiving: ArchivingJobs
    due_dates: PostgresDueDates
    carrier: SwitchedCarrier
    letters: SendLetters
    task_queue: str

    async def a_campaign(self, *, steps: Sequence[StepDefinition] = STEPS) -> str:
        """A campaign held by the service."""
        campaign_id = str(uuid4())
        await self.definitions.hold(a_definition(campaign_id, steps=steps))
        return campaign_id

    async def target(
        self, campaign_id: str, client_id: str, *, entry: date | None = None, start: bool = True
    ) -> Sequence[TargetedClient]:
        """Target a client; answers it when it had been withdrawn before."""
        client = TargetedClient(
            client_id=client_id,
            advisor_id=str(uuid4()),
            potential=Decimal("1000.00"),
            entry_date=entry or self.clock.today() - timedelta(days=20),
        )
        batch = ClientsTargeted(
            campaign_id=campaign_id,
            job_id=str(uuid4()),
            batch=0,
            clients=(client,),
            targeted_by="tests",
            targeted_at=self.clock.now(),
        )
        withdrawn = await self.targeting.enrol(batch)
        await self.house.target_again(batch, withdrawn)
        if start:
            await self.upkeep.start_executions()
        return withdrawn

    async def a_follow_up(
        self, campaign_id: str | None = None, *, entry: date | None = None, start: bool = True
    ) -> str:
        """A follow-up of a new client, its execution started."""
        campaign_id, client_id = campaign_id or await self.a_campaign(), str(uuid4())
        await self.target(campaign_id, client_id, entry=entry, start=start)
        return follow_up_id(campaign_id, client_id)

    def wish(self, follow_up: str, command: Command, *, key: str | None = None, park: timedelta = NOW) -> NewCommand:
        """A command as a door would write it down; with `park`, one that may be early."""
        now = self.clock.now()
        return NewCommand(
            command_id=uuid7(),
            source="tests",
            source_id=key or str(uuid4()),
            content=fingerprint({"command": said(command), "follow_up": follow_up}),
            follow_up_id=follow_up,
            command=command,
            door="crm",
            actor="crm",
            occurred_at=now - timedelta(days=1),
            received_at=now,
            park_until=now + park if park else None,
        )

    async def do(self, follow_up: str, command: Command, *, key: str | None = None, park: timedelta = NOW) -> Verdict:
        """Submit and wait for the verdict."""
        return await self.desk.submit(self.wish(follow_up, command, key=key, park=park))

    def execution(self, follow_up: str) -> WorkflowHandle[object, object]:
        """The follow-up's execution."""
        return self.client.get_workflow_handle(follow_up_workflow_id(follow_up))

    async def pass_time(self, follow_up: str, by: timedelta) -> None:
        """Move the clock of this one execution forward."""
        await TimeSkipper(self.client).fast_forward(self.execution(follow_up), by)

    async def facts(self, follow_up: str) -> list[FactRecorded]:
        """What is recorded of the follow-up, in order."""
        recorded = (await self.reading.facts_page(FactsPage(limit=1000))).facts
        return [fact for fact in recorded if fact.follow_up_id == follow_up]

    async def kinds(self, follow_up: str) -> list[str]:
        """The kinds of its facts, in order."""
        return [fact.fact.kind for fact in await self.facts(follow_up)]


@asynccontextmanager
async def a_world(
    database_url: str,
    nats_url: str,
    temporal_address: str,
    task_queue: str,
    *,
    ahead: timedelta = NOW,
    deadline: timedelta = timedelta(seconds=8),
    lease: timedelta = timedelta(seconds=20),
    answer_within: timedelta = timedelta(seconds=20),
    around: Callable[[Engine], Engine] = lambda engine: engine,
) -> AsyncIterator[World]:
    """One service process without a worker; `around` may put something between it and the engine."""
    settings = Settings(nats_url=nats_url, temporal_address=temporal_address)
    database = Database(database_url, service="followup", pool_size=5)
    bus = await Bus.connect(nats_url, name="followup")
    client = await temporal.connect(settings, role="followup", lazy=False)

    async def connected() -> Client:
        return client

    clock = ClockAhead(settings.zone, ahead)
    job_engine = TemporalEngine(connected, task_queue=task_queue)
    engine = around(job_engine)
    log = PostgresCommandLog(database, clock, lease=lease)
    flow = Flow(32)
    desk = CommandDesk(log, Sender(engine, clock, deadline=deadline), flow, answer_within=answer_within)
    definitions, targeting = PostgresDefinitions(database), PostgresTargeting(database, clock)
    upkeep = Upkeep(
        log=log, desk=desk, definitions=definitions, targeting=targeting, engine=engine, clock=clock, flow=flow
    )
    reading = PostgresReading(database)
    jobs, rights = PostgresJobs(database, clock), FakeRights()
    run_jobs = RunJobs(jobs, log, desk, rights, clock)
    try:
        await bus.ensure_streams()
        carrier = SwitchedCarrier()
        letters = SendLetters(PostgresLetters(database), reading, desk, clock, carrier=carrier, engine=job_engine)
        direct = DirectDoor(desk, log, clock, park_for=timedelta(hours=1))
        previewing = PostgresPreviewing(database)
        questions = Questions(
            definitions=definitions,
            targeting=targeting,
            reading=reading,
            previewing=previewing,
            direct_door=direct,
            running=run_jobs,
            sending=letters,
        )
        await answer_questions(bus, questions)
        yield World(
            database=database,
            bus=bus,
            client=client,
            clock=clock,
            engine=engine,
            log=log,
            desk=desk,
            definitions=definitions,
            targeting=targeting,
            reading=reading,
            upkeep=upkeep,
            house=HouseCommands(desk, clock),
            jobs=jobs,
            rights=rights,
            ask_jobs=AskJobs(jobs, rights, job_engine, clock, written=lambda: None),
            run_jobs=run_jobs,
            archiving=ArchivingJobs(jobs, definitions, job_engine, clock),
            due_dates=PostgresDueDates(database, clock),
            carrier=carrier,
            letters=letters,
            task_queue=task_queue,
        )
    finally:
        if isinstance(engine, FreezingEngine):
            engine.thaw()
        await desk.close()
        await bus.close()
        await database.close()


@asynccontextmanager
async def a_worker(world: World, *, sandboxed: bool = True) -> AsyncIterator[None]:
    """A worker beside it, sandboxed as everywhere in tests."""
    settings = Settings(worker_sandboxed=sandboxed, worker_workflow_tasks=10)
    async with make_worker(world.client, world.bus, settings, task_queue=world.task_queue):
        yield
