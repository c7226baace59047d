"""Whether a campaign's definition is complete and consistent (docs/domain.md, Campaigns)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from shared.rulebook.errors import Invalid
from shared.rulebook.money import not_negative
from shared.rulebook.step_contents import StepContents, contents_problems
from shared.rulebook.steps import Step, StepKind

MAX_NAME = 200
MAX_STEPS = 100
MAX_CHECKLIST = 100
MAX_DUE_DAYS = 366
FIRST_DAY = date(2000, 1, 1)
LAST_DAY = date(2100, 12, 31)

Problem = dict[str, object]
"""One thing wrong: `code`, the `field` it is about, and where it helps the `step` and the `limit`."""


def sales_step_of(steps: Sequence[Step], chosen: str | None) -> str | None:
    """The sales step: the only step where there is one, else the one chosen (spec 2.1)."""
    return steps[0].id if len(steps) == 1 else chosen


def check_definition(
    *,
    name: str,
    start: date | None,
    end: date | None,
    steps: Sequence[Step],
    sales_step: str | None,
    target: Decimal | None = None,
    contents: Sequence[StepContents] = (),
    notice_date: date | None = None,
) -> None:
    """Raises Invalid `definition_invalid` with `data["problems"]`, all of `definition_problems`."""
    problems = definition_problems(
        name=name,
        start=start,
        end=end,
        steps=steps,
        sales_step=sales_step,
        target=target,
        contents=contents,
        notice_date=notice_date,
    )
    if problems:
        raise Invalid("definition_invalid", {"problems": list(problems)})


def definition_problems(
    *,
    name: str,
    start: date | None,
    end: date | None,
    steps: Sequence[Step],
    sales_step: str | None,
    target: Decimal | None = None,
    contents: Sequence[StepContents] = (),
    notice_date: date | None = None,
) -> tuple[Problem, ...]:
    """All that is wrong with a definition, in the order of its fields (spec 2.1, 2.3); nothing when it may be saved."""
    return (
        *_name_problems(name),
        *_target_problems(target),
        *_date_problems(start, end),
        *_notice_problems(notice_date),
        *_step_problems(steps),
        *contents_problems(contents),
        *_sales_step_problems(steps, sales_step_of(steps, sales_step)),
    )


def _name_problems(name: str) -> Iterator[Problem]:
    if not name.strip():
        yield {"code": "name_missing", "field": "name"}
    if len(name) > MAX_NAME:
        yield {"code": "name_too_long", "field": "name", "limit": MAX_NAME}


def _target_problems(target: Decimal | None) -> Iterator[Problem]:
    try:
        not_negative(target or 0)
    except Invalid as broken:
        yield {"code": broken.code, "field": "target"}


def _date_problems(start: date | None, end: date | None) -> Iterator[Problem]:
    for field, day in (("start", start), ("end", end)):
        if day is None:
            yield {"code": "date_missing", "field": field}
        elif not FIRST_DAY <= day <= LAST_DAY:
            yield {"code": "date_out_of_range", "field": field}
    if start is not None and end is not None and end < start:
        yield {"code": "end_before_start", "field": "end"}


def _notice_problems(notice_date: date | None) -> Iterator[Problem]:
    if notice_date is not None and not FIRST_DAY <= notice_date <= LAST_DAY:
        yield {"code": "date_out_of_range", "field": "notice_date"}


def _step_problems(steps: Sequence[Step]) -> Iterator[Problem]:
    if not steps:
        yield {"code": "steps_missing", "field": "steps"}
    if len(steps) > MAX_STEPS:
        yield {"code": "too_many_steps", "field": "steps", "limit": MAX_STEPS}
    for twice in _repeated([step.id for step in steps]):
        yield {"code": "step_id_twice", "field": "steps", "step": twice}
    for step in steps:
        yield from _problems_within(step)
    for twice in _repeated([item.id for step in steps for item in step.checklist]):
        yield {"code": "checklist_item_twice", "field": "checklist", "item": twice}


def _problems_within(step: Step) -> Iterator[Problem]:
    if step.checklist and step.kind is not StepKind.TASK:
        yield {"code": "checklist_only_on_tasks", "field": "checklist", "step": step.id}
    if len(step.checklist) > MAX_CHECKLIST:
        yield {"code": "too_many_checklist_items", "field": "checklist", "step": step.id, "limit": MAX_CHECKLIST}
    if step.due_within_days is not None and not 0 <= step.due_within_days <= MAX_DUE_DAYS:
        yield {"code": "due_days_out_of_range", "field": "due_within_days", "step": step.id, "limit": MAX_DUE_DAYS}


def _sales_step_problems(steps: Sequence[Step], sales_step: str | None) -> Iterator[Problem]:
    if sales_step is None:
        yield {"code": "sales_step_missing", "field": "sales_step"}
    elif sales_step not in {step.id for step in steps}:
        yield {"code": "sales_step_unknown", "field": "sales_step", "step": sales_step}


def _repeated(ids: Sequence[str]) -> list[str]:
    return [found for found, times in Counter(ids).items() if times > 1]
