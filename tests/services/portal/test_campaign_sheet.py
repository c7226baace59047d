"""What the API refused of a campaign's definition is said at the field of the sheet that it is about."""

import pytest

from services.portal.filled import Filled
from services.portal.locale import Words
from services.portal.screens.campaigns.definition import explain
from services.portal.upstream import UpstreamProblem

SHEET = {"steps": ["call", "offer"]}


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"code": "end_before_start", "field": "end_date"}, "end"),
        ({"code": "date_out_of_range", "field": "notice.date"}, "notice_date"),
        ({"code": "sales_step_unknown", "field": "sales_step"}, "sales_step"),
        ({"code": "too_many_steps", "field": "steps", "limit": 100}, "steps"),
        ({"code": "step_id_twice", "field": "steps.1.id", "step": "offer"}, "step-offer-title"),
        ({"code": "due_days_out_of_range", "field": "steps.0.due_within_days", "limit": 366}, "step-call-due"),
        ({"code": "checklist_item_twice", "field": "steps.1.checklist.3.id"}, "step-offer-items"),
        ({"code": "document_twice", "field": "steps.1.documents.2"}, "step-offer-files"),
        ({"code": "placeholder_unknown", "field": "steps.1.email_body", "placeholder": "iban"}, "step-offer-body"),
    ],
)
def test_a_flaw_of_the_definition_is_said_at_its_field(told, field):
    sheet = Filled(lists=SHEET)

    explain(sheet, UpstreamProblem(422, "definition_invalid", data={"problems": [told]}), Words("en"))

    assert list(sheet.errors) == [field]
    assert sheet.refusal is None


def test_a_value_that_cannot_be_is_said_at_its_field_too():
    sheet = Filled(lists=SHEET)
    wrong = {
        "errors": [{"field": "body.name"}, {"field": "body.steps.1.title"}, {"field": "body.steps.0.checklist.2.text"}]
    }

    explain(sheet, UpstreamProblem(422, "invalid_request", data=wrong), Words("en"))

    assert list(sheet.errors) == ["name", "step-offer-title", "step-call-items"]
