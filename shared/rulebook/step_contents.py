"""What a step carries beside its rules: documents and the texts of an e-mail (docs/domain.md, Steps)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.rulebook.steps import StepKind
from shared.rulebook.templates import unknown_fields

MAX_DOCUMENTS = 20
_LONGEST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class StepContents:
    """The contents of one step; documents by id."""

    step_id: str
    kind: StepKind
    documents: tuple[str, ...] = ()
    email_subject: str = ""
    email_body: str = ""


def contents_problems(steps: Sequence[StepContents]) -> Iterator[dict[str, object]]:
    """All that is wrong with what the steps carry (spec 2.3)."""
    for step in steps:
        yield from _document_problems(step)
        yield from _template_problems(step)


def _document_problems(step: StepContents) -> Iterator[dict[str, object]]:
    if step.documents and step.kind is not StepKind.TASK:
        yield {"code": "documents_only_on_tasks", "field": "documents", "step": step.step_id}
    if len(step.documents) > MAX_DOCUMENTS:
        yield {"code": "too_many_documents", "field": "documents", "step": step.step_id, "limit": MAX_DOCUMENTS}
    for document, times in Counter(step.documents).items():
        if times > 1:
            yield {"code": "document_twice", "field": "documents", "step": step.step_id, "document": document}


def _template_problems(step: StepContents) -> Iterator[dict[str, object]]:
    for field, template in (("email_subject", step.email_subject), ("email_body", step.email_body)):
        if template and step.kind is not StepKind.EMAIL:
            yield {"code": "template_only_on_emails", "field": field, "step": step.step_id}
        for name in unknown_fields(template):
            yield {"code": "placeholder_unknown", "field": field, "step": step.step_id, "placeholder": name[:_LONGEST]}
