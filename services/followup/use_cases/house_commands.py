"""Commands of the house itself: clients moved, targeted again or changed by a job, a step that is late."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from services.followup.ports import LateStep, NewCommand
from services.followup.use_cases.command_desk import CommandDesk
from services.followup.use_cases.take_signals import fingerprint, said
from shared.contracts.campaign import ClientChange, ClientsChanged, ClientsTargeted, ClientsWithdrawn, TargetedClient
from shared.rulebook.commands import ChangePotential, Command, MoveEntryDate, Reassign, TargetAgain, WithdrawClient
from shared.rulebook.ids import follow_up_id
from shared.rulebook.lateness import MarkOverdue
from shared.runtime.clock import Clock
from shared.runtime.identifiers import uuid7

_SYSTEM = "system"
_EARLY = timedelta(hours=1)
"""How long a job's command waits for its follow-up to come into being: the news of both may change places."""


class HouseCommands:
    """Each method submits commands and leaves their verdicts to the log: a repetition changes nothing."""

    def __init__(self, desk: CommandDesk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    async def reassign(self, moved: Sequence[tuple[str, str, int]]) -> None:
        """Give open follow-ups to the client's present advisor: (follow-up, advisor, revision of the client)."""
        commands = [
            self._command(follow_up, Reassign(advisor), source="directory", source_id=f"{follow_up}/{revision}")
            for follow_up, advisor, revision in moved
        ]
        await self._desk.submit_many(commands)

    async def target_again(self, batch: ClientsTargeted, clients: Sequence[TargetedClient]) -> None:
        """Reopen the follow-ups of clients that were withdrawn and are targeted again."""
        commands = []
        for client in clients:
            follow_up = follow_up_id(batch.campaign_id, client.client_id)
            wish = TargetAgain(client.entry_date, client.potential, client.advisor_id)
            commands.append(self._of_job(batch.job_id, follow_up, wish, actor=batch.targeted_by))
        await self._desk.submit_many(commands)

    async def withdraw(self, batch: ClientsWithdrawn) -> None:
        """Withdraw the clients; a follow-up closed meanwhile refuses."""
        commands = [
            self._of_job(
                batch.job_id, follow_up_id(batch.campaign_id, client), WithdrawClient(), actor=batch.withdrawn_by
            )
            for client in batch.client_ids
        ]
        await self._desk.submit_many(commands)

    async def change(self, batch: ClientsChanged) -> None:
        """Change potentials and entry dates, each by a command of its own."""
        commands = [
            self._of_job(batch.job_id, follow_up_id(batch.campaign_id, client.client_id), wish, actor=batch.changed_by)
            for client in batch.clients
            for wish in _wishes(client)
        ]
        await self._desk.submit_many(commands)

    async def mark_overdue(self, late: Sequence[LateStep]) -> None:
        """Have late steps recorded as such; tried once after each fact of a follow-up."""
        commands = [
            self._command(
                one.follow_up_id,
                MarkOverdue(one.step_id, one.due_on),
                source="due_dates",
                source_id=f"{one.follow_up_id}/{one.number}",
            )
            for one in late
        ]
        await self._desk.submit_many(commands)

    def _of_job(self, job_id: str, follow_up: str, wish: Command, *, actor: str) -> NewCommand:
        """A command of the campaign service's job: once per follow-up and kind, by its id in the log."""
        command = self._command(follow_up, wish, source=f"job:{job_id}", source_id=f"{follow_up}/{type(wish).__name__}")
        return replace(command, door="job", actor=actor, park_until=command.received_at + _EARLY)

    def _command(self, follow_up: str, wish: Command, *, source: str, source_id: str) -> NewCommand:
        now = self._clock.now()
        return NewCommand(
            command_id=uuid7(),
            source=source,
            source_id=source_id,
            content=fingerprint(said(wish)),
            follow_up_id=follow_up,
            command=wish,
            door="system",
            actor=_SYSTEM,
            occurred_at=now,
            received_at=now,
        )


def _wishes(client: ClientChange) -> list[Command]:
    wishes: list[Command] = []
    if client.potential is not None:
        wishes.append(ChangePotential(client.potential))
    if client.entry_date is not None:
        wishes.append(MoveEntryDate(client.entry_date))
    return wishes
