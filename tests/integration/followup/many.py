"""Many follow-ups at once, who may treat them, and a job that is started and waited for."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from services.followup.ports import Choice, ItemOutcome, Job, JobKind, JobOrder, ShownItem, Terms
from services.followup.store.people import PostgresPeople
from shared.contracts.campaign import ClientsTargeted, TargetedClient
from shared.contracts.directory import ClientChanged, UserChanged
from shared.rulebook.access import AccessLevel, Principal
from shared.rulebook.follow_up import ConclusionKind
from shared.rulebook.ids import follow_up_id
from tests.integration.followup.waiting import until
from tests.integration.followup.world import World

NETWORK, LILLE, NICE = (f"5a0c7a0e-0000-4000-8000-{number:012}" for number in (901, 902, 903))
ANNE = Principal("5a0c7a0e-0000-4000-8000-000000000911", LILLE, (NETWORK, LILLE), access_level=AccessLevel.OWN)
BORIS = Principal("5a0c7a0e-0000-4000-8000-000000000912", LILLE, (NETWORK, LILLE), access_level=AccessLevel.OWN)
CHLOE = Principal("5a0c7a0e-0000-4000-8000-000000000913", LILLE, (NETWORK, LILLE), access_level=AccessLevel.OWN)
FAR = Principal("5a0c7a0e-0000-4000-8000-000000000914", NICE, (NETWORK, NICE), access_level=AccessLevel.OWN)
MANAGER = Principal(
    "5a0c7a0e-0000-4000-8000-000000000915",
    LILLE,
    (NETWORK, LILLE),
    manage_campaigns=True,
    access_level=AccessLevel.UNIT,
)
PEOPLE = (ANNE, BORIS, CHLOE, FAR, MANAGER)


async def let_in(world: World, people: Sequence[Principal] = PEOPLE) -> None:
    """The directory told these people."""
    world.rights.people = {one.user_id: one for one in people}
    users = [
        UserChanged(
            user_id=one.user_id,
            external_id=one.user_id,
            name="Somebody",
            unit_id=one.unit_id,
            unit_path=one.unit_path,
            revision=1,
        )
        for one in people
    ]
    await PostgresPeople(world.database).keep_users(users)


def a_client(client: str, advisor: Principal, *, revision: int = 1, name: str = "A client") -> ClientChanged:
    """A client as the directory tells it."""
    return ClientChanged(
        client_id=client,
        external_id=client,
        name=name,
        advisor_id=advisor.user_id,
        changed_at=datetime.now(UTC),
        revision=revision,
    )


async def follow_ups(
    world: World,
    campaign: str,
    potentials: Sequence[int | str],
    *,
    advisor: Principal = ANNE,
    names: Sequence[str] = (),
    start: bool = True,
    **changes: Any,
) -> list[str]:
    """Follow-ups of new clients with these potentials, in the order of their clients' ids."""
    clients = sorted(str(uuid4()) for _ in potentials)
    told = [a_client(one, advisor, name=name) for one, name in zip(clients, names or clients, strict=True)]
    await PostgresPeople(world.database).keep_clients(told)
    entry = changes.pop("entry", None) or world.clock.today() - timedelta(days=1)
    targeted = tuple(
        TargetedClient(client_id=one, advisor_id=advisor.user_id, potential=Decimal(potential), entry_date=entry)
        for one, potential in zip(clients, potentials, strict=True)
    )
    batch = ClientsTargeted(
        campaign_id=campaign,
        job_id=str(uuid4()),
        batch=0,
        clients=targeted,
        targeted_by="tests",
        targeted_at=world.clock.now(),
    )
    await world.targeting.enrol(batch)
    if start:
        await world.upkeep.start_executions()
    return [follow_up_id(campaign, one) for one in clients]


def conclude(ids: Sequence[str] | Choice, **terms: Any) -> JobOrder:
    """One sale for all."""
    choice = ids if isinstance(ids, Choice) else Choice(ids=tuple(ids))
    return JobOrder(kind=JobKind.CONCLUDE, choice=choice, terms=Terms(**{"conclusion": ConclusionKind.SALE, **terms}))


def reassign(ids: Sequence[str] | Choice, *advisors: Principal, **order: Any) -> JobOrder:
    """Other advisors."""
    choice = ids if isinstance(ids, Choice) else Choice(ids=tuple(ids))
    terms = Terms(advisors=tuple(advisor.user_id for advisor in advisors))
    return JobOrder(kind=JobKind.REASSIGN, choice=choice, terms=terms, **order)


def withdraw(ids: Sequence[str]) -> JobOrder:
    """The clients leave."""
    return JobOrder(kind=JobKind.WITHDRAW, choice=Choice(ids=tuple(ids)), terms=Terms())


async def started(world: World, asker: Principal, order: JobOrder, *, key: str | None = None) -> Job:
    """A job whose execution runs."""
    job = await world.ask_jobs.start(asker, order, key=key, content="content")
    await world.archiving.start_executions()
    return job


async def over(world: World, job: Job) -> Job:
    """The job once nothing more happens."""

    async def ended() -> Job | None:
        found = await world.jobs.find(job.job_id)
        return found if found is not None and found.over else None

    return await until(ended, within=60)


async def lived(world: World, asker: Principal, order: JobOrder) -> Job:
    """A job from its start to its end."""
    return await over(world, await started(world, asker, order))


async def undone(world: World, asker: Principal, job: Job) -> Job:
    """A job from its undo to the end of that."""
    await world.ask_jobs.undo(asker, job.job_id, "a mistake")
    await world.archiving.start_executions()
    return await over(world, job)


async def receipt(world: World, job: Job, reader: Principal = MANAGER) -> dict[str, ShownItem]:
    """What became of each, by follow-up."""
    shown = await world.jobs.shown_items(reader, job.job_id, after=None, limit=5000)
    return {one.item.follow_up_id: one for one in shown}


async def outcomes(world: World, job: Job) -> dict[str, tuple[ItemOutcome | None, str | None]]:
    """The outcome and the code of each, by follow-up."""
    return {one: (shown.item.outcome, shown.item.code) for one, shown in (await receipt(world, job)).items()}


def wider(principal: Principal) -> Principal:
    """The same with the whole network in reach."""
    return replace(principal, access_level=AccessLevel.ALL)
