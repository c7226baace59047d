"""Follow-ups come into being: the rows that targeting makes, once each, with their first fact."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.followup.ports import Known
from services.followup.store.calendars import Calendars
from services.followup.store.decisions import job_decisions
from services.followup.store.due_dates import date_recorded
from services.followup.store.rows import STATE, Plans
from shared.contracts.campaign import ClientsTargeted, TargetedClient
from shared.contracts.followup import FactRecorded, JobDecided, JobDecisions, TargetingCount
from shared.rulebook.history import targeted
from shared.rulebook.ids import follow_up_id
from shared.rulebook.steps import Plan
from shared.runtime.clock import Clock
from shared.runtime.database import Database
from shared.runtime.outbox import enqueue

_VERSION = sa.text("select version from campaigns where campaign_id = :campaign_id for share")
_ADVISORS = sa.text("select client_id::text, advisor_id::text from clients where client_id = any(cast(:ids as uuid[]))")
_INSERT = sa.text(
    """
    insert into follow_ups (follow_up_id, campaign_id, client_id, advisor_id, job_id, entry_date, potential, number,
                            state, known_version)
    select id, :campaign_id, client_id, advisor_id, :job_id, entry_date, potential, 1, state::jsonb, 0
    from unnest(cast(:ids as uuid[]), cast(:clients as uuid[]), cast(:advisors as uuid[]), cast(:entries as date[]),
                cast(:potentials as numeric[]), cast(:states as text[]))
        as n(id, client_id, advisor_id, entry_date, potential, state)
    on conflict do nothing
    returning follow_up_id::text
    """
)
_INSERT_FACTS = sa.text(
    """
    insert into facts (follow_up_id, number, event, recorded_at)
    select id, 1, event::jsonb, :now from unnest(cast(:ids as uuid[]), cast(:events as text[])) as n(id, event)
    """
)
_UNPARK = sa.text(
    """
    update commands c set parked = false, code = null, data = null
    from follow_ups f
    where f.follow_up_id = any(cast(:ids as uuid[])) and c.follow_up_id = f.follow_up_id
      and c.verdict is null and c.parked
    """
)
_WITHDRAWN = sa.text(
    """
    select follow_up_id::text from follow_ups
    where follow_up_id = any(cast(:ids as uuid[])) and closing = 'WITHDRAWN'
    """
)
_PROGRESS = sa.text(
    """
    select count(*), count(*) filter (where started) from follow_ups
    where job_id = :job_id and campaign_id = :campaign_id
    """
)
_ALREADY = sa.text("select coalesce(sum(already), 0) from targeting where job_id = :job_id")
_REOPENED = sa.text("select count(*) from commands where source = :source and verdict is not null")
_NOTE_ALREADY = sa.text(
    "insert into targeting (job_id, batch, already) values (:job_id, :batch, :already) on conflict do nothing"
)
_NOT_STARTED = sa.text(
    """
    select f.follow_up_id::text, f.campaign_id::text, f.client_id::text, f.state::text, f.known_version, f.started,
           c.version
    from follow_ups f join campaigns c on c.campaign_id = f.campaign_id
    where not f.started and f.follow_up_id > cast(:after as uuid)
    order by f.follow_up_id limit :limit
    """
)
_FIRST = "00000000-0000-0000-0000-000000000000"
_MARK_STARTED = sa.text(
    """
    update follow_ups f set started = true, known_version = greatest(f.known_version, n.version)
    from unnest(cast(:ids as uuid[]), cast(:versions as int[])) as n(id, version)
    where f.follow_up_id = n.id and not f.started
    """
)


class CampaignUnknown(Exception):  # noqa: N818  the name says what is not there yet
    """Clients arrived before the definition of their campaign: the message is to come again."""


class PostgresTargeting:
    """Follow-ups from targeting to their executions' start, one transaction per call."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._plans = Plans()
        self._calendars = Calendars()

    async def enrol(self, batch: ClientsTargeted) -> Sequence[TargetedClient]:
        """See the port.

        To be targeted again are those whose follow-up is withdrawn, or is about to be: the campaign says so of clients
        whose withdrawal it asked for, and the commands of one follow-up take effect in their order.
        """
        async with self._database.transaction() as conn:
            clients = await _under_present_advisors(conn, batch)
            version = (await conn.execute(_VERSION, {"campaign_id": batch.campaign_id})).scalar_one_or_none()
            if version is None:
                raise CampaignUnknown(batch.campaign_id)
            plan = (await self._plans.get(conn, batch.campaign_id, version)).plan
            facts = {} if plan.archived else {i: self._first_fact(batch, i, c, plan) for i, c in clients.items()}
            new = await _insert(conn, batch, facts)
            first = [facts[id_] for id_ in sorted(new)]
            await self._record(conn, first)
            await date_recorded(conn, self._calendars, self._clock.today(), first, {batch.campaign_id: plan})
            already = {"job_id": batch.job_id, "batch": batch.batch, "already": len(clients) - len(new)}
            await conn.execute(_NOTE_ALREADY, already)
            before = [id_ for id_ in clients if id_ not in new]
            withdrawn = (await conn.execute(_WITHDRAWN, {"ids": before})).scalars().all() if before else ()
            closed = set(withdrawn)
        # After the commit, so that a signal parked meanwhile is seen here, or sees the follow-up itself. Signals of a
        # client whom an archived campaign did not take go on waiting: nobody could decide them.
        async with self._database.transaction() as conn:
            await conn.execute(_UNPARK, {"ids": sorted(clients)})
        return [clients[id_] for id_ in before if id_ in closed or clients[id_].again]

    async def progress(self, campaign_id: str, job_id: str) -> TargetingCount:
        """See the port."""
        async with self._database.reading() as conn:
            row = (await conn.execute(_PROGRESS, {"campaign_id": campaign_id, "job_id": job_id})).one()
            already = (await conn.execute(_ALREADY, {"job_id": job_id})).scalar_one()
            reopened = (await conn.execute(_REOPENED, {"source": f"job:{job_id}"})).scalar_one()
        return TargetingCount(received=row[0], started=row[1], already_targeted=already, reopened=reopened)

    async def decisions(self, question: JobDecisions) -> JobDecided:
        """See the port."""
        return await job_decisions(self._database, question)

    async def not_started(self, limit: int, *, after: str | None = None) -> Sequence[Known]:
        """See the port."""
        async with self._database.reading() as conn:
            rows = (await conn.execute(_NOT_STARTED, {"limit": limit, "after": after or _FIRST})).all()
            return [
                Known(
                    follow_up_id=row[0],
                    campaign_id=row[1],
                    client_id=row[2],
                    state=STATE.validate_json(row[3]),
                    known_version=row[4],
                    started=row[5],
                    plan=(await self._plans.get(conn, row[1], row[6])).plan,
                )
                for row in rows
            ]

    async def mark_started(self, known: Sequence[Known]) -> None:
        """See the port."""
        parameters = {"ids": [one.follow_up_id for one in known], "versions": [one.plan.version for one in known]}
        async with self._database.transaction() as conn:
            await conn.execute(_MARK_STARTED, parameters)

    def _first_fact(self, batch: ClientsTargeted, id_: str, client: TargetedClient, plan: Plan) -> FactRecorded:
        fact, state = targeted(
            entry_date=client.entry_date,
            potential=client.potential,
            advisor_id=client.advisor_id,
            plan=plan,
            today=self._clock.day_of(batch.targeted_at),
        )
        return FactRecorded(
            follow_up_id=id_,
            campaign_id=batch.campaign_id,
            client_id=client.client_id,
            number=1,
            fact=fact,
            after=state,
            occurred_at=batch.targeted_at,
            received_at=batch.targeted_at,
            recorded_at=self._clock.now(),
            door="job",
            actor=batch.targeted_by,
        )

    async def _record(self, conn: AsyncConnection, facts: Sequence[FactRecorded]) -> None:
        ids = [fact.follow_up_id for fact in facts]
        if not ids:
            return
        events = [fact.model_dump_json(exclude_none=True) for fact in facts]
        await conn.execute(_INSERT_FACTS, {"ids": ids, "events": events, "now": self._clock.now()})
        await enqueue(conn, facts, source="followup")


async def _under_present_advisors(conn: AsyncConnection, batch: ClientsTargeted) -> dict[str, TargetedClient]:
    """The clients by follow-up; one who changed advisor while the message was on its way goes to the new one."""
    ids = [client.client_id for client in batch.clients]
    advisors = {row[0]: row[1] for row in (await conn.execute(_ADVISORS, {"ids": ids})).all()}
    return {
        follow_up_id(batch.campaign_id, client.client_id): client.model_copy(
            update={"advisor_id": advisors.get(client.client_id, client.advisor_id)}
        )
        for client in batch.clients
    }


async def _insert(conn: AsyncConnection, batch: ClientsTargeted, facts: dict[str, FactRecorded]) -> set[str]:
    rows = [facts[id_] for id_ in sorted(facts)]
    parameters = {
        "campaign_id": batch.campaign_id,
        "job_id": batch.job_id,
        "ids": [row.follow_up_id for row in rows],
        "clients": [row.client_id for row in rows],
        "advisors": [row.after.advisor_id for row in rows],
        "entries": [row.after.entry_date for row in rows],
        "potentials": [row.after.potential for row in rows],
        "states": [STATE.dump_json(row.after, exclude_none=True).decode() for row in rows],
    }
    return set((await conn.execute(_INSERT, parameters)).scalars())
