"""Where follow-ups stand, since when and until when (ADR 0060): columns that can be computed again from the facts."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.followup.ports import LateStep
from services.followup.store.calendars import Calendars, Revised, keep
from services.followup.store.rows import STATE
from shared.contracts.campaign import CampaignDefined
from shared.contracts.directory import CalendarChanged
from shared.contracts.followup import FactRecorded
from shared.rulebook.due_dates import Place, first_place, next_place, sets_delays
from shared.rulebook.follow_up import FollowUp
from shared.rulebook.steps import Plan
from shared.runtime.clock import Clock
from shared.runtime.database import Database

_PAGE = 500
_PLACES = sa.text(
    """
    select follow_up_id::text, position, position_since, due_on, dated_number
    from follow_ups where follow_up_id = any(cast(:ids as uuid[]))
    """
)
_WRITE = sa.text(
    """
    update follow_ups f
    set position = n.position, position_since = n.since, due_on = n.due_on, overdue = n.overdue,
        dated_number = n.number, dated_version = :version, dated_calendar = :calendar
    from jsonb_to_recordset(cast(:places as jsonb))
        as n(follow_up_id uuid, number int, position text, since date, due_on date, overdue boolean)
    where f.follow_up_id = n.follow_up_id
    """
)
_BEHIND = sa.text(
    """
    select campaign_id::text, definition::text, dated_plan, dated_calendar from campaigns
    where (dated_version < version or dated_calendar < :calendar) and not deleted
    order by campaign_id limit 1
    """
)
_PAGE_BEHIND = sa.text(
    """
    select follow_up_id::text, state::text, number, position, position_since, due_on, dated_number
    from follow_ups
    where campaign_id = :campaign_id and closing is null
      and (dated_version < :version or dated_calendar < :calendar)
    order by follow_up_id limit :limit for no key update
    """
)
_FACTS = sa.text(
    """
    select f.follow_up_id::text, f.event::text
    from facts f join unnest(cast(:ids as uuid[]), cast(:numbers as int[])) as n(id, number)
      on f.follow_up_id = n.id and f.number > n.number
    order by f.follow_up_id, f.number
    """
)
_DATED = sa.text(
    "update campaigns set dated_version = :version, dated_calendar = :calendar, dated_plan = :plan"
    " where campaign_id = :campaign_id"
)
_LATE = sa.text(
    """
    select f.follow_up_id::text, f.number, f.position, f.due_on
    from follow_ups f join campaigns c on c.campaign_id = f.campaign_id
    where f.due_on < :today and not f.overdue and f.entry_date <= :today and not c.archived and not c.deleted
      and not exists (
          select from commands k
          where k.source = 'due_dates' and k.source_id = f.follow_up_id || '/' || f.number
      )
    order by f.due_on limit :limit
    """
)
# One at a time over all replicas; recording facts waits for a page's rows only.
_ALONE = sa.text("select pg_try_advisory_xact_lock(hashtext('followup'), hashtext('due dates'))")
_CLEAR = sa.text("update follow_ups set due_on = null where campaign_id = :campaign_id and due_on is not null")


class PostgresDueDates:
    """See `ports.DueDates`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._calendars = Calendars()

    async def keep_calendar(self, calendar: CalendarChanged) -> None:
        """See the port."""
        async with self._database.transaction() as conn:
            await keep(conn, calendar)

    async def date_again(self) -> int:
        """See the port. A page is one transaction."""
        async with self._database.transaction() as conn:
            if not (await conn.execute(_ALONE)).scalar_one():
                return 0
            calendar = await self._calendars.present(conn)
            behind = (await conn.execute(_BEHIND, {"calendar": calendar.revision})).one_or_none()
            return 0 if behind is None else await self._date(conn, behind, calendar)

    async def late(self, today: date, limit: int) -> Sequence[LateStep]:
        """See the port."""
        async with self._database.reading() as conn:
            rows = (await conn.execute(_LATE, {"today": today, "limit": limit})).all()
        return [LateStep(*row) for row in rows]

    async def _date(self, conn: AsyncConnection, behind: Any, calendar: Revised) -> int:
        definition = CampaignDefined.model_validate_json(behind.definition)
        plan = definition.plan()
        which = {"campaign_id": behind.campaign_id, "version": plan.version, "calendar": calendar.revision}
        rows: Sequence[Any] = ()
        if not sets_delays(plan):
            await conn.execute(_CLEAR, which)
        elif (behind.dated_plan, behind.dated_calendar) != (_essence(plan), calendar.revision):
            rows = (await conn.execute(_PAGE_BEHIND, which | {"limit": _PAGE})).all()
        if not rows:
            await conn.execute(_DATED, which | {"plan": _essence(plan)})
            return 1
        dating = _Dating(plan, calendar, self._clock.today())
        facts = await _facts_after(conn, rows)
        for row in rows:
            state = STATE.validate_json(row.state)
            place = dating.folded(_held(row), facts.get(row.follow_up_id, ()))
            place = dating.after(place, state, self._clock.day_of(definition.saved_at))
            dating.keep(row.follow_up_id, row.number, state, place)
        await dating.write(conn)
        return len(rows)


async def date_recorded(
    conn: AsyncConnection, calendars: Calendars, today: date, events: Sequence[FactRecorded], plans: Mapping[str, Plan]
) -> None:
    """Take the follow-ups of these facts, whose rows are locked, to where they now stand; `plans` by campaign.

    One whose earlier facts were not counted is left: its campaign set no delay then, and will be dated whole.
    """
    with_delays = [event for event in events if sets_delays(plans[event.campaign_id])]
    if not with_delays:
        return
    calendar = await calendars.present(conn)
    of_each: dict[str, list[FactRecorded]] = {}
    for event in with_delays:
        of_each.setdefault(event.follow_up_id, []).append(event)
    held = {row.follow_up_id: row for row in (await conn.execute(_PLACES, {"ids": list(of_each)})).all()}
    for campaign_id in dict.fromkeys(event.campaign_id for event in with_delays):
        dating = _Dating(plans[campaign_id], calendar, today)
        for follow_up_id, facts in of_each.items():
            row = held[follow_up_id]
            if facts[0].campaign_id == campaign_id and row.dated_number == facts[0].number - 1:
                dating.keep(follow_up_id, facts[-1].number, facts[-1].after, dating.folded(_held(row), facts))
        await dating.write(conn)


class _Dating:
    """Follow-ups of one campaign, each with the place that is to be kept."""

    def __init__(self, plan: Plan, calendar: Revised, today: date) -> None:
        self._plan = plan
        self._calendar = calendar
        self._today = today
        self._rows: list[dict[str, object]] = []

    def folded(self, place: Place | None, facts: Iterable[FactRecorded]) -> Place | None:
        """The place after these facts."""
        for fact in facts:
            place = self.after(place, fact.after, fact.fact.on)
        return place

    def after(self, place: Place | None, state: FollowUp, on: date) -> Place:
        """The place after what happened on that day; None is one that was never known."""
        if place is None:
            return first_place(state, self._plan, self._calendar.days)
        return next_place(place, state, self._plan, self._calendar.days, on, self._today)

    def keep(self, follow_up_id: str, number: int, state: FollowUp, place: Place | None) -> None:
        """Have the place written."""
        if place is not None:
            row = {"follow_up_id": follow_up_id, "number": number, "position": place.step_id}
            row |= {"since": place.since.isoformat(), "due_on": place.due_on and place.due_on.isoformat()}
            self._rows.append(row | {"overdue": state.overdue_step is not None and state.overdue_step == place.step_id})

    async def write(self, conn: AsyncConnection) -> None:
        """Write all places in one statement."""
        if self._rows:
            as_of = {"version": self._plan.version, "calendar": self._calendar.revision}
            await conn.execute(_WRITE, as_of | {"places": json.dumps(self._rows)})


def _held(row: Any) -> Place | None:
    return None if row.position_since is None else Place(row.position, row.position_since, row.due_on)


async def _facts_after(conn: AsyncConnection, rows: Sequence[Any]) -> dict[str, list[FactRecorded]]:
    """By follow-up, the facts that its place does not hold yet, in order."""
    behind = [row for row in rows if row.dated_number < row.number]
    parameters = {"ids": [row.follow_up_id for row in behind], "numbers": [row.dated_number for row in behind]}
    found: dict[str, list[FactRecorded]] = {}
    for follow_up_id, event in (await conn.execute(_FACTS, parameters)).all() if behind else ():
        found.setdefault(follow_up_id, []).append(FactRecorded.model_validate_json(event))
    return found


def _essence(plan: Plan) -> str:
    """What of a plan moves positions and due dates: a save that changes texts or shares leaves all dates alone."""
    steps = [
        [step.id, step.mandatory, step.due_within_days, [[e.version, sorted(e.after)] for e in step.exemptions]]
        for step in plan.steps
    ]
    return hashlib.sha256(json.dumps([plan.archived, steps]).encode()).hexdigest()
