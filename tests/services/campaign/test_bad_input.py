"""Bad input of every kind, by name: each is refused by status and code, names the field, and changes nothing.

What concerns the directory's rows is in tests/services/directory: cyclic unit trees, a user without unit and a client
without advisor in test_putting.py, filters that nest too deep in test_wrong_filters.py.
"""

import asyncio
import json

import pytest

from tests.services.campaign.conftest import STEPS, a_campaign, code_of

CALL = {"title": "Appel", "kind": "REMINDER"}
TICKED = {"title": "Dossier", "kind": "TASK", "checklist": [{"id": "piece", "text": "Pièce"}] * 2}
MAIL = {"title": "Offre", "kind": "EMAIL", "email_body": "Bonjour {{iban}}"}
LATE = "steps.0.due_within_days"
DEEP = "not " * 1000 + 'segment = "x"'
RIGHT_TO_LEFT = "\u202eeiv ecnarussa"
DEFINITIONS = {
    "end before start": ({"end_date": "2026-03-31"}, "end_before_start", "end_date"),
    "no step": ({"steps": [], "sales_step": None}, "steps_missing", "steps"),
    "sales step of another campaign": ({"sales_step": "of-another"}, "sales_step_unknown", "sales_step"),
    "two steps with one id": ({"steps": [STEPS[2], STEPS[2]]}, "step_id_twice", "steps.1.id"),
    "two items with one id": ({"steps": [TICKED]}, "checklist_item_twice", "steps.0.checklist.1.id"),
    "a delay of 367 days": ({"steps": [CALL | {"due_within_days": 367}]}, "due_days_out_of_range", LATE),
    "a text that names no field": ({"steps": [MAIL]}, "placeholder_unknown", "steps.0.email_body"),
    "10,000 steps": ({"steps": [CALL] * 10_000, "sales_step": None}, "too_many_steps", "steps"),
    "a name of 1 MB": ({"name": "N" * 1_000_000}, "name_too_long", "name"),
    "an end in year 9999": ({"end_date": "9999-12-31"}, "date_out_of_range", "end_date"),
    "a start in year 9999": ({"start_date": "9999-12-30", "end_date": "9999-12-31"}, "date_out_of_range", "start_date"),
    "a notice in year 9999": ({"notice": {"date": "9999-12-31"}}, "date_out_of_range", "notice.date"),
}
VALUES = {
    "a negative target": ({"target": "-1"}, "body.target"),
    "a target that is NaN": ({"target": "NaN"}, "body.target"),
    "a target of 1e400": ({"target": "1e400"}, "body.target"),
    "a target with three decimals": ({"target": "10.005"}, "body.target"),
    "a control character in the name": ({"name": "sonnette\x07"}, "body.name"),
    "a null character in the name": ({"name": "nul\x00"}, "body.name"),
    "a right-to-left mark in the name": ({"name": RIGHT_TO_LEFT}, "body.name"),
    "a right-to-left mark in a title": ({"steps": [CALL | {"title": RIGHT_TO_LEFT}]}, "body.steps.0.title"),
    "a title of 1 MB": ({"steps": [CALL | {"title": "T" * 1_000_000}]}, "body.steps.0.title"),
    "a date that is none": ({"start_date": "2026-02-30"}, "body.start_date"),
    "a year of five digits": ({"end_date": "99999-01-01"}, "body.end_date"),
}
SHARES = {
    "percentages over 100": ([{"percent": "60"}, {"percent": "40.01"}], 422, "percent_over_100"),
    "a percentage over 100": ([{"percent": "100.01"}], 422, "percent_over_100"),
    "more euros than the target": ([{"amount": "1000.01"}], 409, "over_target"),
    "a negative amount": ([{"amount": "-1"}], 422, "body.rows.0.amount"),
    "a negative percentage": ([{"percent": "-1"}], 422, "share_negative"),
    "an amount that is NaN": ([{"amount": "NaN"}], 422, "body.rows.0.amount"),
    "an amount of 1e400": ([{"amount": "1e400"}], 422, "body.rows.0.amount"),
    "a percentage of 1e400": ([{"percent": "1e400"}], 422, "body.rows.0.percent"),
    "an amount with three decimals": ([{"amount": "0.001"}], 422, "body.rows.0.amount"),
    "an advisor twice": (
        [{"advisor": "anne", "amount": "1"}, {"advisor": "anne", "amount": "2"}],
        422,
        "advisor_twice",
    ),
}
POTENTIALS = {"negative": "-1", "NaN": "NaN", "1e400": "1e400", "of three decimals": "1.005"}


@pytest.fixture
async def saved(door):
    """A campaign with a target of 1,000 euros, as it is shown."""
    created = await door.create(target="1000")
    return await door.show(created["campaign_id"])


def fields_of(answer):
    """The fields that a refused request was told of."""
    data = answer.json()["data"]
    return [one["field"] for one in data.get("errors", data.get("problems", ()))]


@pytest.mark.parametrize(("changes", "code", "field"), DEFINITIONS.values(), ids=DEFINITIONS)
async def test_a_definition_that_breaks_a_rule_is_neither_created_nor_saved(door, saved, changes, code, field):
    created = await door.ask("POST", json=a_campaign(**changes))
    changed = await door.change(saved, **{"target": "1000"} | changes)

    for refused in (created, changed):
        assert (refused.status_code, code_of(refused)) == (422, "definition_invalid")
        told = [(one["code"], one["field"]) for one in refused.json()["data"]["problems"]]
        assert (code, field) in told
    assert await door.show(saved["campaign_id"]) == saved
    assert len((await door.ask("GET")).json()["items"]) == 1


@pytest.mark.parametrize(("changes", "field"), VALUES.values(), ids=VALUES)
async def test_a_value_that_cannot_be_is_neither_created_nor_saved(door, saved, changes, field):
    created = await door.ask("POST", json=a_campaign(**changes))
    changed = await door.change(saved, **changes)

    for refused in (created, changed):
        assert (refused.status_code, code_of(refused)) == (422, "invalid_request")
        assert fields_of(refused) == [field]
    assert await door.show(saved["campaign_id"]) == saved
    assert len((await door.ask("GET")).json()["items"]) == 1


@pytest.mark.parametrize(("rows", "status", "named"), SHARES.values(), ids=SHARES)
async def test_a_share_that_cannot_be_leaves_the_allocation_as_it_was(door, saved, rows, status, named):
    path = f"/{saved['campaign_id']}/allocation"
    wished = [{"advisor": advisor} | row for advisor, row in zip(("anne", "louis"), rows, strict=False)]

    refused = await door.ask("PUT", path, json={"rows": wished})

    assert refused.status_code == status
    assert named in [code_of(refused), *fields_of(refused)]
    assert await door.show(saved["campaign_id"]) == saved


@pytest.mark.parametrize("potential", POTENTIALS.values(), ids=POTENTIALS)
async def test_a_potential_that_cannot_be_targets_nobody_in_the_call(door, saved, potential):
    clients = [{"client": "c2"}, {"client": "c1", "potential": potential}]

    refused = await door.ask("POST", f"/{saved['campaign_id']}/clients", json={"clients": clients})

    assert (refused.status_code, code_of(refused)) == (422, "invalid_request")
    assert all(field.startswith("body.clients.1.potential") for field in fields_of(refused))
    assert (await door.ask("GET", f"/{saved['campaign_id']}/jobs")).json()["items"] == []


async def test_a_client_named_twice_in_one_call_is_targeted_once_and_told_of(door, saved):
    job = await door.target(saved["campaign_id"], [{"client": "c1"}, {"client": "c2"}, {"client": "c1"}])

    clients = (await door.ask("GET", f"/{saved['campaign_id']}/clients")).json()["items"]
    assert (job["accepted"], job["skipped"]) == (2, 1)
    assert sorted(one["external_id"] for one in clients) == ["c1", "c2"]


async def test_an_entry_date_in_year_9999_skips_the_client_alone(door, saved):
    job = await door.target(saved["campaign_id"], [{"client": "c1", "entry_date": "9999-12-31"}, {"client": "c2"}])

    assert job["skipped_by_reason"] == {"entry_date_out_of_range": 1}
    assert job["accepted"] == 1


async def test_a_filter_that_nests_1_000_deep_targets_nobody(door, saved):
    path = f"/{saved['campaign_id']}/clients/from-query"
    tree = {"kind": "criterion", "attribute": "segment", "operator": "=", "values": ["x"]}
    for _ in range(300):  # deeper than that, and the parser of JSON refuses first
        tree = {"kind": "not", "part": tree}

    as_text = await door.ask("POST", path, json={"filter": DEEP})
    as_tree = await door.ask("POST", path, json={"filter": tree})
    as_bytes = await door.ask("POST", path, content=b'{"filter":' + b'{"kind":"not","part":' * 100_000)

    assert (as_text.status_code, code_of(as_text)) == (422, "filter_too_deep")
    assert (as_tree.status_code, code_of(as_tree)) == (422, "filter_too_deep")
    assert as_bytes.status_code == 422
    assert (await door.ask("GET", f"/{saved['campaign_id']}/jobs")).json()["items"] == []


async def test_of_two_managers_saving_at_once_one_wins_and_the_other_loses_nothing_unseen(door, saved):
    answers = await asyncio.gather(
        door.change(saved, by="boss", name="Du directeur", target="1000"),
        door.change(saved, by="boss", name="De la directrice", target="1000"),
    )

    (won,) = [one for one in answers if one.status_code == 200]
    (lost,) = [one for one in answers if one.status_code == 412]
    assert (code_of(lost), lost.json()["data"]["present"]) == ("version_changed", 2)
    shown = await door.show(saved["campaign_id"])
    assert (shown["version"], shown["name"]) == (2, won.json()["name"])


async def test_of_two_managers_sharing_the_target_out_at_once_one_loses_nothing_unseen(door, saved):
    path, seen = f"/{saved['campaign_id']}/allocation", {"If-Match": f'"{saved["version"]}"'}
    wishes = [{"rows": [{"advisor": advisor, "percent": "60"}]} for advisor in ("anne", "louis")]

    answers = await asyncio.gather(*(door.ask("PUT", path, json=wish, headers=seen) for wish in wishes))

    assert sorted(answer.status_code for answer in answers) == [200, 412]
    (won,) = [answer for answer in answers if answer.status_code == 200]
    assert (await door.show(saved["campaign_id"]))["allocation"] == won.json()["allocation"]


async def test_a_number_beyond_all_numbers_and_a_body_of_nothing_but_brackets_create_nothing(door):
    beyond = json.dumps(a_campaign(target="?")).replace('"?"', "1e400").encode()

    answers = [
        await door.ask("POST", content=body, headers={"Content-Type": "application/json"})
        for body in (beyond, b"[" * 100_000)
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert (await door.ask("GET")).json()["items"] == []
