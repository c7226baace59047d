"""Due dates kept up fact by fact and edit by edit, and lateness recorded once, on the real engine and PostgreSQL."""

from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from services.followup.ports import DueFilter
from services.followup.use_cases.due_dates import WatchDueDates
from shared.contracts.campaign import StepDefinition
from shared.contracts.directory import CalendarChanged
from shared.rulebook.access import AccessLevel, Principal
from shared.rulebook.commands import CompleteStep, UndoCompletion, WithdrawClient
from shared.rulebook.due_dates import due_on
from shared.runtime.calendar import FRENCH, WorkingCalendar
from tests.integration.followup.conftest import AnotherWorld
from tests.integration.followup.world import STEPS, World, a_definition

MANAGER = Principal("5a0c7a0e-0000-4000-8000-00000000000b", "u", ("u",), access_level=AccessLevel.ALL)


def with_delays(**days: int) -> tuple[StepDefinition, ...]:
    """The usual steps, some due within so many working days."""
    return tuple(step.model_copy(update={"due_within_days": days.get(step.id.replace("-", "_"))}) for step in STEPS)


def due_after(within: int, since: date, calendar: WorkingCalendar = FRENCH) -> date:
    step = with_delays(first_call=within)[0].rule()
    found = due_on(step, since, calendar)
    assert found is not None
    return found


@dataclass(frozen=True)
class Dated:
    position: str | None
    since: date | None
    due_on: date | None
    overdue: bool


async def dated(world: World, follow_up: str) -> Dated:
    query = sa.text("select position, position_since, due_on, overdue from follow_ups where follow_up_id = :id")
    async with world.database.reading() as conn:
        return Dated(*(await conn.execute(query, {"id": follow_up})).one())


async def look_until_nothing_is_left(world: World) -> None:
    watch = WatchDueDates(world.due_dates, world.house, world.clock)
    for _ in range(20):
        if not await watch.look():
            return
    raise AssertionError("the sweep never comes to rest")


async def test_a_step_is_due_from_the_entry_date_and_the_next_from_the_day_of_its_completion(world: World) -> None:
    campaign = await world.a_campaign(steps=with_delays(first_call=2, second_call=5))
    entry, yesterday = world.clock.today() - timedelta(days=20), world.clock.today() - timedelta(days=1)
    follow_up = await world.a_follow_up(campaign)

    assert await dated(world, follow_up) == Dated("first-call", entry, due_after(2, entry), overdue=False)
    await world.do(follow_up, CompleteStep("first-call"))

    assert await dated(world, follow_up) == Dated("second-call", yesterday, due_after(5, yesterday), overdue=False)


async def test_lateness_is_recorded_once_whoever_sweeps_and_ends_with_the_step(
    world: World, another: AnotherWorld
) -> None:
    follow_up = await world.a_follow_up(await world.a_campaign(steps=with_delays(first_call=2)))
    second = await another()

    await look_until_nothing_is_left(world)
    await look_until_nothing_is_left(second)

    assert await world.kinds(follow_up) == ["ClientTargeted", "StepOverdue"]
    assert (await dated(world, follow_up)).overdue
    late = (await world.facts(follow_up))[-1]
    assert (late.door, late.actor, late.fact.due_on) == ("system", "system", (await dated(world, follow_up)).due_on)
    await world.do(follow_up, CompleteStep("first-call"))
    assert await dated(world, follow_up) == Dated(
        "second-call", world.clock.today() - timedelta(days=1), None, overdue=False
    )


async def test_a_client_who_is_waiting_or_gone_is_never_late(world: World) -> None:
    campaign = await world.a_campaign(steps=with_delays(first_call=0))
    waiting = await world.a_follow_up(campaign, entry=world.clock.today() + timedelta(days=3))
    withdrawn = await world.a_follow_up(campaign)
    await world.do(withdrawn, WithdrawClient())

    await look_until_nothing_is_left(world)

    assert await world.kinds(waiting) == ["ClientTargeted"]
    assert await world.kinds(withdrawn) == ["ClientTargeted", "ClientWithdrawn"]


async def test_an_undone_completion_gives_the_step_its_days_again(world: World) -> None:
    campaign = await world.a_campaign(steps=with_delays(first_call=2))
    follow_up = await world.a_follow_up(campaign)
    await world.do(follow_up, CompleteStep("first-call"))

    await world.do(follow_up, UndoCompletion("first-call"))

    yesterday = world.clock.today() - timedelta(days=1)
    assert await dated(world, follow_up) == Dated("first-call", yesterday, due_after(2, yesterday), overdue=False)


async def test_another_delay_moves_what_is_not_late_and_leaves_what_is(world: World) -> None:
    campaign = await world.a_campaign(steps=with_delays(first_call=2))
    today, entry = world.clock.today(), world.clock.today() - timedelta(days=20)
    late = await world.a_follow_up(campaign)
    await look_until_nothing_is_left(world)
    in_time = await world.a_follow_up(campaign, entry=today)

    await world.definitions.hold(a_definition(campaign, 2, steps=with_delays(first_call=100)))
    await look_until_nothing_is_left(world)

    assert (await dated(world, in_time)).due_on == due_after(100, today)
    assert (await dated(world, late)).due_on == due_after(2, entry)
    assert await world.kinds(in_time) == ["ClientTargeted"]


async def test_a_delay_that_comes_late_counts_from_when_each_step_became_the_position(world: World) -> None:
    campaign = await world.a_campaign()
    yesterday = world.clock.today() - timedelta(days=1)
    follow_up = await world.a_follow_up(campaign)
    await world.do(follow_up, CompleteStep("first-call"))
    assert (await dated(world, follow_up)).since is None

    await world.definitions.hold(a_definition(campaign, 2, steps=with_delays(second_call=3)))
    await look_until_nothing_is_left(world)

    assert await dated(world, follow_up) == Dated("second-call", yesterday, due_after(3, yesterday), overdue=False)


async def test_a_save_that_leaves_the_steps_alone_touches_no_follow_up(world: World) -> None:
    steps = with_delays(first_call=2)
    campaign = await world.a_campaign(steps=steps)
    await world.a_follow_up(campaign, entry=world.clock.today())
    await look_until_nothing_is_left(world)
    before = await _row_versions(world)

    renamed = a_definition(campaign, 2, steps=steps).model_copy(update={"name": "Winter"})
    await world.definitions.hold(renamed)
    await look_until_nothing_is_left(world)

    assert await _row_versions(world) == before


async def test_a_closing_day_moves_what_is_not_late(world: World) -> None:
    today = world.clock.today()
    follow_up = await world.a_follow_up(await world.a_campaign(steps=with_delays(first_call=1)), entry=today)
    closed = due_after(1, today)

    told = CalendarChanged(country="FR", closing_days=(closed,), revision=1)
    await world.due_dates.keep_calendar(told)
    await world.due_dates.keep_calendar(told.model_copy(update={"revision": 0, "closing_days": ()}))
    await look_until_nothing_is_left(world)

    calendar = WorkingCalendar("FR", None, frozenset({closed}))
    assert (await dated(world, follow_up)).due_on == due_after(1, today, calendar) > closed


async def test_what_is_due_is_listed_earliest_first_and_counted(world: World) -> None:
    campaign = await world.a_campaign(steps=with_delays(first_call=0))
    today = world.clock.today()
    late = await world.a_follow_up(campaign)
    later = await world.a_follow_up(campaign, entry=today)
    await world.a_follow_up(campaign, entry=today + timedelta(days=5))
    due_today = due_after(0, today)

    wanted = DueFilter(by=due_today, today=due_today, campaign_id=campaign, limit=1)
    (first,) = await world.reading.due(MANAGER, wanted)
    place = (first.due_on or today, first.follow_up_id)
    rest = await world.reading.due(MANAGER, DueFilter(by=due_today, today=due_today, campaign_id=campaign, after=place))
    counts = await world.reading.due_counts(MANAGER, wanted)

    assert [first.follow_up_id, *(row.follow_up_id for row in rest)] == [late, later]
    assert (counts.late, counts.today) == (1, 1)
    nobody = Principal(MANAGER.user_id, "u", ("u",), access_level=AccessLevel.OWN)
    assert (await world.reading.due_counts(nobody, wanted)).late == 0


async def _row_versions(world: World) -> list[str]:
    async with world.database.reading() as conn:
        return list((await conn.execute(sa.text("select xmin::text from follow_ups order by 1"))).scalars())
