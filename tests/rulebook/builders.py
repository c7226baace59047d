"""Plans, follow-ups and circumstances with as little as a test needs to say."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from shared.rulebook.commands import Circumstances, Command, Conclude
from shared.rulebook.decisions import decide
from shared.rulebook.follow_up import Closing, Conclusion, ConclusionKind, EntryState, FollowUp, StepEntry
from shared.rulebook.history import apply
from shared.rulebook.steps import ChecklistItem, Exemption, Plan, Step, StepKind

START = date(2026, 3, 1)
END = date(2026, 4, 30)
TODAY = date(2026, 3, 20)


def a_step(name: str, **fields) -> Step:
    """A step; `call!` is mandatory, `call` optional."""
    given = {"kind": StepKind.TASK, **fields}
    return Step(id=name.removesuffix("!"), mandatory=name.endswith("!"), **given)


def a_plan(*steps: str | Step, sales: str | None = None, version: int = 1, archived: bool = False) -> Plan:
    """A plan of these steps; the last one is the sales step unless another is named."""
    made = tuple(step if isinstance(step, Step) else a_step(step) for step in steps)
    return Plan(version=version, steps=made, sales_step=sales or made[-1].id, archived=archived)


def a_follow_up(*, completed=(), begun=(), idle=(), version: int = 1, **fields) -> FollowUp:
    """An open follow-up of a client who entered on the first day."""
    entries = (
        *(_entry(step, EntryState.COMPLETED, version) for step in completed),
        *(_entry(step, EntryState.BEGUN, version) for step in begun),
        *(_entry(step, EntryState.IDLE, version) for step in idle),
    )
    given = {
        "number": 1,
        "entry_date": START,
        "potential": Decimal("1000.00"),
        "initial_potential": Decimal("1000.00"),
        "advisor_id": "anne",
        "entries": entries,
        **fields,
    }
    return FollowUp(**given)


def a_conclusion(kind=ConclusionKind.SALE, on=TODAY, collected="500.00", missing=(), recorded_by="anne") -> Conclusion:
    amount = Decimal(collected) if kind.is_success else Decimal("0.00")
    return Conclusion(kind, on, amount, tuple(missing), recorded_by)


def concluded(follow_up: FollowUp, at: str | None, **fields) -> FollowUp:
    return replace(follow_up, closing=Closing.CONCLUDED, conclusion=a_conclusion(**fields), closed_position=at)


def happening(on: date = TODAY, today: date = TODAY, actor: str = "anne") -> Circumstances:
    return Circumstances(today=today, occurred_on=on, actor=actor)


def after(follow_up: FollowUp, command: Command, plan: Plan, circumstances: Circumstances | None = None) -> FollowUp:
    """The state that an accepted command leaves."""
    return apply(follow_up, decide(follow_up, command, plan, circumstances or happening()))


def a_sale(on: date = TODAY, collected: str = "500.00") -> Conclude:
    return Conclude(ConclusionKind.SALE, on, Decimal(collected))


def mandatory_items(*ids: str) -> tuple[ChecklistItem, ...]:
    return tuple(ChecklistItem(item, mandatory=True) for item in ids)


def exempt(version: int, *after_steps: str) -> tuple[Exemption, ...]:
    return (Exemption(version, frozenset(after_steps)),)


def _entry(step: str, state: EntryState, version: int) -> StepEntry:
    completed_on = TODAY if state is EntryState.COMPLETED else None
    return StepEntry(step, state, version, version, completed_on)
