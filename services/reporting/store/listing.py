"""Lists of follow-ups: a page is found by an index in the order asked for, then told in full by its ids."""

from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, column, exists, false, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.ports.listing import END, Listed, Order, Place, Wanted
from services.reporting.ports.reading import Scope
from services.reporting.store.orderings import Reading, phases_of
from services.reporting.store.reach import within
from services.reporting.tables import advisors, campaign_versions, campaigns, clients, follow_ups, units
from shared.rulebook.counting import ClientResult
from shared.rulebook.follow_up import Closing, ConclusionKind, FollowUpStatus
from shared.rulebook.standing import status_of
from shared.rulebook.texts import folded

_ROW = follow_ups.c
_ALL = 1 << 40
"""No list is as long."""


class PostgresRows:
    """See the port. The follow-ups are those of the table; of a past day others stand in their place."""

    _places: FromClause | None = None
    """In which unit each advisor was then; None today."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def _reach(self, wanted: Wanted) -> list[ColumnElement[bool]]:
        return [within(wanted.scope, _ROW.advisor_id)]

    def _of_day(self, statement: Select[Any]) -> Select[Any]:
        """Every statement that names `follow_ups` goes through here."""
        return statement

    async def _conditions(self, wanted: Wanted) -> list[ColumnElement[bool]]:
        return [*await self._reach(wanted), *narrowed(wanted)]

    def _reading(self, wanted: Wanted, where: list[ColumnElement[bool]], order: Order, after: Place | None) -> Reading:
        return Reading(wanted.campaign_ids, where, after, order.descending, together=self._places is not None)

    async def page(
        self, wanted: Wanted, order: Order, after: Place | None, limit: int
    ) -> tuple[Sequence[Listed], Place | None]:
        """See the port."""
        places: list[Place] = []
        where = await self._conditions(wanted)
        for number, phase in enumerate(phases_of(wanted, order, self._places)):
            if (after is None or number >= after.phase) and len(places) <= limit:
                start = after if after is not None and after.phase == number else None
                reading = self._reading(wanted, where, order, start)
                found = self._of_day(phase.select(reading, limit + 1 - len(places)))
                rows = await self._connection.execute(found)
                places += [Place(number, phase.text_of(row), row.follow_up_id) for row in rows]
        shown = places[:limit]
        listed = await self._listed(wanted, [place.follow_up_id for place in shown])
        return listed, shown[-1] if len(places) > limit else None

    async def whole(self, wanted: Wanted, order: Order, at_once: int) -> AsyncIterator[Sequence[Listed]]:
        """See the port."""
        async for ids in self._whole_ids(wanted, order, at_once):
            yield await self._listed(wanted, ids)

    async def _whole_ids(self, wanted: Wanted, order: Order, at_once: int) -> AsyncIterator[Sequence[str]]:
        """The order is made once for all rows, which a page after the other would ask for each time."""
        reading = self._reading(wanted, await self._conditions(wanted), order, None)
        for phase in phases_of(wanted, order, self._places):
            found = self._of_day(phase.select(reading, _ALL))
            streamed = await self._connection.stream(found.execution_options(yield_per=at_once))
            async for part in streamed.partitions():
                yield [row.follow_up_id for row in part]

    async def count(self, wanted: Wanted, most: int) -> int:
        """See the port."""
        among = _ROW.campaign_id.in_(wanted.campaign_ids)
        some = select(_ROW.follow_up_id).where(among, *await self._conditions(wanted)).limit(most).subquery()
        counted = self._of_day(select(func.count()).select_from(some))
        return int((await self._connection.execute(counted)).scalar_one())

    async def concludable(self, wanted: Wanted, limit: int) -> Sequence[str]:
        """See the port."""
        reached = exists().where(clients.c.client_id == _ROW.client_id, present(wanted.scope))
        found = (
            select(_ROW.follow_up_id)
            .where(
                _ROW.campaign_id.in_(wanted.campaign_ids),
                *await self._conditions(wanted),
                state_is(FollowUpStatus.OPEN, wanted.today),
                reached,
            )
            .order_by(_ROW.follow_up_id)
            .limit(limit)
        )
        ids: Sequence[str] = (await self._connection.execute(self._of_day(found))).scalars().all()
        return ids

    async def _listed(self, wanted: Wanted, ids: Sequence[str]) -> list[Listed]:
        told = self._of_day(_told(wanted.scope, ids, self._places))
        rows = {row.follow_up_id: row for row in await self._connection.execute(told)}
        return [_shown(rows[one], wanted.today) for one in ids]


def narrowed(wanted: Wanted) -> list[ColumnElement[bool]]:
    """What the rows of `follow_ups` must meet besides their campaign and the reach."""
    found = [_states(wanted)]
    if wanted.results:
        found.append(or_(false(), *(result_is(result) for result in wanted.results)))
    if wanted.conclusions:
        found.append(_ROW.conclusion_kind.in_(wanted.conclusions))
    if wanted.step is not None:
        at_end = and_(_ROW.position.is_(None), _ROW.step_number.is_not(None))
        found.append(at_end if wanted.step == END else _ROW.position == wanted.step)
    if wanted.overdue is not None:
        late = and_(_ROW.overdue, _ROW.entry_date <= wanted.today)
        found.append(late if wanted.overdue else ~late)
    found += _clients(wanted)
    for amount, least, most in (
        (_ROW.potential, wanted.potential_from, wanted.potential_to),
        (_ROW.collected, wanted.collected_from, wanted.collected_to),
        (_ROW.entry_date, wanted.entry_from, wanted.entry_to),
    ):
        found += [] if least is None else [amount >= least]
        found += [] if most is None else [amount <= most]
    return found


def present(scope: Scope) -> ColumnElement[bool]:
    """Whether the reader reaches a row of `clients` through the present advisor: then there is a name and a link."""
    return and_(within(Scope(scope.reader), clients.c.advisor_id), ~clients.c.erased)


def state_is(state: FollowUpStatus, today: date) -> ColumnElement[bool]:
    """The rule is `standing.status_of`."""
    if state is FollowUpStatus.WAITING:
        return and_(_ROW.closing.is_(None), _ROW.entry_date > today)
    if state is FollowUpStatus.OPEN:
        return and_(_ROW.closing.is_(None), _ROW.entry_date <= today)
    return _ROW.closing == state.value


def _states(wanted: Wanted) -> ColumnElement[bool]:
    if not wanted.states:
        return or_(_ROW.closing.is_(None), _ROW.closing != Closing.WITHDRAWN.value)
    return or_(false(), *(state_is(state, wanted.today) for state in wanted.states))


def result_is(result: ClientResult) -> ColumnElement[bool]:
    """The rule is `counting.result_of`."""
    if result is ClientResult.IN_PROGRESS:
        return _ROW.closing.is_(None)
    if result is ClientResult.CLOSED_WITHOUT_CONCLUSION:
        return _ROW.closing == Closing.ARCHIVED.value
    success = _ROW.success if result is ClientResult.ACCEPTED else ~_ROW.success
    return and_(_ROW.closing == Closing.CONCLUDED.value, success)


def _clients(wanted: Wanted) -> list[ColumnElement[bool]]:
    """A name, a present advisor or a client is searched for among those whom the reader reaches today only."""
    asked: list[ColumnElement[bool]] = []
    if wanted.text is not None:
        asked.append(clients.c.sort_key.contains(folded(wanted.text), autoescape=True))
    if wanted.present_advisor_id is not None:
        asked.append(clients.c.advisor_id == wanted.present_advisor_id)
    if wanted.scope.client_id is not None:
        asked.append(clients.c.client_id == wanted.scope.client_id)
    if not asked:
        return []
    return [_ROW.client_id.in_(select(clients.c.client_id).where(*asked, present(wanted.scope)))]


def _told(scope: Scope, ids: Sequence[str], places: FromClause | None) -> Select[Any]:
    """All that is shown of these follow-ups; titles as the campaign's definition has them now, else as it had.

    As of a past day units are those of then, and the campaign is told by its definition of then.
    """
    present_advisor = advisors.alias("present_advisor")
    shown, served = campaign_versions.alias("shown"), campaign_versions.alias("served")
    named = func.coalesce(present(scope), false())
    home = advisors if places is None else places
    campaign_name: ColumnElement[Any] = campaigns.c.name
    title: ColumnElement[Any] = func.coalesce(_title(served), _title(shown))
    if places is not None:
        campaign_name, title = func.coalesce(shown.c.definition["name"].astext, campaign_name), _title(shown)
    told = (
        select(
            *(kept for kept in follow_ups.c if kept.name not in {"state", "interactions"}),
            named.label("named"),
            clients.c.name.label("client_name"),
            clients.c.external_id.label("client_external_id"),
            clients.c.advisor_id.label("present_advisor_id"),
            present_advisor.c.name.label("present_advisor_name"),
            campaign_name.label("campaign_name"),
            advisors.c.name.label("advisor_name"),
            home.c.unit_id,
            units.c.name.label("unit_name"),
            title.label("step_title"),
            func.jsonb_array_length(shown.c.definition["steps"]).label("steps"),
        )
        .join(campaigns, campaigns.c.campaign_id == _ROW.campaign_id)
        .outerjoin(clients, clients.c.client_id == _ROW.client_id)
        .outerjoin(present_advisor, present_advisor.c.user_id == clients.c.advisor_id)
        .outerjoin(advisors, advisors.c.user_id == _ROW.advisor_id)
        .outerjoin(shown, and_(shown.c.campaign_id == _ROW.campaign_id, shown.c.version == _ROW.plan_version))
        .where(_ROW.follow_up_id.in_(ids))
    )
    if places is None:
        serving = and_(served.c.campaign_id == _ROW.campaign_id, served.c.version == campaigns.c.serving_version)
        told = told.outerjoin(served, serving)
    else:
        told = told.outerjoin(places, places.c.user_id == _ROW.advisor_id)
    return told.outerjoin(units, units.c.unit_id == home.c.unit_id)


def _title(version: Any) -> ColumnElement[Any]:
    step = (
        func.jsonb_array_elements(version.c.definition["steps"]).table_valued(column("value", JSONB)).render_derived()
    )
    named = select(step.c.value["title"].astext).select_from(step).where(step.c.value["id"].astext == _ROW.position)
    return named.correlate(version, follow_ups).scalar_subquery()


def _shown(row: Any, today: date) -> Listed:
    named = bool(row.named)
    return Listed(
        follow_up_id=row.follow_up_id if named else None,
        client_id=row.client_id if named else None,
        client_name=row.client_name if named else None,
        client_external_id=row.client_external_id if named else None,
        campaign_id=row.campaign_id,
        campaign_name=row.campaign_name,
        advisor_id=row.advisor_id,
        advisor_name=row.advisor_name,
        unit_id=row.unit_id,
        unit_name=row.unit_name,
        present_advisor_id=row.present_advisor_id if named else None,
        present_advisor_name=row.present_advisor_name if named else None,
        state=status_of(None if row.closing is None else Closing(row.closing), row.entry_date, today),
        conclusion=None if row.conclusion_kind is None else ConclusionKind(row.conclusion_kind),
        concluded_on=row.concluded_on,
        step_id=row.position,
        step_title=row.step_title,
        step_number=row.step_number,
        steps=row.steps,
        overdue=row.overdue and row.entry_date <= today,
        entry_date=row.entry_date,
        initial_potential=row.initial_potential,
        potential=row.potential,
        collected=row.collected,
        last_activity=row.last_activity,
    )
