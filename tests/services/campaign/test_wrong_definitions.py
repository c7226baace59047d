"""What cannot be a campaign is refused by name, and never breaks anything."""

import pytest

from tests.services.campaign.conftest import STEPS, a_campaign, code_of


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"end_date": "2026-03-31"}, "end_before_start"),
        ({"steps": []}, "steps_missing"),
        ({"sales_step": "of-another-campaign"}, "sales_step_unknown"),
        ({"sales_step": None}, "sales_step_missing"),
        ({"steps": [STEPS[2], STEPS[2]]}, "step_id_twice"),
        ({"steps": [{"title": "Appel", "kind": "REMINDER"}] * 10_000}, "too_many_steps"),
        ({"steps": [{"title": "Mail", "kind": "EMAIL", "email_body": "{{iban}}"}]}, "placeholder_unknown"),
        ({"steps": [{"title": "Appel", "kind": "TASK", "email_body": "Bonjour"}]}, "template_only_on_emails"),
        ({"end_date": "9999-12-31"}, "date_out_of_range"),
        ({"notice": {"date": "9999-12-31"}}, "date_out_of_range"),
        ({"name": " "}, "name_missing"),
        ({"name": "N" * 1_000_000}, "name_too_long"),
    ],
)
async def test_a_definition_that_breaks_a_rule_is_refused_by_name(door, changes, code):
    refused = await door.ask("POST", json=a_campaign(**changes))

    assert (refused.status_code, code_of(refused)) == (422, "definition_invalid")
    assert code in [problem["code"] for problem in refused.json()["data"]["problems"]]


@pytest.mark.parametrize(
    "changes",
    [
        {"target": "-1"},
        {"target": "NaN"},
        {"target": "1e400"},
        {"target": "Infinity"},
        {"target": "10.005"},
        {"name": "sonnette\x07"},
        {"name": "ligne\nautre"},
        {"name": "\u202eeiv ecnarussa"},
        {"name": "nul\x00"},
        {"note": "nul\x00"},
        {"name": None},
        {"start_date": "2026-02-30"},
        {"start_date": "99999-01-01"},
        {"steps": [{"title": "Appel", "kind": "VISIT"}]},
        {"steps": [{"id": "a b", "title": "Appel", "kind": "TASK"}]},
        {"steps": "all"},
        {"owner_id": "boss"},
        {"unknown": 1},
        {"key": "with space"},
    ],
)
async def test_values_that_cannot_be_are_422_and_never_500(door, changes):
    refused = await door.ask("POST", json=a_campaign(**changes))

    assert (refused.status_code, code_of(refused)) == (422, "invalid_request")


async def test_a_number_beyond_all_numbers_is_refused(door):
    body = b'{"name":"A","start_date":"2026-04-01","end_date":"2026-05-01","steps":[],"target":1e400}'

    refused = await door.ask("POST", content=body, headers={"Content-Type": "application/json"})

    assert refused.status_code == 422
