"""What readers see of campaigns, always through their reach, and the transactions that write."""

import re
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date

from sqlalchemy import or_, select

from services.campaign.ports import Campaign, Job, JobsWanted, Listed, Skipped, TargetedRow, TargetedWanted, Wanted
from services.campaign.store import jobs, versions
from services.campaign.store.campaigns import PostgresChanging, present
from services.campaign.store.listing import list_page
from services.campaign.store.reach import in_reach
from services.campaign.store.rights import target_of
from services.campaign.store.targeted import open_of_advisors, targeted_page, waiting_clients
from services.campaign.store.working import PostgresWorking
from services.campaign.tables import clients, list_orders, users
from shared.rulebook.access import Principal, Target
from shared.rulebook.spread import Spreading
from shared.runtime.database import Database
from shared.runtime.documents import Documents

_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class PostgresCampaigns:
    """The records, to write and to read; `background` is the role of the loop that works on jobs."""

    def __init__(self, database: Database, background: Database, documents: Documents) -> None:
        self._database = database
        self._background = background
        self._documents = documents

    @asynccontextmanager
    async def changing(self) -> AsyncIterator[PostgresChanging]:
        """A transaction on campaigns."""
        async with self._database.transaction() as connection:
            yield PostgresChanging(connection, self._documents)

    @asynccontextmanager
    async def working(self) -> AsyncIterator[PostgresWorking]:
        """A transaction for a chunk of a job."""
        async with self._background.transaction() as connection:
            yield PostgresWorking(connection)

    async def campaign(self, campaign_id: str) -> Campaign | None:
        """The campaign as it is now, without a lock; None when unknown or deleted."""
        async with self._database.reading() as connection:
            found = await present(connection, campaign_id)
        return None if found is None or found.definition.deleted else found

    async def target(self, campaign: Campaign, reader: Principal) -> Target:
        """What the rights of `reader` on that campaign are decided by."""
        async with self._database.reading() as connection:
            return await target_of(connection, campaign, reader)

    async def page(self, reader: Principal, wanted: Wanted) -> Sequence[Listed]:
        """The campaigns that the reader may see, in the order asked for."""
        async with self._database.reading() as connection:
            return await list_page(connection, reader, wanted)

    async def order_of(self, user_id: str) -> Sequence[str]:
        """See the port."""
        ranked = select(list_orders.c.campaign_id).where(list_orders.c.user_id == user_id).order_by(list_orders.c.rank)
        async with self._database.reading() as connection:
            return list((await connection.execute(ranked)).scalars())

    async def names(self, user_ids: Collection[str]) -> Mapping[str, str]:
        """The names of the people that are known."""
        async with self._database.reading() as connection:
            found = await connection.execute(select(users.c.user_id, users.c.name).where(users.c.user_id.in_(user_ids)))
            return {row.user_id: row.name for row in found}

    async def within(self, user_ids: Collection[str], reader: Principal) -> set[str]:
        """Those of the people whom the reader's reach covers."""
        async with self._database.reading() as connection:
            found = await connection.execute(
                select(users.c.user_id).where(users.c.user_id.in_(user_ids), in_reach(reader, users.c.user_id))
            )
            return set(found.scalars())

    async def units(self, user_ids: Collection[str], reader: Principal) -> Mapping[str, str]:
        """The units of those of the people whom the reader's reach covers."""
        wanted = select(users.c.user_id, users.c.unit_id).where(
            users.c.user_id.in_(user_ids), in_reach(reader, users.c.user_id)
        )
        async with self._database.reading() as connection:
            return {row.user_id: row.unit_id for row in await connection.execute(wanted)}

    async def versions(self, campaign_id: str, *, before: int | None, limit: int) -> Sequence[Campaign]:
        """The campaign as it was in each version, the newest first, those below `before`."""
        async with self._database.reading() as connection:
            return await versions.page(connection, campaign_id, before=before, limit=limit)

    async def allocation_changes(
        self, campaign_id: str, *, before: int | None, limit: int
    ) -> Sequence[tuple[Campaign | None, Campaign]]:
        """Versions that changed the target or its shares, the newest first, each with the version before it."""
        async with self._database.reading() as connection:
            return await versions.allocation_changes(connection, campaign_id, before=before, limit=limit)

    async def open_follow_ups(
        self, campaign_id: str, advisor_ids: Collection[str], reader: Principal
    ) -> Mapping[str, int]:
        """How many clients of each of the advisors, within reach, have an open follow-up in the campaign."""
        if not advisor_ids:
            return {}
        async with self._database.reading() as connection:
            return await open_of_advisors(connection, campaign_id, advisor_ids, reader)

    async def steps_ever(self, campaign_id: str, step_ids: Collection[str]) -> set[str]:
        """Those of the ids that a step of the campaign had in any version."""
        if not step_ids:
            return set()
        async with self._database.reading() as connection:
            return await versions.steps_ever(connection, campaign_id, step_ids)

    async def targeted(self, campaign_id: str, reader: Principal, wanted: TargetedWanted) -> Sequence[TargetedRow]:
        """Targeted clients within the reader's reach, in the order asked for."""
        async with self._database.reading() as connection:
            return await targeted_page(connection, campaign_id, reader, wanted)

    async def waiting(self, campaign_id: str, reader: Principal, today: date) -> Mapping[Spreading, date]:
        """The WAITING clients within the reader's reach under their present advisors, with their entry dates."""
        async with self._database.reading() as connection:
            return await waiting_clients(connection, campaign_id, reader, today)

    async def job(self, campaign_id: str, job_id: str) -> Job | None:
        """A job of that campaign."""
        async with self._database.reading() as connection:
            return await jobs.find(connection, campaign_id, job_id)

    async def jobs(self, wanted: JobsWanted) -> Sequence[Job]:
        """Jobs of a campaign, of an asker, or both; the latest first."""
        async with self._database.reading() as connection:
            return await jobs.page(connection, wanted)

    async def references(self, client_ids: Collection[str]) -> Mapping[str, str]:
        """How the host CRM calls those of the clients that are known."""
        wanted = select(clients.c.client_id, clients.c.external_id).where(clients.c.client_id.in_(client_ids))
        async with self._database.reading() as connection:
            return {row.client_id: row.external_id for row in await connection.execute(wanted)}

    async def named_within(self, names: Collection[str], reader: Principal) -> set[str]:
        """See the port."""
        ids = [name for name in names if _UUID.fullmatch(name)]
        wanted = select(clients.c.client_id, clients.c.external_id).where(
            or_(clients.c.external_id.in_(names), clients.c.client_id.in_(ids)), in_reach(reader, clients.c.advisor_id)
        )
        async with self._database.reading() as connection:
            found = (await connection.execute(wanted)).all()
        return {name for row in found for name in (row.client_id, row.external_id)} & set(names)

    async def skips(self, job_id: str, *, after: int, limit: int) -> Sequence[Skipped]:
        """The items that had no effect, in their order in the call."""
        async with self._database.reading() as connection:
            return await jobs.skips(connection, job_id, after=after, limit=limit)

    async def skip_reasons(self, job_id: str) -> Mapping[str, int]:
        """How many items were skipped for which reason."""
        async with self._database.reading() as connection:
            return await jobs.skip_reasons(connection, job_id)
