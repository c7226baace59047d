"""Sums over the counters, always within a reach; today's waiting clients are told apart by their opening day."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.ports.reading import AdvisorStepTotals, AsOf, Branch, CampaignSeen, Scope, StepTotals, Totals
from services.reporting.store.branches import branch_of, by_advisor, by_unit
from services.reporting.store.known_campaigns import known_campaigns
from services.reporting.store.past_figures import PostgresPastFigures
from services.reporting.store.past_rows import PostgresPastRows
from services.reporting.store.presence import within_reach
from services.reporting.store.reach import within
from services.reporting.store.sums import count, served, sums, totals_of
from services.reporting.store.tree_rows import PostgresTreeRows
from services.reporting.tables import (
    amount_counters,
    campaign_versions,
    campaigns,
    clients,
    facts,
    follow_ups,
    shares,
    step_counters,
)
from shared.contracts.campaign import CampaignDefined
from shared.rulebook.access import Principal
from shared.runtime.database import Database

_PATIENTLY = (text("set local transaction_timeout = 0"), text("set local transaction_timeout = '60s'"))
"""A past day is read from all facts by then, and reading holds nobody back. A timer is set anew by way of 0."""

_ROOMY = text("set local work_mem = '32MB'")
"""Facts of a past day are grouped by follow-up in memory: sorting them on a disk took most of the time."""

_VERY_PATIENTLY = (
    text("set local transaction_timeout = 0"),
    text("set local transaction_timeout = '900s'"),
    text("set local idle_in_transaction_session_timeout = '300s'"),
)
"""A whole list is of one moment, and its rows are written between one page and the next."""


class PostgresFigures:
    """See the port."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def campaigns(self, reader: Principal, campaign_id: str | None = None) -> Sequence[CampaignSeen]:
        """See the port."""
        return [
            CampaignSeen(
                campaign_id=row.campaign_id,
                name=row.name,
                version=row.serving_version,
                owner_id=row.owner_id,
                owner_unit_path=tuple(row.owner_unit_path or ()),
                creator_id=row.creator_id,
                target=row.target,
                start_date=row.start_date,
                end_date=row.end_date,
                archived=row.archived,
                covered=row.covered,
            )
            for row in await self._read(known_campaigns(reader, campaign_id).where(~campaigns.c.deleted))
        ]

    async def totals(self, scope: Scope, campaign_ids: Sequence[str], today: date) -> Mapping[str, Totals]:
        """See the port."""
        campaign_id = amount_counters.c.campaign_id
        summed = (
            select(campaign_id, *sums(today))
            .select_from(served(amount_counters))
            .where(campaign_id.in_(campaign_ids), within(_counted(scope), amount_counters.c.advisor_id))
            .group_by(campaign_id)
        )
        return {row.campaign_id: totals_of(row) for row in await self._read(summed)}

    async def shares(self, scope: Scope, campaign_ids: Sequence[str]) -> Mapping[str, Decimal]:
        """See the port."""
        summed = (
            select(shares.c.campaign_id, func.sum(shares.c.amount).label("amount"))
            .where(shares.c.campaign_id.in_(campaign_ids), within(scope, shares.c.advisor_id))
            .group_by(shares.c.campaign_id)
        )
        return {row.campaign_id: row.amount for row in await self._read(summed)}

    async def plan(self, campaign_id: str) -> CampaignDefined | None:
        """See the port."""
        served = select(campaign_versions.c.definition).join(
            campaigns,
            and_(
                campaigns.c.campaign_id == campaign_versions.c.campaign_id,
                campaigns.c.serving_version == campaign_versions.c.version,
            ),
        )
        found = await self._read(served.where(campaigns.c.campaign_id == campaign_id))
        return CampaignDefined.model_validate(found[0].definition) if found else None

    async def steps(self, scope: Scope, campaign_id: str, today: date) -> Sequence[StepTotals]:
        """See the port."""
        rows = await self._read(_by_step(scope, campaign_id, today))
        return [StepTotals(row.step_id, row.group, row.clients, row.passed) for row in rows]

    async def steps_by_advisor(self, scope: Scope, campaign_id: str, today: date) -> Sequence[AdvisorStepTotals]:
        """See the port."""
        rows = await self._read(_by_step(scope, campaign_id, today, step_counters.c.advisor_id))
        return [AdvisorStepTotals(row.advisor_id, row.step_id, row.group, row.clients, row.passed) for row in rows]

    async def by_advisor(self, scope: Scope, campaign_ids: Sequence[str], today: date) -> Sequence[Branch]:
        """See the port."""
        return [branch_of(row) for row in await self._read(by_advisor(_counted(scope), campaign_ids, today))]

    async def by_unit(self, scope: Scope, campaign_ids: Sequence[str], today: date) -> Sequence[Branch]:
        """See the port."""
        return [branch_of(row) for row in await self._read(by_unit(_counted(scope), campaign_ids, today))]

    async def covers_something(self, scope: Scope) -> bool:
        """See the port."""
        return bool((await self._read(select(within_reach(scope).label("known"))))[0].known)

    async def _read(self, statement: Select[Any]) -> Sequence[Any]:
        rows: Sequence[Any] = (await self._connection.execute(statement)).all()
        return rows


class PostgresReadings:
    """See the port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def snapshot(self, as_of: AsOf | None = None) -> AsyncIterator[PostgresFigures | PostgresPastFigures]:
        """See the port."""
        async with self._database.engine.connect() as pooled:
            connection = await pooled.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            async with connection.begin():
                if as_of is None:
                    yield PostgresFigures(connection)
                else:
                    for setting in (*_PATIENTLY, _ROOMY):
                        await connection.execute(setting)
                    yield PostgresPastFigures(connection, as_of)

    @asynccontextmanager
    async def listing(
        self, as_of: AsOf | None = None, *, patiently: bool = False
    ) -> AsyncIterator[tuple[PostgresFigures | PostgresPastFigures, PostgresTreeRows]]:
        """See the port; `patiently` for whoever reads a list to its end, for minutes if need be.

        Rows of a past day stand in a temporary table, which a transaction that only reads may not make.
        """
        async with self._database.engine.connect() as pooled:
            connection = await pooled.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=as_of is None
            )
            async with connection.begin():
                settings = _VERY_PATIENTLY if patiently else _PATIENTLY if as_of is not None else ()
                for setting in (*settings, *(() if as_of is None else (_ROOMY,))):
                    await connection.execute(setting)
                if as_of is None:
                    yield PostgresFigures(connection), PostgresTreeRows(connection)
                else:
                    yield PostgresPastFigures(connection, as_of), PostgresPastRows(connection, as_of)

    async def has_fact(self, reader: Principal, follow_up_id: str, number: int) -> bool:
        """See the port. Whoever writes reaches the present advisor, and counts are by the advisor of record."""
        advisors_of_it = (follow_ups.c.advisor_id, clients.c.advisor_id)
        found = (
            select(facts.c.number)
            .join(follow_ups, follow_ups.c.follow_up_id == facts.c.follow_up_id)
            .outerjoin(clients, clients.c.client_id == follow_ups.c.client_id)
            .where(facts.c.follow_up_id == follow_up_id, facts.c.number == number)
            .where(or_(*(within(Scope(reader), advisor) for advisor in advisors_of_it)))
        )
        async with self._database.reading() as connection:
            return (await connection.execute(found)).first() is not None


def _counted(scope: Scope) -> Scope:
    if scope.client_id is not None:
        raise LookupError("the counters know no clients: figures of one are read as of a day")
    return scope


def _by_step(scope: Scope, campaign_id: str, today: date, *apart: ColumnElement[Any]) -> Select[Any]:
    """Clients per step and group, and by the columns that set them further apart."""
    columns = step_counters.c
    waiting = columns.opens_on > today
    group = case((waiting, columns.group_while_waiting), else_=columns.step_group).label("group")
    passed = case((waiting, columns.passed_while_waiting), else_=columns.passed)
    return (
        select(
            *apart,
            columns.step_id,
            group,
            count(columns.clients).label("clients"),
            count(passed).label("passed"),
        )
        .select_from(served(step_counters))
        .where(columns.campaign_id == campaign_id, within(_counted(scope), columns.advisor_id))
        .group_by(*apart, columns.step_id, group)
    )
