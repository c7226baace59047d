"""Whether a campaign's definition is complete and consistent (docs/domain.md, Campaigns)."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from shared.rulebook.errors import Invalid
from shared.rulebook.money import not_negative
from shared.rulebook.step_contents import StepContents, contents_problems, repeated
from shared.rulebook.steps import ChecklistItem, Step, StepKind

MAX_NAME = 200
MAX_STEPS = 100
MAX_CHECKLIST = 100
MAX_DUE_DAYS = 366
FIRST_DAY = date(2000, 1, 1)
LAST_DAY = date(2100, 12, 31)

Problem = dict[str, object]
"""One thing wrong: `code`, the `field` it is about, and where it helps the `step` and the `limit`.

A field is a path into the definition as it was sent, places counted from 0: `end_date`, `steps.2.checklist.0.id`.
"""


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
    for field, day in (("start_date", start), ("end_date", end)):
        if day is None:
            yield {"code": "date_missing", "field": field}
        elif not FIRST_DAY <= day <= LAST_DAY:
            yield {"code": "date_out_of_range", "field": field}
    if start is not None and end is not None and end < start:
        yield {"code": "end_before_start", "field": "end_date"}


def _notice_problems(notice_date: date | None) -> Iterator[Problem]:
    if notice_date is not None and not FIRST_DAY <= notice_date <= LAST_DAY:
        yield {"code": "date_out_of_range", "field": "notice.date"}


def _step_problems(steps: Sequence[Step]) -> Iterator[Problem]:
    if not steps:
        yield {"code": "steps_missing", "field": "steps"}
    if len(steps) > MAX_STEPS:
        yield {"code": "too_many_steps", "field": "steps", "limit": MAX_STEPS}
    for place, twice in repeated([step.id for step in steps]):
        yield {"code": "step_id_twice", "field": f"steps.{place}.id", "step": twice}
    for place, step in enumerate(steps):
        yield from _problems_within(step, f"steps.{place}")
    items = [(f"steps.{at}.checklist.{place}.id", item.id) for at, place, item in _items(steps)]
    for place, twice in repeated([item_id for _, item_id in items]):
        yield {"code": "checklist_item_twice", "field": items[place][0], "item": twice}


def _items(steps: Sequence[Step]) -> Iterator[tuple[int, int, ChecklistItem]]:
    """The place of the step, that of the item within it, and the item."""
    for at, step in enumerate(steps):
        for place, item in enumerate(step.checklist):
            yield at, place, item


def _problems_within(step: Step, path: str) -> Iterator[Problem]:
    if step.checklist and step.kind is not StepKind.TASK:
        yield {"code": "checklist_only_on_tasks", "field": f"{path}.checklist", "step": step.id}
    if len(step.checklist) > MAX_CHECKLIST:
        problem: Problem = {"code": "too_many_checklist_items", "field": f"{path}.checklist", "step": step.id}
        yield problem | {"limit": MAX_CHECKLIST}
    if step.due_within_days is not None and not 0 <= step.due_within_days <= MAX_DUE_DAYS:
        problem = {"code": "due_days_out_of_range", "field": f"{path}.due_within_days", "step": step.id}
        yield problem | {"limit": MAX_DUE_DAYS}


def _sales_step_problems(steps: Sequence[Step], sales_step: str | None) -> Iterator[Problem]:
    if sales_step is None:
        yield {"code": "sales_step_missing", "field": "sales_step"}
    elif sales_step not in {step.id for step in steps}:
        yield {"code": "sales_step_unknown", "field": "sales_step", "step": sales_step}
