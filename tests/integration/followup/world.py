"""A follow-up service with its worker on real servers, driven below HTTP so that single moves can be frozen."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from temporalio.client import Client

from services.followup.consumers import DirectDoor, Questions, answer_questions
from services.followup.engine import TemporalEngine
from services.followup.ports import Engine, NewCommand, Verdict
from services.followup.store.campaigns import PostgresDefinitions
from services.followup.store.command_log import PostgresCommandLog
from services.followup.store.reading import PostgresReading
from services.followup.store.targeting import PostgresTargeting
from services.followup.use_cases.command_desk import CommandDesk
from services.followup.use_cases.send import Sender
from services.followup.use_cases.take_signals import fingerprint
from services.followup.use_cases.upkeep import Upkeep
from shared.contracts.campaign import CampaignDefined, ClientsTargeted, StepDefinition, TargetedClient
from shared.rulebook.follow_up import Command
from shared.rulebook.ids import follow_up_id
from shared.rulebook.steps import StepKind
from shared.runtime import temporal
from shared.runtime.clock import Clock
from shared.runtime.database import Database
from shared.runtime.identifiers import uuid7
from shared.runtime.messaging import Bus
from workflows.settings import Settings
from workflows.worker import make_worker

STEPS = (
    StepDefinition(id="first-call", title="First call", kind=StepKind.TASK, mandatory=True, offers_next=True),
    StepDefinition(id="second-call", title="Second call", kind=StepKind.REMINDER, mandatory=False),
    StepDefinition(id="meeting", title="Meeting", kind=StepKind.APPOINTMENT, mandatory=True),
    StepDefinition(id="paperwork", title="Paperwork", kind=StepKind.FOLLOW_UP_SHEET, mandatory=False),
)


def a_definition(campaign_id: str, version: int = 1, *, steps: Sequence[StepDefinition] = STEPS) -> CampaignDefined:
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
        created_at=datetime.now(UTC),
        saved_at=datetime.now(UTC),
        saved_by="tests",
    )


@dataclass(slots=True)
class World:
    """One service process: its log, its desk and the engine behind them."""

    database: Database
    bus: Bus
    client: Client
    clock: Clock
    engine: Engine
    log: PostgresCommandLog
    desk: CommandDesk
    definitions: PostgresDefinitions
    targeting: PostgresTargeting
    reading: PostgresReading
    upkeep: Upkeep
    task_queue: str

    async def a_campaign(self, *, steps: Sequence[StepDefinition] = STEPS) -> str:
        """A campaign held by the service."""
        campaign_id = str(uuid4())
        await self.definitions.hold(a_definition(campaign_id, steps=steps))
        return campaign_id

    async def a_follow_up(
        self, campaign_id: str | None = None, *, entry: date | None = None, start: bool = True
    ) -> str:
        """A follow-up of a new client, its execution started."""
        campaign_id = campaign_id or await self.a_campaign()
        client = TargetedClient(
            client_id=str(uuid4()),
            advisor_id=str(uuid4()),
            potential=Decimal("1000.00"),
            entry_date=entry or self.clock.today() - timedelta(days=20),
        )
        await self.targeting.enrol(
            ClientsTargeted(
                campaign_id=campaign_id,
                job_id=str(uuid4()),
                batch=0,
                clients=(client,),
                targeted_by="tests",
                targeted_at=self.clock.now(),
            )
        )
        if start:
            await self.upkeep.start_executions()
        return follow_up_id(campaign_id, client.client_id)

    def wish(self, follow_up: str, command: Command, *, key: str | None = None, park: bool = False) -> NewCommand:
        """A command as a door would write it down."""
        now = self.clock.now()
        return NewCommand(
            command_id=uuid7(),
            source="tests",
            source_id=key or str(uuid4()),
            content=fingerprint({"command": repr(command), "follow_up": follow_up}),
            follow_up_id=follow_up,
            command=command,
            door="crm",
            actor="crm",
            occurred_at=now - timedelta(days=1),
            received_at=now,
            park_until=now + timedelta(hours=1) if park else None,
        )

    async def do(self, follow_up: str, command: Command, *, key: str | None = None, park: bool = False) -> Verdict:
        """Submit and wait for the verdict."""
        return await self.desk.submit(self.wish(follow_up, command, key=key, park=park))


@asynccontextmanager
async def a_world(
    database_url: str,
    nats_url: str,
    temporal_address: str,
    task_queue: str,
    *,
    deadline: timedelta = timedelta(seconds=8),
    lease: timedelta = timedelta(seconds=20),
) -> AsyncIterator[World]:
    """One service process without a worker."""
    settings = Settings(nats_url=nats_url, temporal_address=temporal_address)
    database = Database(database_url, service="followup", pool_size=5)
    bus = await Bus.connect(nats_url, name="followup")
    client = await temporal.connect(settings, role="followup", lazy=False)

    async def connected() -> Client:
        return client

    clock = Clock(settings.zone)
    engine = TemporalEngine(connected, task_queue=task_queue)
    log = PostgresCommandLog(database, clock, lease=lease)
    desk = CommandDesk(log, Sender(engine, clock, deadline=deadline), in_flight=32, answer_within=deadline)
    definitions, targeting = PostgresDefinitions(database), PostgresTargeting(database, clock)
    upkeep = Upkeep(
        log=log, desk=desk, definitions=definitions, targeting=targeting, engine=engine, clock=clock, in_flight=16
    )
    reading = PostgresReading(database)
    try:
        await bus.ensure_streams()
        direct = DirectDoor(desk, log, clock, park_for=timedelta(hours=1))
        await answer_questions(
            bus, Questions(definitions=definitions, targeting=targeting, reading=reading, direct_door=direct)
        )
        yield World(
            database, bus, client, clock, engine, log, desk, definitions, targeting, reading, upkeep, task_queue
        )
    finally:
        await desk.close()
        await bus.close()
        await database.close()


@asynccontextmanager
async def a_worker(world: World, *, sandboxed: bool = True) -> AsyncIterator[None]:
    """A worker beside it, sandboxed as everywhere in tests."""
    settings = Settings(worker_sandboxed=sandboxed, worker_workflow_tasks=10)
    async with make_worker(world.client, world.bus, settings, task_queue=world.task_queue):
        yield
