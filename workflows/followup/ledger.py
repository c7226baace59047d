"""What a follow-up's execution remembers and how it judges a command: pure, so that the workflow only assigns.

Implements rules 3 to 5 and 8 of docs/architecture.md, The write path.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.contracts.workflow import (
    ALREADY_APPLIED,
    DEADLINE_PASSED,
    DEFINITION_NEEDED,
    RULE,
    STATE_NEEDED,
    FollowUpCommand,
    KeptFact,
    NumberedFact,
)
from shared.rulebook.decisions import decide
from shared.rulebook.errors import RuleBroken
from shared.rulebook.follow_up import FollowUp
from shared.rulebook.history import apply
from shared.rulebook.steps import Plan

CLOCK_SKEW = timedelta(seconds=5)
"""How far the clocks of two machines may lie apart."""


class NotTaken(Exception):  # noqa: N818  the name says what happened to the command
    """The command made no fact: `reason` is a failure type of the contracts, `facts` those it made before."""

    def __init__(
        self, reason: str, data: dict[str, object] | None = None, facts: tuple[NumberedFact, ...] = ()
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.data = data
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Ledger:
    """The state after the last fact, the plan it goes by, and the facts that may still be asked for."""

    state: FollowUp
    plan: Plan
    kept: tuple[KeptFact, ...] = ()

    def take(self, command_id: str, message: FollowUpCommand, now: datetime) -> "Ledger":
        """The ledger with the fact that the command makes; NotTaken when it makes none."""
        if now > message.deadline + CLOCK_SKEW:
            raise NotTaken(DEADLINE_PASSED)
        self._refuse_known(command_id)
        state = self._state_for(message)
        plan = self._plan_for(message)
        try:
            fact = decide(state, message.command, plan, message.circumstances)
        except RuleBroken as broken:
            raise NotTaken(RULE + broken.code, broken.data) from broken
        after = apply(state, fact)
        made = KeptFact(number=after.number, command_id=command_id, fact=fact)
        return Ledger(after, plan, (*self._still_needed(message, now), made))

    def facts_above(self, recorded: int) -> tuple[NumberedFact, ...]:
        """The kept facts that the database does not hold yet."""
        return tuple(
            NumberedFact(number=kept.number, command_id=kept.command_id, fact=kept.fact)
            for kept in self.kept
            if kept.number > recorded
        )

    @property
    def closed(self) -> bool:
        """Nothing more is expected, though a late step or an amendment may still come."""
        return self.state.closing is not None

    def _refuse_known(self, command_id: str) -> None:
        facts = tuple(kept for kept in self.kept if kept.command_id == command_id)
        if facts:
            raise NotTaken(ALREADY_APPLIED, facts=facts)

    def _state_for(self, message: FollowUpCommand) -> FollowUp:
        """The state to decide on: the database's, when the engine was restored to a moment before it."""
        if message.recorded <= self.state.number:
            return self.state
        if message.state is None or message.state.number < message.recorded:
            raise NotTaken(STATE_NEEDED)
        return message.state

    def _plan_for(self, message: FollowUpCommand) -> Plan:
        if message.version <= self.plan.version:
            return self.plan
        if message.plan is None:
            raise NotTaken(DEFINITION_NEEDED)
        return message.plan

    def _still_needed(self, message: FollowUpCommand, now: datetime) -> Iterator[KeptFact]:
        for kept in self.kept:
            if kept.number > message.recorded:
                yield kept
            elif kept.until is None:
                # Its verdict is written, so no send of it began after this one: none has a later deadline.
                yield kept.model_copy(update={"until": message.deadline})
            elif now <= kept.until + CLOCK_SKEW:
                yield kept
