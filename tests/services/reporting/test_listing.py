"""The management list: what it holds for each reader, in every order, and how few rows a page touches."""

from dataclasses import replace
from decimal import Decimal

import pytest

from services.reporting.ports.listing import Column, Order, Wanted
from services.reporting.ports.reading import Scope
from services.reporting.schemas.listing import cursor_of, place_of
from services.reporting.store.replicas import PostgresReplicas
from services.reporting.use_cases.listing import read_concludable, read_list
from shared.rulebook.access import in_reach
from shared.rulebook.commands import CompleteStep
from shared.rulebook.counting import ClientResult, result_of
from shared.rulebook.errors import Invalid, NotVisible
from shared.rulebook.follow_up import ConclusionKind, FollowUpStatus
from shared.rulebook.ids import campaign_id
from shared.rulebook.lateness import MarkOverdue
from shared.rulebook.standing import position_index, status
from shared.rulebook.texts import folded
from tests.support.lists_reporting import a_client, named_clients, told_last
from tests.support.stories_reporting import (
    ANNE,
    BRUNO,
    CALL,
    CAMPAIGN,
    CHLOE,
    FOUR_STEPS,
    LILLE,
    MEETING,
    NORTH,
    PATHS,
    READERS,
    SECOND,
    TODAY,
    UNIT_OF,
    a_definition,
    a_story,
    facts_of,
    lived,
)

OTHER = campaign_id("savings")
PLAN = a_definition().plan()
FACTS = [*a_story(1, [PLAN], 40), *a_story(2, [PLAN], 30, campaign=OTHER)]
CLIENTS = {client.client_id: client for client in named_clients(FACTS)}


@pytest.fixture
async def listed(readings, tell, database):
    """Reads whole lists, page by page."""
    await tell([a_definition(), a_definition(campaign=OTHER, name="Épargne")], FACTS)
    await PostgresReplicas(database).keep(clients=list(CLIENTS.values()))
    return reading(readings)


def reading(readings):
    async def read(reader, order=None, *, limit=7, campaign=None, **filters):
        scope = Scope(reader, filters.pop("unit_id", None), filters.pop("advisor_id", None))
        wanted = Wanted(scope=scope, campaign_ids=(), today=TODAY, **filters)
        found, after, first = [], None, None
        async with readings.listing() as (figures, rows):
            for _ in range(100):
                page = await read_list(figures, rows, wanted, order or Order(), after, limit, campaign_id=campaign)
                first = first or page
                found += page.rows
                after = place_of(cursor_of(page.next))
                if after is None:
                    break
        assert first.total == len(found)
        return found

    return read


def reached(reader, advisor):
    return in_reach(reader, advisor, PATHS[UNIT_OF[advisor]])


def expected(reader):
    """Of each follow-up within reach: is there a name, and what sorts it."""
    return {
        one.follow_up_id: (reached(reader, CLIENTS[one.client_id].advisor_id), one)
        for one in told_last(FACTS).values()
        if one.state.closing != "WITHDRAWN" and reached(reader, one.state.advisor_id)
    }


@pytest.mark.parametrize("name", ["all", "north", "lille", "anne", "crm"])
async def test_each_reader_finds_every_follow_up_within_reach_once_and_names_of_present_clients_only(listed, name):
    reader = READERS[name]
    rows, wanted = await listed(reader), expected(reader)

    assert len(rows) == len(wanted)
    named = {row.follow_up_id: row for row in rows if row.follow_up_id is not None}
    assert named.keys() == {one for one, (seen, _) in wanted.items() if seen}
    assert {row.client_name for row in rows if row.follow_up_id is None} <= {None}
    for follow_up, row in named.items():
        state = wanted[follow_up][1].state
        assert (row.client_name, row.present_advisor_id) == (
            CLIENTS[row.client_id].name,
            CLIENTS[row.client_id].advisor_id,
        )
        assert (row.advisor_id, row.unit_id) == (state.advisor_id, UNIT_OF[state.advisor_id])
        assert (row.state, row.entry_date) == (status(state, TODAY), state.entry_date)
        assert (row.step_number, row.steps) == (position_index(state, PLAN) + 1, 4)
        assert row.step_title == (FOUR_STEPS[row.step_number - 1].title if row.step_number <= 4 else None)
        assert (row.initial_potential, row.potential) == (state.initial_potential, state.potential)
        assert row.collected == (state.conclusion.collected if state.conclusion else 0)
        assert (row.conclusion, row.concluded_on) == (
            (state.conclusion.kind, state.conclusion.on) if state.conclusion else (None, None)
        )


KEYS = {
    Column.CLIENT: lambda row: row.client_name and folded(row.client_name),
    Column.CAMPAIGN: lambda row: folded(row.campaign_name),
    Column.ADVISOR: lambda row: row.advisor_name,
    Column.PRESENT_ADVISOR: lambda row: row.present_advisor_name,
    Column.UNIT: lambda row: row.unit_name,
    Column.STATE: lambda row: list(FollowUpStatus).index(row.state),
    Column.CONCLUDED_ON: lambda row: row.concluded_on,
    Column.STEP: lambda row: row.step_number,
    Column.OVERDUE: lambda row: not row.overdue,
    Column.ENTRY_DATE: lambda row: row.entry_date,
    Column.INITIAL_POTENTIAL: lambda row: row.initial_potential,
    Column.POTENTIAL: lambda row: row.potential,
    Column.COLLECTED: lambda row: row.collected,
    Column.LAST_ACTIVITY: lambda row: row.last_activity,
}


@pytest.mark.parametrize("descending", [False, True])
async def test_every_column_sorts_the_whole_list_with_what_has_no_value_last(listed, descending):
    for column in Column:
        for reader in (READERS["all"], READERS["north"]):
            rows = await listed(reader, Order(column, descending), limit=11)
            assert len(rows) == len(expected(reader)), column
            if column is not Column.RESULT:
                keys = [KEYS[column](row) for row in rows]
                valued = [key for key in keys if key is not None]
                assert keys[: len(valued)] == valued, column
                assert valued == sorted(valued, reverse=descending), column


async def test_results_stand_together_successes_first(listed):
    rows = await listed(READERS["all"], Order(Column.RESULT))

    order = [ConclusionKind.SALE, ConclusionKind.SIGNATURE, ConclusionKind.REFUSAL, ConclusionKind.NO_DECISION, None]
    places = [order.index(row.conclusion) for row in rows]
    assert places == sorted(places)
    assert len(set(places)) > 3


@pytest.mark.parametrize(
    ("filters", "holds"),
    [
        ({"states": [FollowUpStatus.WAITING]}, lambda one: status(one.state, TODAY) == "WAITING"),
        ({"states": [FollowUpStatus.WITHDRAWN]}, lambda one: one.state.closing == "WITHDRAWN"),
        ({"results": [ClientResult.ACCEPTED]}, lambda one: result_of(one.state) is ClientResult.ACCEPTED),
        (
            {"results": [ClientResult.REFUSED, ClientResult.CLOSED_WITHOUT_CONCLUSION]},
            lambda one: result_of(one.state) in (ClientResult.REFUSED, ClientResult.CLOSED_WITHOUT_CONCLUSION),
        ),
        (
            {"conclusions": [ConclusionKind.SIGNATURE]},
            lambda one: one.state.conclusion is not None and one.state.conclusion.kind == "SIGNATURE",
        ),
        ({"step": MEETING}, lambda one: position_index(one.state, PLAN) == 2),
        ({"step": "end"}, lambda one: position_index(one.state, PLAN) == 4),
        ({"unit_id": LILLE}, lambda one: UNIT_OF[one.state.advisor_id] == LILLE),
        ({"advisor_id": CHLOE}, lambda one: one.state.advisor_id == CHLOE),
        ({"present_advisor_id": BRUNO}, lambda one: CLIENTS[one.client_id].advisor_id == BRUNO),
        ({"campaign": OTHER}, lambda one: one.campaign_id == OTHER),
        ({"text": "eL"}, lambda one: "Élodie" in CLIENTS[one.client_id].name),
        ({"text": "%"}, lambda _: False),
        ({"overdue": True}, lambda _: False),
        (
            {"potential_from": Decimal(900), "potential_to": Decimal(5000)},
            lambda one: 900 <= one.state.potential <= 5000,
        ),
        ({"collected_from": Decimal("0.01")}, lambda one: one.state.conclusion and one.state.conclusion.collected > 0),
        ({"entry_to": TODAY}, lambda one: one.state.entry_date <= TODAY),
    ],
)
async def test_each_filter_finds_what_the_facts_say(listed, filters, holds):
    withdrawn = "WITHDRAWN" in filters.get("states", ())
    rows = await listed(READERS["all"], **filters)

    wanted = {
        one.follow_up_id
        for one in told_last(FACTS).values()
        if holds(one) and (withdrawn or one.state.closing != "WITHDRAWN")
    }
    assert {row.follow_up_id for row in rows} == wanted


async def test_nobody_finds_by_a_name_or_present_advisor_what_has_left_the_reach(listed):
    reader = READERS["anne"]
    hidden = [one for seen, one in expected(reader).values() if not seen]
    assert hidden

    for one in hidden:
        assert one.follow_up_id not in {
            row.follow_up_id for row in await listed(reader, text=CLIENTS[one.client_id].name)
        }
    assert await listed(reader, present_advisor_id=BRUNO) == []


async def test_a_late_step_is_flagged_and_counted(readings, tell, database):
    late = lived(PLAN, CompleteStep(CALL), MarkOverdue(SECOND, TODAY.replace(day=10)), on=TODAY)
    done = lived(PLAN, CompleteStep(CALL), MarkOverdue(SECOND, TODAY.replace(day=10)), CompleteStep(MEETING), on=TODAY)
    await tell([a_definition()], [*facts_of(late, client="late"), *facts_of(done, client="done")])
    await PostgresReplicas(database).keep(clients=[a_client("late", name="Late", advisor=ANNE)])

    rows = await reading(readings)(READERS["all"], overdue=True)
    async with readings.snapshot() as figures:
        totals = await figures.totals(Scope(READERS["all"]), [CAMPAIGN], TODAY)

    assert [(row.client_name, row.step_id, row.step_number) for row in rows] == [("Late", SECOND, 2)]
    assert totals[CAMPAIGN].overdue == len(rows) == 1


async def test_a_client_whom_the_directory_has_not_told_is_listed_without_a_name(readings, tell):
    await tell([a_definition()], facts_of(lived(PLAN)))

    rows = await reading(readings)(READERS["all"])

    assert [(row.follow_up_id, row.client_name, row.advisor_id) for row in rows] == [(None, None, ANNE)]


async def test_the_open_ones_of_a_filtered_list_go_into_one_job(readings, listed):
    wanted = Wanted(scope=Scope(READERS["north"], NORTH), campaign_ids=(), today=TODAY)
    async with readings.listing() as (figures, rows):
        page = await read_list(figures, rows, wanted, Order(), None, 5, campaign_id=CAMPAIGN)
        narrower = await read_list(figures, rows, replace(wanted, text="zo"), Order(), None, 5, campaign_id=CAMPAIGN)
        ids, more = await read_concludable(figures, rows, replace(wanted, text="zo"), campaign_id=CAMPAIGN)

    assert page.selection == {"campaign_id": CAMPAIGN, "unit_id": NORTH, "state": "OPEN"}
    assert narrower.selection is None
    assert (set(ids), more) == (
        {
            one.follow_up_id
            for seen, one in expected(READERS["north"]).values()
            if seen
            and one.campaign_id == CAMPAIGN
            and status(one.state, TODAY) == "OPEN"
            and "zo" in folded(CLIENTS[one.client_id].name)
        },
        False,
    )


async def test_what_the_reader_does_not_see_is_not_found_and_an_odd_cursor_is_refused(listed):
    with pytest.raises(NotVisible):
        await listed(READERS["anne"], unit_id=NORTH)
    for cursor in ("nonsense", "W10", "WzAsIm5vdCBhIGRhdGUiLCJ4Il0"):
        with pytest.raises(Invalid, match="cursor_invalid"):
            place_of(cursor)
    odd = place_of(cursor_of(place_of("WzAsImEiLCIxMTExMTExMS0xMTExLTQxMTEtODExMS0xMTExMTExMTExMTEiXQ")))
    assert odd.key == "a"
