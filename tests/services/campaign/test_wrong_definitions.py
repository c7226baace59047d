"""Definitions that are wrong in other ways than those of test_bad_input.py."""

import pytest

from tests.services.campaign.conftest import a_campaign, code_of


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"steps": []}, "steps_missing"),
        ({"sales_step": None}, "sales_step_missing"),
        ({"steps": [{"title": "Mail", "kind": "EMAIL", "email_body": "{{iban}}"}]}, "placeholder_unknown"),
        ({"steps": [{"title": "Appel", "kind": "TASK", "email_body": "Bonjour"}]}, "template_only_on_emails"),
        ({"name": " "}, "name_missing"),
    ],
)
async def test_a_definition_that_breaks_a_rule_is_refused_by_name(door, changes, code):
    refused = await door.ask("POST", json=a_campaign(**changes))

    assert (refused.status_code, code_of(refused)) == (422, "definition_invalid")
    assert code in [problem["code"] for problem in refused.json()["data"]["problems"]]


@pytest.mark.parametrize(
    "changes",
    [
        {"target": "Infinity"},
        {"name": "ligne\nautre"},
        {"note": "nul\x00"},
        {"name": None},
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
