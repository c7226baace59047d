"""The single follow-ups of a past day, as they are listed and by the slow way, told in the same words."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import timedelta
from typing import Any

from services.reporting.ports.listing import ClientSort, Listed, Order, Wanted
from services.reporting.ports.reading import AsOf, Axis, Scope, Totals
from services.reporting.store.figures import PostgresReadings
from services.reporting.use_cases.figures import asked_for
from services.reporting.use_cases.listing import read_list
from services.reporting.use_cases.whole_lists import read_whole_list
from shared.runtime.clock import Clock
from tests.support import slow_figures as slow
from tests.support.histories_reporting import History
from tests.support.slow_people import Asked, Person, definition_as_of, path_as_of, people_as_of, reads


def listed_slowly(history: History, asked: Asked) -> list[tuple[Any, ...]]:
    """What a list shows of each follow-up of the campaign, in no order."""
    definition = definition_as_of(history.definitions, asked)
    if definition is None:
        return []
    found = []
    for person in people_as_of(history.facts, asked):
        path = path_as_of(history.people, person.advisor, asked)
        if reads(asked, person.advisor, path):
            at = slow.place(person, definition)
            step = definition.steps[at] if at < len(definition.steps) else None
            found.append((person.advisor, path[-1], *_stands(person, asked, step), at + 1))
    return sorted(found, key=repr)


def _stands(person: Person, asked: Asked, step: Any) -> tuple[Any, ...]:
    waiting = person.closing is None and person.entry_date > asked.day
    state = person.closing or ("WAITING" if waiting else "OPEN")
    late = state == "OPEN" and step is not None and person.late_at == step.id
    title = None if step is None else step.title
    amounts = (person.initial, person.potential, person.collected)
    return (state, person.kind, person.entry_date, late, *amounts, title)


async def listed(readings: PostgresReadings, history: History, asked: Asked, order: Order) -> list[tuple[Any, ...]]:
    """The same as the service lists it, page by page in the order asked for, then sorted for comparison.

    The whole list, which files read, must be these rows; the clients of a tree must add up to the campaign.
    """
    end = Clock(asked.zone).midnight(asked.day + timedelta(days=1))
    scope = Scope(asked.reader, asked.unit, asked.advisor, asked.client)
    wanted = Wanted(scope=scope, campaign_ids=(), today=asked.day)
    rows: list[Listed] = []
    async with readings.listing(AsOf(asked.day, Axis(asked.axis), end)) as (figures, found):
        page = await read_list(figures, found, wanted, order, None, 7, campaign_id=history.campaign, past=True)
        rows += page.rows
        while page.next is not None:
            assert page.rows, "a page leads on without a row"
            page = await read_list(figures, found, wanted, order, page.next, 7, campaign_id=history.campaign, past=True)
            rows += page.rows
        assert (page.total, page.selection) == (len(rows), None)
        parts = [part async for part in read_whole_list(figures, found, wanted, order, campaign_id=history.campaign)]
        assert [row for part in parts for row in part] == rows
        campaigns = await asked_for(figures, scope, asked.day, campaign_id=history.campaign, statuses=())
        ids = [one.campaign_id for one in campaigns]
        of_day = Wanted(scope=scope, campaign_ids=ids, today=asked.day)
        clients = await found.clients(of_day, ClientSort.COLLECTED, descending=True, after=None, limit=1000)
        above = (await figures.totals(scope, ids, asked.day)).get(history.campaign, Totals())
        assert _added([one.totals for one in clients]) == _added([above])
    told = [
        (
            row.advisor_id,
            row.unit_id,
            str(row.state),
            row.conclusion and str(row.conclusion),
            row.entry_date,
            row.overdue,
            row.initial_potential,
            row.potential,
            row.collected,
            row.step_title,
            row.step_number,
        )
        for row in rows
    ]
    return sorted(told, key=repr)


def _added(totals: Sequence[Totals]) -> dict[str, Any]:
    return {one.name: sum(getattr(each, one.name) for each in totals) for one in fields(Totals)}
