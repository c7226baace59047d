"""The step table that operators read in the Temporal UI. Ids only, never names."""

from shared.contracts.visibility import status_attribute
from shared.rulebook.follow_up import EntryState, FollowUp, StepEntry
from shared.rulebook.progression import blocking_steps, position
from shared.rulebook.steps import Plan


def step_table(state: FollowUp, plan: Plan) -> str:
    """The steps in Markdown: what is done, where the follow-up stands, what blocks."""
    entries = {entry.step_id: entry for entry in state.entries}
    here = position(state, plan)
    rows = [
        f"| {number} | {step.id} | {step.kind} | {'yes' if step.mandatory else 'no'} "
        f"| {_entry_text(entries.get(step.id))}{' ← position' if step.id == here else ''} "
        f"| {', '.join(blocking_steps(step.id, state, plan))} |"
        for number, step in enumerate(plan.steps, start=1)
    ]
    head = f"**{status_attribute(state)}**, fact {state.number}, definition {plan.version}\n\n"
    return head + "| # | step | kind | mandatory | state | blocked by |\n|---|---|---|---|---|---|\n" + "\n".join(rows)


def _entry_text(entry: StepEntry | None) -> str:
    return "" if entry is None or entry.state is EntryState.IDLE else entry.state.lower()
