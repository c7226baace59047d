"""The clients of a query are spread once all are there, by a job that goes on where a killed process left it."""

from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from services.campaign.ports.pulling import Source
from services.campaign.tables import outbox, targeted_clients, targeting_jobs, targeting_pulls
from services.campaign.use_cases.target_by_query import SPREADING, PullClients
from services.campaign.use_cases.work_on_jobs import WorkOnJobs
from shared.contracts.campaign import ClientsTargeted
from shared.contracts.wire import CloudEvent
from tests.services.campaign.killed import KilledError
from tests.services.campaign.test_from_query import Dying, ask_for, clock, counts, desk, pulls, rows_of, work_off
from tests.support.fakes_finder import FakeFinder, FrenchCalendar

__all__ = ["clock", "desk", "pulls"]


async def test_entry_dates_are_spread_over_the_working_days_left_the_highest_potential_first(desk, database, pulls):
    finder = FakeFinder([f"q{row}" for row in range(60)])
    await ask_for(desk, database, pulls, finder, spread=True, attribute="assets")

    await work_off(desk, finder, pulls)

    columns = targeted_clients.c
    rows = await rows_of(database, select(columns.entry_date, columns.potential).order_by(columns.potential.desc()))
    days = [row.entry_date for row in rows]
    loads = Counter(days)
    assert days == sorted(days)
    assert (days[0], days[-1], len(loads)) == (date(2026, 4, 20), date(2026, 5, 29), 26)
    assert set(loads.values()) == {2, 3}
    assert not set(loads) & {date(2026, 5, 1), date(2026, 5, 8), date(2026, 5, 14), date(2026, 5, 25)}


class DyingSpread(Dying):
    """The real pulls, whose process dies at `place` while entry dates are chosen, after the second chunk or so."""

    def __init__(self, pulls, place):
        super().__init__(pulls, after=False)
        self._place, self._left = place, 2 if place == "keep_dates" else 1

    def __getattr__(self, name):
        async def perhaps(*given):
            self._left -= name == self._place
            if name == self._place and not self._left:
                raise KilledError
            return await getattr(self._pulls, name)(*given)

        return perhaps


@pytest.mark.parametrize("place", ["put_off", "held_back", "keep_dates", "release"])
async def test_whoever_goes_on_with_a_spread_gives_each_client_one_date_and_lets_none_in_before(
    desk, database, pulls, clock, place
):
    finder = FakeFinder([f"q{row}" for row in range(7)])
    await ask_for(desk, database, pulls, finder, spread=True)
    for _ in range(3):
        await PullClients(Source(finder, pulls), clock, desk.campaigns).work()

    with pytest.raises(KilledError):
        await PullClients(Source(finder, DyingSpread(pulls, place)), clock, desk.campaigns).work()
    early = await WorkOnJobs(desk.campaigns, desk.people, clock, timedelta(0)).work()
    clock.advance(SPREADING)
    await work_off(desk, finder, pulls)

    days = [row.entry_date for row in await rows_of(database, select(targeted_clients.c.entry_date))]
    bodies = await rows_of(database, select(outbox.c.body).where(outbox.c.subject.contains("clients_targeted")))
    told = [one for row in bodies for one in CloudEvent[ClientsTargeted].model_validate_json(row.body).data.clients]
    assert early is False
    assert len(set(days)) == len(days) == 7
    assert sorted(one.client_id for one in told) == [one.client_id for one in finder.found]
    assert sorted(one.entry_date for one in told) == sorted(days)
    assert await counts(database) == (7, 7, 0)
    assert await rows_of(database, select(targeting_pulls)) == []


async def test_while_the_directory_does_not_say_its_calendar_no_query_is_spread(desk, database, pulls):
    finder = FakeFinder(["q0"])

    with pytest.raises(ConnectionError):
        await ask_for(desk, database, pulls, finder, calendars=FrenchCalendar(away=True), spread=True)

    assert await rows_of(database, select(targeting_jobs)) == []
