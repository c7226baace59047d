"""What a command does to a client by sections 2.4, 3, 5 and 6 of the spec, in plain lists: nothing of the rulebook.

Where two reasons speak against a command, the one that stands first here is told.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

END = "end"
SUCCESSES = ("SALE", "SIGNATURE")


class No(Exception):  # noqa: N818  an answer
    """Refused with this code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class PlainStep:
    """A step, and the clients from whom it is not due."""

    id: str
    mandatory: bool
    items: dict[str, bool] = field(default_factory=dict)
    exempt: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One command: what is wanted, the day on which it happened, who wants it, until when it may be parked."""

    id: str
    what: str
    day: date
    actor: str = "crm"
    step: str | None = None
    ticked: tuple[str, ...] = ()
    kind: str = ""
    amount: Decimal = Decimal(0)
    on: date | None = None
    park_until: datetime | None = None


@dataclass(slots=True)
class PlainFollowUp:
    """One client in the campaign."""

    client: str
    entry_date: date
    potential: Decimal
    initial: Decimal
    advisor: str
    closed: str | None = None
    states: dict[str, str] = field(default_factory=dict)
    ticked: dict[str, set[str]] = field(default_factory=dict)
    conclusion: dict[str, Any] | None = None
    kept_at: str | None = None
    facts: list[tuple[Any, ...]] = field(default_factory=list)


@dataclass(slots=True)
class PlainRules:
    """What one command does to one client: a method for each, by its name."""

    steps: list[PlainStep]
    sales: str
    version: int = 1
    archived: bool = False

    def blockers(self, one: PlainFollowUp, step_id: str) -> list[str]:
        """The mandatory steps before it that are due and not completed (5.2)."""
        found = []
        for step in self.steps:
            if step.id == step_id:
                break
            if self._is_missing(one, step):
                found.append(step.id)
        return found

    def position(self, one: PlainFollowUp) -> str:
        """Where the follow-up stands (5.3)."""
        ids = [step.id for step in self.steps]
        if one.closed in ("CONCLUDED", "ARCHIVED") and (one.kept_at == END or one.kept_at in ids):
            return one.kept_at or END
        at = 0
        for place, step in enumerate(self.steps):
            if one.states.get(step.id) == "open":
                at = max(at, place)
            if one.states.get(step.id) == "done":
                at = max(at, place + 1)
        for place, step in enumerate(self.steps):
            if self._is_missing(one, step):
                at = min(at, place)
        return ids[at] if at < len(ids) else END

    def status(self, one: PlainFollowUp, today: date) -> str:
        """The status of 5.1."""
        return one.closed or ("WAITING" if today < one.entry_date else "OPEN")

    def group(self, one: PlainFollowUp, step_id: str, today: date) -> str | None:
        """The group of 8.6."""
        ids = [*(step.id for step in self.steps), END]
        here, at = ids.index(step_id), ids.index(self.position(one))
        if one.closed == "WITHDRAWN":
            return None
        if one.states.get(step_id) == "done":
            return "done"
        if here > at or self.status(one, today) == "WAITING":
            return "not_reached"
        if here == at:
            return "left" if one.closed else "open"
        return "skipped"

    def _fact(self, one: PlainFollowUp, kind: str, on: date, step: str | None = None, *, late: bool = False) -> None:
        one.facts.append((kind, step, on, self.version, late))

    def _is_missing(self, one: PlainFollowUp, step: PlainStep) -> bool:
        return step.mandatory and one.client not in step.exempt and one.states.get(step.id) != "done"

    def _is_open(self, one: PlainFollowUp, today: date) -> None:
        if one.closed:
            raise No("closed")
        if today < one.entry_date:
            raise No("waiting")

    def _late(self, one: PlainFollowUp, wanted: Wanted, today: date) -> bool:
        if one.conclusion is None:
            self._is_open(one, today)
        elif wanted.day > one.conclusion["on"]:
            raise No("happened_after_conclusion")
        if wanted.day < one.entry_date:
            raise No("before_entry_date")
        return one.conclusion is not None

    def _known(self, one: PlainFollowUp, step_id: str | None) -> PlainStep:
        for step in self.steps:
            if step.id == step_id:
                return step
        raise No("step_removed" if step_id in one.states else "step_unknown")

    def _may_enter(self, one: PlainFollowUp, wanted: Wanted) -> PlainStep:
        step = self._known(one, wanted.step)
        if one.states.get(step.id) == "done":
            raise No("already_completed")
        if self.blockers(one, step.id):
            raise No("mandatory_step_missing")
        return step

    def _begin(self, one: PlainFollowUp, wanted: Wanted, today: date) -> None:
        self._is_open(one, today)
        if wanted.day < one.entry_date:
            raise No("before_entry_date")
        step = self._may_enter(one, wanted)
        if one.states.get(step.id) == "open":
            raise No("already_begun")
        one.states[step.id] = "open"
        self._fact(one, "StepBegun", wanted.day, step.id)

    def _complete(self, one: PlainFollowUp, wanted: Wanted, today: date) -> None:
        late = self._late(one, wanted, today)
        step = self._may_enter(one, wanted)
        ticked = one.ticked.get(step.id, set()) | set(wanted.ticked)
        if [item for item, mandatory in step.items.items() if mandatory and item not in ticked]:
            raise No("checklist_incomplete")
        if [item for other in self.steps if other is not step for item in other.items if item in wanted.ticked]:
            raise No("checklist_item_elsewhere")
        stood = self.position(one)
        one.states[step.id] = "done"
        one.ticked[step.id] = ticked.intersection([*step.items, *one.ticked.get(step.id, ())])
        self._fact(one, "StepCompleted", wanted.day, step.id, late=late)
        if one.conclusion is not None:
            one.conclusion["missing"] = [left for left in one.conclusion["missing"] if left != step.id]
            ids = [*(each.id for each in self.steps), END]
            now_at = self.position(replace(one, closed=None))
            one.kept_at = max(stood, now_at, key=ids.index)

    def _undo(self, one: PlainFollowUp, wanted: Wanted, today: date) -> None:
        self._back(one, wanted, today, "done", "not_completed", "CompletionUndone")

    def _cancel(self, one: PlainFollowUp, wanted: Wanted, today: date) -> None:
        self._back(one, wanted, today, "open", "not_begun", "EntryCancelled")
        one.ticked.pop(wanted.step or "", None)

    def _back(self, one: PlainFollowUp, wanted: Wanted, today: date, *words: str) -> None:
        self._is_open(one, today)
        step = self._known(one, wanted.step)
        if one.states.get(step.id) != words[0]:
            raise No(words[1])
        one.states[step.id] = "idle"
        self._fact(one, words[2], wanted.day, step.id)

    def _interact(self, one: PlainFollowUp, wanted: Wanted, today: date) -> None:
        late = self._late(one, wanted, today)
        self._fact(one, "InteractionRecorded", wanted.day, late=late)

    def _concluding(self, one: PlainFollowUp, wanted: Wanted, today: date) -> dict[str, Any]:
        if wanted.on is None or not one.entry_date <= wanted.on <= today:
            raise No("conclusion_date_out_of_range")
        if wanted.amount and wanted.kind not in SUCCESSES:
            raise No("amount_without_success")
        return {"kind": wanted.kind, "on": wanted.on, "collected": wanted.amount}

    def _conclude(self, one: PlainFollowUp, wanted: Wanted, today: date) -> None:
        self._is_open(one, today)
        said = self._concluding(one, wanted, today)
        missing = [step.id for step in self.steps if self._is_missing(one, step)]
        one.kept_at = self.position(one)
        one.closed, one.conclusion = "CONCLUDED", {**said, "missing": missing, "recorded_by": wanted.actor}
        self._fact(one, "Concluded", said["on"])

    def _amend(self, one: PlainFollowUp, wanted: Wanted, today: date) -> None:
        if one.conclusion is None:
            raise No("not_concluded")
        changed = one.conclusion | self._concluding(one, wanted, today)
        if changed == one.conclusion:
            raise No("unchanged")
        one.conclusion = changed
        self._fact(one, "ConclusionAmended", changed["on"])

    def _withdraw_conclusion(self, one: PlainFollowUp, wanted: Wanted, today: date) -> None:
        if one.conclusion is None:
            raise No("not_concluded")
        one.closed = one.conclusion = one.kept_at = None
        self._fact(one, "ConclusionWithdrawn", wanted.day)

    def _potential(self, one: PlainFollowUp, wanted: Wanted, today: date) -> None:
        if one.closed:
            raise No("closed")
        if one.potential == wanted.amount:
            raise No("unchanged")
        one.potential = wanted.amount
        self._fact(one, "PotentialChanged", today)

    def _move_entry(self, one: PlainFollowUp, wanted: Wanted, today: date) -> None:
        if one.closed:
            raise No("closed")
        if today >= one.entry_date:
            raise No("not_waiting")
        if one.entry_date == wanted.on:
            raise No("unchanged")
        one.entry_date = wanted.on or today
        self._fact(one, "EntryDateMoved", today)

    def _leave(self, one: PlainFollowUp, wanted: Wanted, today: date) -> None:
        if one.closed:
            raise No("closed")
        one.closed = "WITHDRAWN"
        self._fact(one, "ClientWithdrawn", today)

    def _reassign(self, one: PlainFollowUp, wanted: Wanted, today: date) -> None:
        if one.closed:
            raise No("closed")
        if one.advisor == wanted.kind:
            raise No("unchanged")
        one.advisor = wanted.kind
        self._fact(one, "Reassigned", today)
