"""Random plans, edits and commands, small enough that they meet often."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import strategies as st

from shared.rulebook.campaign import plan_after_edit
from shared.rulebook.commands import (
    AmendConclusion,
    BeginStep,
    CancelEntry,
    ChangePotential,
    CloseArchived,
    CompleteStep,
    Conclude,
    MoveEntryDate,
    Reassign,
    RecordInteraction,
    ReopenUnarchived,
    TargetAgain,
    UndoCompletion,
    WithdrawClient,
    WithdrawConclusion,
)
from shared.rulebook.follow_up import ConclusionKind
from shared.rulebook.interaction_commands import (
    AmendInteraction,
    CancelInteraction,
    CompleteInteraction,
    PlanInteraction,
    ReopenInteraction,
)
from shared.rulebook.steps import Plan, StepKind
from tests.rulebook.builders import START, a_step, happening

NAMES = ("a", "b", "c", "d", "e")
step_ids = st.sampled_from(NAMES)
days = st.integers(-1, 6).map(lambda number: START + timedelta(days=number))
amounts = st.sampled_from([Decimal("0.00"), Decimal("10.00"), Decimal("0.005"), Decimal(-1)])
advisors = st.sampled_from(["anne", "bruno"])
kinds = st.sampled_from(ConclusionKind)
numbers = st.integers(0, 6)


@st.composite
def step_lists(draw):
    chosen = draw(st.lists(step_ids, min_size=1, max_size=5, unique=True))
    mandatory = draw(st.lists(st.booleans(), min_size=len(chosen), max_size=len(chosen)))
    return [a_step(name + ("!" if asked else "")) for name, asked in zip(chosen, mandatory, strict=True)]


@st.composite
def edits(draw, old: Plan | None = None):
    """The plan after any edit of `old`, with any choice about whom the steps put behind are due from."""
    steps = draw(step_lists())
    sales = draw(st.sampled_from(steps)).id
    return plan_after_edit(old, steps, sales, draw(st.dictionaries(step_ids, st.booleans(), max_size=3)))


commands = st.one_of(
    st.builds(CompleteStep, step_ids),
    st.builds(BeginStep, step_ids),
    st.one_of(
        st.builds(UndoCompletion, step_ids),
        st.builds(CancelEntry, step_ids),
        st.builds(RecordInteraction, st.sampled_from(StepKind)),
        st.builds(PlanInteraction, st.sampled_from(StepKind)),
        st.one_of(st.builds(AmendInteraction, step_ids), st.builds(AmendInteraction, number=numbers)),
        st.one_of(st.builds(CompleteInteraction, step_ids), st.builds(CompleteInteraction, number=numbers)),
        st.one_of(st.builds(CancelInteraction, step_ids), st.builds(CancelInteraction, number=numbers)),
        st.builds(ReopenInteraction, numbers, st.sampled_from(StepKind)),
        st.builds(Conclude, kinds, days, amounts),
        st.builds(AmendConclusion, kinds, days, amounts),
        st.builds(WithdrawConclusion),
        st.builds(ChangePotential, amounts),
        st.builds(MoveEntryDate, days),
        st.builds(Reassign, advisors),
        st.builds(WithdrawClient),
        st.builds(TargetAgain, days, amounts, advisors),
        st.builds(CloseArchived),
        st.builds(ReopenUnarchived, advisors),
    ),
)
circumstances = st.builds(happening, on=days, today=st.integers(2, 6).map(lambda number: START + timedelta(number)))
moves = st.lists(st.tuples(commands, circumstances), max_size=12)
