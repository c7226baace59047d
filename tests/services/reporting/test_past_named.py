"""Past days by name: ahead, before the campaign, amended, back-dated, redefined, deleted, without anything."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import event

from shared.contracts.campaign import Share
from shared.rulebook.access import AccessLevel, Principal
from shared.rulebook.commands import CompleteStep, WithdrawClient
from shared.rulebook.ids import campaign_id
from tests.support.past_reporting import amended, at, life, sale
from tests.support.stories_reporting import (
    CALL,
    CAMPAIGN,
    CHLOE,
    MEETING,
    NORTH,
    PATHS,
    READERS,
    a_definition,
    facts_of,
    lived,
)

NORTHERN, SOUTHERN = READERS["north"], READERS["south"]


async def test_a_day_ahead_is_refused_by_name_and_today_is_not(asks, past):
    await past()

    ahead = await asks("/indicators", 422, as_of="2026-11-25")
    for_ever = await asks("/breakdown", 422, by="unit", as_of="9999-12-31")
    today = await asks("/indicators", as_of="2026-11-24", axis="happened")

    assert (ahead["code"], ahead["data"]) == ("as_of_in_future", {"as_of": "2026-11-25", "today": "2026-11-24"})
    assert for_ever["code"] == "as_of_in_future"
    assert (today["as_of"], today["axis"], today["versions"]) == ("2026-11-24", "happened", {CAMPAIGN: 1})


@pytest.mark.parametrize("query", [{"as_of": "yesterday"}, {"as_of": "2026-02-30"}, {"axis": "imagined"}])
async def test_nonsense_is_refused(asks, query):
    assert (await asks("/indicators", 422, **query))["code"] == "invalid_request"


@pytest.mark.parametrize("axis", ["recorded", "happened"])
@pytest.mark.parametrize("as_of", ["2026-08-31", "0001-01-01"])
async def test_before_the_campaign_there_are_no_figures_and_no_error(asks, past, as_of, axis):
    await past(*life((CompleteStep(CALL), at("2026-10-05"))))

    one = await asks("/indicators", campaign_id=CAMPAIGN, as_of=as_of, axis=axis)
    funnel = await asks("/steps", campaign_id=CAMPAIGN, as_of=as_of, axis=axis)
    by_unit = await asks("/breakdown", by="unit", campaign_id=CAMPAIGN, as_of=as_of, axis=axis)
    listed = await asks("/campaigns", as_of=as_of, axis=axis)

    assert (one["clients"], one["campaigns"], one["version"], one["versions"]) == (0, 0, None, {})
    assert (one["target"], one["days_elapsed"], one["pace"]["percent"]) == (None, None, None)
    assert (funnel["version"], funnel["sales_step"], funnel["steps"]) == (None, None, [])
    assert by_unit["rows"] == []
    assert (listed["total"], listed["as_of"], listed["axis"]) == (0, as_of, axis)


async def test_before_the_start_there_are_clients_and_no_pace(asks, past):
    await past(*life(targeted_at=at("2026-09-20")))

    found = await asks("/indicators", campaign_id=CAMPAIGN, as_of="2026-09-25")

    assert (found["clients"], found["waiting"], found["days_elapsed"]) == (1, 1, 0)
    assert found["pace"] == {"numerator": "0.00", "denominator": "0.00", "percent": None}


async def test_an_amount_amended_since_is_the_old_one_as_recorded_and_the_new_one_at_the_original_date(past, of_one):
    await past(*life((sale("2026-10-10"), at("2026-10-12")), (amended("2026-10-10", "250.00"), at("2026-11-05"))))

    days = ("2026-10-09", "2026-10-10", "2026-10-12", "2026-11-04", "2026-11-05")
    recorded = [(await of_one(day))[1] for day in days]
    happened = [(await of_one(day, "happened"))[1] for day in days]

    assert recorded == ["0.00", "0.00", "100.00", "100.00", "250.00"]
    assert happened == ["0.00", "250.00", "250.00", "250.00", "250.00"]


async def test_a_conclusion_whose_date_was_amended_happened_on_the_new_date(past, of_one):
    await past(*life((sale("2026-10-10"), at("2026-10-12")), (amended("2026-10-20", "250.00"), at("2026-11-05"))))

    days = ("2026-10-10", "2026-10-19", "2026-10-20")
    assert [(await of_one(day, "happened"))[1] for day in days] == ["0.00", "0.00", "250.00"]
    assert [(await of_one(day))[1] for day in days] == ["0.00", "100.00", "100.00"]


async def test_what_was_recorded_late_counts_from_the_day_it_happened_with_its_client(asks, past, of_one):
    done = life((CompleteStep(CALL), at("2026-11-20"), at("2026-10-05")), targeted_at=at("2026-11-19"))
    await past(*done)

    assert await of_one("2026-10-05") == (0, "0.00")
    assert await of_one("2026-10-04", "happened") == (0, "0.00")
    assert await of_one("2026-10-05", "happened") == (1, "0.00")
    funnel = await asks("/steps", campaign_id=CAMPAIGN, as_of="2026-10-05", axis="happened")
    assert [step["done"] for step in funnel["steps"]] == [1, 0, 0, 0]


async def test_a_client_withdrawn_since_counted_on_the_days_before(past, of_one):
    await past(*life((WithdrawClient(), at("2026-11-10"))))

    for axis in ("recorded", "happened"):
        assert await of_one("2026-11-09", axis) == (1, "0.00")
        assert await of_one("2026-11-10", axis) == (0, "0.00")


async def test_dates_steps_target_and_shares_are_those_of_the_version_saved_by_then(asks, past):
    second = a_definition(
        2,
        target=Decimal("500.00"),
        end_date=date(2027, 1, 31),
        shares=(Share(advisor_id=CHLOE, amount=Decimal("7.00")),),
        saved_at=at("2026-11-01", 22, 59),
    )
    await past(*life((CompleteStep(CALL), at("2026-10-05"))), definitions=[second, a_definition()])

    before, after = [await asks("/indicators", campaign_id=CAMPAIGN, as_of=day) for day in ("2026-10-31", "2026-11-01")]
    steps = [
        [step["step_id"] for step in (await asks("/steps", campaign_id=CAMPAIGN, as_of=day))["steps"]]
        for day in ("2026-10-31", "2026-11-01")
    ]
    southern = [
        (await asks("/indicators", campaign_id=CAMPAIGN, as_of=day, reader=SOUTHERN))["target"]
        for day in ("2026-10-31", "2026-11-01")
    ]

    assert [(one["target"], one["version"], one["days_remaining"]) for one in (before, after)] == [
        ("400000.00", 1, 61),
        ("500.00", 2, 91),
    ]
    assert (len(steps[0]), steps[0][0], steps[0][2]) == (4, CALL, MEETING)
    assert steps[1][1] not in steps[0]
    assert southern == ["50.00", "7.00"]


@pytest.mark.parametrize("axis", ["recorded", "happened"])
async def test_a_past_day_takes_the_same_few_queries_however_many_campaigns_and_clients(asks, past, database, axis):
    executed = []

    async def queries(path, **query):
        executed.clear()
        await asks(path, as_of="2026-10-20", axis=axis, **query)
        return sum("set local" not in statement for statement in executed)

    paths = [("/indicators", {}), ("/campaigns", {}), ("/breakdown", {"by": "unit"}), ("/breakdown", {"by": "advisor"})]
    await past(*life())
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *call: executed.append(call[2]))
    before = [await queries(path, **query) for path, query in paths]
    many = [a_definition(campaign=campaign_id(f"campaign {number}")) for number in range(15)]
    await past(*(fact for number in range(30) for fact in life(name=f"client {number}")), definitions=many)

    assert [await queries(path, **query) for path, query in paths] == before
    assert max(before) <= {"recorded": 6, "happened": 8}[axis]


async def test_a_deleted_campaign_is_read_as_of_the_days_when_it_was_there(asks, past, of_one):
    gone = a_definition(2, deleted=True, saved_at=at("2026-11-01"))
    await past(*life(), definitions=[a_definition(), gone])

    assert await of_one("2026-10-31") == (1, "0.00")
    assert (await asks("/indicators", 404, campaign_id=CAMPAIGN))["code"] == "not_visible"
    assert (await asks("/indicators", 404, campaign_id=CAMPAIGN, as_of="2026-11-01"))["code"] == "not_visible"
    assert (await asks("/campaigns", as_of="2026-08-01"))["total"] == 0


async def test_a_campaign_without_clients_without_target_or_of_one_day_has_figures(asks, past):
    alone = campaign_id("one day")
    day = date(2026, 10, 5)
    await past(
        definitions=[
            a_definition(),
            a_definition(campaign=alone, start_date=day, end_date=day, target=None, shares=(), name="Jour"),
        ]
    )
    creator = Principal(
        user_id=a_definition().creator_id, unit_id=NORTH, unit_path=PATHS[NORTH], access_level=AccessLevel.ALL
    )

    empty = await asks("/indicators", campaign_id=CAMPAIGN, as_of="2026-10-15")
    days = [
        await asks("/indicators", campaign_id=alone, as_of=day, reader=creator)
        for day in ("2026-10-04", "2026-10-05", "2026-10-06")
    ]

    assert (empty["clients"], empty["take_up_rate"]["percent"], empty["pace"]["percent"]) == (0, None, "0.00")
    assert [(one["days_elapsed"], one["days_remaining"], one["pace"]["percent"]) for one in days] == [
        (0, 1, None),
        (1, 0, None),
        (1, 0, None),
    ]


async def test_a_tree_of_a_day_ahead_is_refused_and_before_the_campaign_nothing_is_in_it(asks, past):
    await past(*life())

    ahead = await asks("/tree", 422, by="unit,advisor", as_of="2026-11-25")
    before = [await asks("/tree", by=by, as_of="2026-08-31") for by in ("unit,advisor", "campaign", "advisor,campaign")]

    assert ahead["code"] == "as_of_in_future"
    assert [(one["nodes"], one["next"]) for one in before] == [([], None)] * 3


async def test_in_a_tree_a_campaign_without_clients_has_its_shares_and_one_without_shares_no_target(asks, past):
    alone = campaign_id("one day")
    day = date(2026, 11, 24)
    plain = a_definition(campaign=alone, start_date=day, end_date=day, target=None, shares=(), name="Jour")
    await past(*facts_of(lived(plain.plan()), campaign=alone), definitions=[a_definition(), plain])

    nodes = (await asks("/tree", by="campaign,advisor", sort="achievement"))["nodes"]

    assert [(node["name"], node["clients"], node["target"]) for node in nodes] == [
        ("Retraite", 0, "100050.00"),
        ("Jour", 1, None),
    ]
    assert [(node["achievement"]["percent"], node["take_up_rate"]["percent"]) for node in nodes] == [
        ("0.00", None),
        (None, "0.00"),
    ]
