"""What a step carries beside its rules: documents on tasks, texts with known fields on e-mails."""

import pytest

from shared.rulebook.step_contents import StepContents, contents_problems
from shared.rulebook.steps import StepKind
from shared.rulebook.templates import fill, unknown_fields


def codes(**step) -> list[str]:
    return [str(one["code"]) for one in contents_problems([StepContents(step_id="s", **step)])]


def test_a_task_carries_up_to_twenty_documents_each_once():
    twenty = tuple(f"d{number}" for number in range(20))

    assert codes(kind=StepKind.TASK, documents=twenty) == []
    assert codes(kind=StepKind.TASK, documents=(*twenty, "d20")) == ["too_many_documents"]
    assert codes(kind=StepKind.TASK, documents=("d1", "d2", "d1")) == ["document_twice"]


@pytest.mark.parametrize("kind", [kind for kind in StepKind if kind is not StepKind.TASK])
def test_no_other_kind_carries_documents(kind):
    assert codes(kind=kind, documents=("d1",)) == ["documents_only_on_tasks"]


@pytest.mark.parametrize("kind", [kind for kind in StepKind if kind is not StepKind.EMAIL])
def test_no_other_kind_carries_the_texts_of_an_email(kind):
    assert codes(kind=kind, email_body="Bonjour") == ["template_only_on_emails"]


def test_an_email_may_name_the_fields_of_its_campaign_and_client():
    assert codes(
        kind=StepKind.EMAIL,
        email_subject="{{campaign_name}}",
        email_body="{{ client_name }}, du {{start_date}} au {{end_date}} : {{step_title}}. {{advisor_name}} {seul}",
    ) == []  # fmt: skip


def test_a_document_named_again_is_told_by_its_place():
    steps = [
        StepContents(step_id="a", kind=StepKind.TASK),
        StepContents(step_id="b", kind=StepKind.TASK, documents=("d1", "d2", "d1", "d1")),
    ]

    assert list(contents_problems(steps)) == [
        {"code": "document_twice", "field": "steps.1.documents.2", "step": "b", "document": "d1"}
    ]


def test_an_unknown_field_is_told_by_its_name():
    step = StepContents(step_id="s", kind=StepKind.EMAIL, email_body="Bonjour {{iban}}")

    assert list(contents_problems([step])) == [
        {"code": "placeholder_unknown", "field": "steps.0.email_body", "step": "s", "placeholder": "iban"}
    ]


@pytest.mark.parametrize(
    ("template", "unknown"),
    [
        ("{{}}", [""]),
        ("{{client_name", ["{{"]),
        ("client_name}}", ["}}"]),
        ("{{ {{client_name}} }}", ["{{", "}}"]),
        ("{{client_name.__class__}}", ["client_name.__class__"]),
        ("{{a}} {{b}} {{a}}", ["a", "b"]),
        ("{" * 50_000, ["{{"]),
    ],
)
def test_braces_that_name_no_field_are_unknown(template, unknown):
    assert unknown_fields(template) == unknown


def test_a_text_is_filled_once_whatever_the_values_say():
    filled = fill("Bonjour {{ client_name }}", {"client_name": "{{advisor_name}}"})

    assert filled == "Bonjour {{advisor_name}}"
