from datetime import date
from decimal import Decimal

import pytest

from shared.rulebook.campaign import check_definition, definition_problems, sales_step_of
from shared.rulebook.errors import Invalid
from shared.rulebook.steps import StepKind
from tests.rulebook.builders import END, START, a_step, mandatory_items


def a_definition(**changed):
    given = {"name": "Spring", "start": START, "end": END, "steps": [a_step("call!"), a_step("signing!")]}
    return {**given, "sales_step": "signing", **changed}


def codes_of(**changed):
    return [problem["code"] for problem in definition_problems(**a_definition(**changed))]


def test_a_complete_definition_has_no_problem():
    assert check_definition(**a_definition(target=Decimal(400000))) is None


def test_with_one_step_that_one_is_the_sales_step():
    assert sales_step_of([a_step("call")], None) == "call"
    assert codes_of(steps=[a_step("call")], sales_step=None) == []


def test_with_several_steps_the_sales_step_is_the_one_chosen():
    assert sales_step_of([a_step("call"), a_step("signing")], "call") == "call"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"name": "  "}, "name_missing"),
        ({"name": "n" * 201}, "name_too_long"),
        ({"start": None}, "date_missing"),
        ({"end": None}, "date_missing"),
        ({"end": date(2026, 2, 28)}, "end_before_start"),
        ({"start": date(1999, 12, 31)}, "date_out_of_range"),
        ({"end": date(2101, 1, 1)}, "date_out_of_range"),
        ({"target": Decimal(-1)}, "amount_negative"),
        ({"target": Decimal("1.005")}, "amount_not_exact"),
        ({"sales_step": None}, "sales_step_missing"),
        ({"sales_step": "gone"}, "sales_step_unknown"),
        ({"steps": [a_step(f"s{number}") for number in range(101)], "sales_step": "s1"}, "too_many_steps"),
        ({"steps": [a_step("call"), a_step("call")], "sales_step": "call"}, "step_id_twice"),
        (
            {"steps": [a_step("call", kind=StepKind.EMAIL, checklist=mandatory_items("id"))]},
            "checklist_only_on_tasks",
        ),
        (
            {"steps": [a_step("call", checklist=mandatory_items(*(f"i{number}" for number in range(101))))]},
            "too_many_checklist_items",
        ),
        (
            {
                "steps": [
                    a_step("a", checklist=mandatory_items("id")),
                    a_step("signing", checklist=mandatory_items("id")),
                ]
            },
            "checklist_item_twice",
        ),
        ({"steps": [a_step("call", due_within_days=-1)]}, "due_days_out_of_range"),
        ({"steps": [a_step("call", due_within_days=367)]}, "due_days_out_of_range"),
    ],
)
def test_each_flaw_is_named(changed, code):
    assert codes_of(**changed) == [code]


def test_a_campaign_of_one_day_may_be_saved():
    assert codes_of(end=START) == []


def test_a_campaign_without_steps_lacks_its_sales_step_too():
    assert codes_of(steps=[], sales_step=None) == ["steps_missing", "sales_step_missing"]


def test_all_problems_come_at_once():
    with pytest.raises(Invalid) as broken:
        check_definition(**a_definition(name="", end=None, sales_step="gone"))

    assert broken.value.code == "definition_invalid"
    assert broken.value.data == {
        "problems": [
            {"code": "name_missing", "field": "name"},
            {"code": "date_missing", "field": "end_date"},
            {"code": "sales_step_unknown", "field": "sales_step", "step": "gone"},
        ]
    }


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"start": None}, "start_date"),
        ({"notice_date": date(2101, 1, 1)}, "notice.date"),
        ({"steps": [a_step("signing!"), a_step("call"), a_step("call")]}, "steps.2.id"),
        ({"steps": [a_step("signing!"), a_step("call", due_within_days=-1)]}, "steps.1.due_within_days"),
        (
            {"steps": [a_step("signing", checklist=mandatory_items("id", "form", "id"))]},
            "steps.0.checklist.2.id",
        ),
        (
            {"steps": [a_step("signing"), a_step("call", kind=StepKind.REMINDER, checklist=mandatory_items("id"))]},
            "steps.1.checklist",
        ),
    ],
)
def test_each_flaw_is_told_at_its_place_in_the_definition_that_was_sent(changed, field):
    assert [problem["field"] for problem in definition_problems(**a_definition(**changed))] == [field]
