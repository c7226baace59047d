"""What an edit would do to the open follow-ups, page by page, decided by the rulebook over their recorded states."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.followup.store.completions import completed_steps
from services.followup.store.rows import STATE
from shared.contracts.followup import EditPreviewed, EffectsOfEdit, PreviewEdit
from shared.rulebook.follow_up import FollowUp
from shared.rulebook.progression import EditEffect, edit_effect, unplanned_by_removal
from shared.rulebook.steps import Plan
from shared.runtime.database import Database

_OPEN = sa.text(
    """
    select follow_up_id::text, advisor_id::text, state::text
    from follow_ups
    where campaign_id = :campaign_id and closing is null
      and follow_up_id > coalesce(cast(:after as uuid), '00000000-0000-0000-0000-000000000000')
    order by follow_up_id
    limit :limit
    """
)
_UNPLANNED = "unplanned"


class PostgresPreviewing:
    """Reads open follow-ups in the order of their ids, a page per question, so that none holds others up."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def preview(self, question: PreviewEdit) -> EditPreviewed:
        """See the port."""
        page = {"campaign_id": question.campaign_id, "after": question.after, "limit": question.limit}
        async with self._database.reading() as conn:
            rows = (await conn.execute(_OPEN, page)).all()
            completed = await _completed(conn, question) if question.after is None else ()
        return EditPreviewed(
            advisors=_counted(rows, question.old_plan, question.new_plan),
            completed=completed,
            last=rows[-1][0] if len(rows) == question.limit else None,
        )


async def _completed(conn: AsyncConnection, question: PreviewEdit) -> tuple[str, ...]:
    kept = {step.id for step in question.new_plan.steps}
    removed = [step.id for step in question.old_plan.steps if step.id not in kept]
    return await completed_steps(conn, question.campaign_id, removed) if removed else ()


def _counted(rows: Iterable[Sequence[Any]], old_plan: Plan, new_plan: Plan) -> tuple[EffectsOfEdit, ...]:
    counts: dict[str, Counter[str]] = {}
    effects: dict[object, tuple[EditEffect, int]] = {}
    for _, advisor_id, state in rows:
        follow_up = STATE.validate_json(state)
        # Most follow-ups stand alike, and what becomes of them hangs on their entries alone.
        alike = frozenset((entry.step_id, entry.state, entry.first_version) for entry in follow_up.entries)
        if alike not in effects:
            effects[alike] = edit_effect(follow_up, old_plan, new_plan), _newly_unplanned(follow_up, old_plan, new_plan)
        effect, unplanned = effects[alike]
        counts.setdefault(advisor_id, Counter()).update({effect.value: 1, _UNPLANNED: unplanned})
    return tuple(EffectsOfEdit(advisor_id=advisor_id, **found) for advisor_id, found in counts.items())


def _newly_unplanned(follow_up: FollowUp, old_plan: Plan, new_plan: Plan) -> int:
    before = set(unplanned_by_removal(follow_up, old_plan))
    return len(set(unplanned_by_removal(follow_up, new_plan)) - before)
