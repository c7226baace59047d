"""A person's command, from the screens or an integration: rights first, then the one path of every command."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.followup.ports import Attachments, FollowUpRow, Interactions, NewCommand, Reading, Verdict
from services.followup.use_cases.attach_files import with_attachments
from services.followup.use_cases.command_desk import CommandDesk
from services.followup.use_cases.describe import described, needs_follow_up
from services.followup.use_cases.take_signals import fingerprint
from services.followup.use_cases.visible import visible
from shared.rulebook.access import Action, Principal, Target, may
from shared.rulebook.campaign import check_entry_date
from shared.rulebook.commands import (
    AmendConclusion,
    ChangePotential,
    Command,
    Conclude,
    MoveEntryDate,
    WithdrawClient,
    WithdrawConclusion,
)
from shared.rulebook.holdings import LinkHoldings
from shared.runtime.clock import Clock
from shared.runtime.identifiers import uuid7

_ACTIONS: dict[type, Action] = {
    Conclude: Action.CONCLUDE,
    AmendConclusion: Action.AMEND_CONCLUSION,
    WithdrawConclusion: Action.WITHDRAW_CONCLUSION,
    ChangePotential: Action.CHANGE_TARGETED_CLIENT,
    MoveEntryDate: Action.CHANGE_TARGETED_CLIENT,
    WithdrawClient: Action.WITHDRAW_CLIENT,
    LinkHoldings: Action.LINK_ACCOUNTS,
}
"""All others are RECORD, which takes reach alone; the command log checks reach for each command."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks for. `key` is the sender's own id for it, for repetitions; None when the sender gave none."""

    follow_up_id: str
    command: Command
    said: dict[str, Any]
    """What was sent, by which a repetition is told from another command under the same key."""
    key: str | None = None
    occurred_at: datetime | None = None
    note: str | None = None
    details: dict[str, Any] | None = None
    """What is said of the interaction, as it is kept."""


class TakeCommands:
    """The door of people."""

    def __init__(
        self, desk: CommandDesk, reading: Reading, interactions: Interactions, files: Attachments, clock: Clock
    ) -> None:
        self._desk = desk
        self._reading = reading
        self._interactions = interactions
        self._files = files
        self._clock = clock

    async def take(self, principal: Principal, wish: Wish) -> Verdict:
        """The verdict. Forbidden or NotVisible for who may not, Refused `id_reused`, Invalid for a date outside.

        For what is said of interactions see `describe` and `attach_files`.
        """
        action = _ACTIONS.get(type(wish.command))
        if action is None:
            command = await self._described(principal, wish)
        else:
            command = await self._checked(principal, action, wish)
        details = await with_attachments(self._files, self._clock, wish.follow_up_id, wish.details or {})
        now = self._clock.now()
        command_id = uuid7()
        return await self._desk.submit(
            NewCommand(
                command_id=command_id,
                source=f"user:{principal.user_id}",
                source_id=wish.key or command_id,
                content=fingerprint({"follow_up": wish.follow_up_id, **wish.said}),
                follow_up_id=wish.follow_up_id,
                command=command,
                door="screen",
                actor=principal.user_id,
                occurred_at=wish.occurred_at or now,
                received_at=now,
                note=wish.note,
                details=details or None,
                principal=principal,
            )
        )

    async def _described(self, principal: Principal, wish: Wish) -> Command:
        details = wish.details or {}
        row = None
        if needs_follow_up(wish.command, details):
            row = await visible(self._reading, principal, wish.follow_up_id)
        return await described(wish.command, details, row, self._interactions)

    async def _checked(self, principal: Principal, action: Action, wish: Wish) -> Command:
        row = await visible(self._reading, principal, wish.follow_up_id)
        may(principal, action, _target(row))
        if isinstance(wish.command, MoveEntryDate):
            check_entry_date(wish.command.entry_date, row.definition.start_date, row.definition.end_date)
        if isinstance(wish.command, WithdrawConclusion):
            return WithdrawConclusion(row.advisor_id)
        return wish.command


def _target(row: FollowUpRow) -> Target:
    conclusion = row.state.conclusion
    return Target(
        advisor_id=row.advisor_id,
        advisor_unit_path=row.advisor_unit_path,
        recorded_by=None if conclusion is None else conclusion.recorded_by,
    )
