"""A worker that dies while it gives a chunk of clients its effect, and a job for it."""

from contextlib import asynccontextmanager
from datetime import date, timedelta
from decimal import Decimal

from services.campaign.ports import TargetItem
from services.campaign.store.replicas import PostgresReplicas
from services.campaign.use_cases.create import create
from services.campaign.use_cases.definitions import Draft
from services.campaign.use_cases.jobs import Call
from services.campaign.use_cases.target_clients import target_clients
from shared.contracts.campaign import StepDefinition
from shared.rulebook.steps import StepKind
from tests.services.campaign.conftest import PEOPLE, a_client_changed

BOSS = PEOPLE["boss"]
DRAFT = Draft(
    name="Épargne longue",
    note="",
    owner_id=None,
    target=None,
    start_date=date(2026, 4, 1),
    end_date=date(2026, 5, 31),
    steps=(StepDefinition(id="call", title="Appel", kind=StepKind.REMINDER, mandatory=True),),
    sales_step=None,
    due_from_all={},
)
PATIENCE = timedelta(seconds=10)


class KilledError(Exception):
    """The process died here."""


class Dying:
    """The real records, whose worker dies on reaching `victim`."""

    def __init__(self, campaigns, victim):
        self._campaigns = campaigns
        self._victim = victim

    @asynccontextmanager
    async def working(self):
        async def die(*_, **__):
            raise KilledError

        async with self._campaigns.working() as working:
            setattr(working, self._victim, die)
            yield working


async def ask_for(desk, database, number):
    """A campaign and a job that targets so many clients, each named twice in the call."""
    names = [f"many-{one}" for one in range(number)]
    await PostgresReplicas(database).keep_clients([a_client_changed(name, "anne") for name in names])
    campaign = (await create(desk, BOSS, DRAFT, key=None, content="")).campaign.definition
    items = [TargetItem(at, None, name, Decimal(1), None) for at, name in enumerate(names * 2, start=1)]
    job = await target_clients(desk, BOSS, campaign.campaign_id, Call(items=items, key="all", content="all"))
    return campaign.campaign_id, job.job_id


async def rows_of(database, statement):
    async with database.reading() as connection:
        return (await connection.execute(statement)).all()
