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
    for place, step in enumerate(steps):
        yield from _document_problems(step, f"steps.{place}")
        yield from _template_problems(step, f"steps.{place}")


def repeated(ids: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Each id that comes more than once, with the place at which it comes again for the first time."""
    times: Counter[str] = Counter()
    for place, one in enumerate(ids):
        times[one] += 1
        if times[one] == 2:  # noqa: PLR2004  each is told of once
            yield place, one


def _document_problems(step: StepContents, path: str) -> Iterator[dict[str, object]]:
    field = f"{path}.documents"
    if step.documents and step.kind is not StepKind.TASK:
        yield {"code": "documents_only_on_tasks", "field": field, "step": step.step_id}
    if len(step.documents) > MAX_DOCUMENTS:
        yield {"code": "too_many_documents", "field": field, "step": step.step_id, "limit": MAX_DOCUMENTS}
    for place, document in repeated(step.documents):
        yield {"code": "document_twice", "field": f"{field}.{place}", "step": step.step_id, "document": document}


def _template_problems(step: StepContents, path: str) -> Iterator[dict[str, object]]:
    for name, template in (("email_subject", step.email_subject), ("email_body", step.email_body)):
        at: dict[str, object] = {"field": f"{path}.{name}", "step": step.step_id}
        if template and step.kind is not StepKind.EMAIL:
            yield {"code": "template_only_on_emails"} | at
        for unknown in unknown_fields(template):
            yield {"code": "placeholder_unknown"} | at | {"placeholder": unknown[:_LONGEST]}
