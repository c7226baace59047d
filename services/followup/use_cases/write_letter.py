"""The text of a step's e-mail for one client, from the step's template (spec 5.4)."""

from services.followup.ports import FollowUpRow
from services.followup.ports.letters import Letter
from shared.contracts.campaign import StepDefinition
from shared.rulebook.errors import Refused
from shared.rulebook.steps import StepKind
from shared.rulebook.templates import fill, unfilled_fields

_DAY = "%d/%m/%Y"
"""As the bank's clients read dates."""


def letter_of(row: FollowUpRow, step_id: str) -> Letter:
    """The letter as the present definition says it. Raises Refused `step_unknown`, `not_an_email`."""
    step = next((step for step in row.definition.steps if step.id == step_id), None)
    if step is None:
        raise Refused("step_unknown", {"step": step_id})
    if step.kind is not StepKind.EMAIL:
        raise Refused("not_an_email", {"step": step_id})
    known = _values(row, step)
    # A subject is one line, whatever is in a client's name.
    subject = " ".join(fill(step.email_subject, known).split())
    template = f"{step.email_subject}\n{step.email_body}"
    return Letter(subject, fill(step.email_body, known), unfilled_fields(template, known))


def _values(row: FollowUpRow, step: StepDefinition) -> dict[str, str]:
    definition = row.definition
    given = {
        "campaign_name": definition.name,
        "start_date": definition.start_date.strftime(_DAY),
        "end_date": definition.end_date.strftime(_DAY),
        "client_name": row.client_name,
        "advisor_name": row.advisor_name,
        "step_title": step.title,
    }
    return {name: value for name, value in given.items() if value is not None}
