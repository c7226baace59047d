"""What undoing a completion would change, asked before it is done (spec 5.2)."""

from datetime import date

from services.followup.ports import FollowUpRow
from shared.rulebook.commands import Circumstances, UndoCompletion
from shared.rulebook.decisions import decide
from shared.rulebook.history import apply
from shared.rulebook.undoing import UndoEffect, undo_effect


def undo_question(row: FollowUpRow, step_id: str, actor: str, today: date) -> UndoEffect:
    """The effect if it were undone now; nothing is. Raises the refusal that the command would meet."""
    plan = row.definition.plan()
    fact = decide(row.state, UndoCompletion(step_id), plan, Circumstances(today, today, actor))
    return undo_effect(row.state, apply(row.state, fact), step_id, plan)
