"""Commands of the house itself: a client moved or was targeted again, a campaign was archived."""

from collections.abc import Sequence

from services.followup.ports import Definitions, NewCommand
from services.followup.use_cases.command_desk import CommandDesk
from services.followup.use_cases.take_signals import fingerprint, said
from shared.contracts.campaign import ClientsTargeted, TargetedClient
from shared.rulebook.follow_up import CloseArchived, Command, Reassign, ReopenUnarchived, TargetAgain
from shared.rulebook.ids import follow_up_id
from shared.runtime.clock import Clock
from shared.runtime.identifiers import uuid7

_SYSTEM = "system"
_PAGE = 500


class HouseCommands:
    """Each method submits commands and leaves their verdicts to the log: a repetition changes nothing."""

    def __init__(self, desk: CommandDesk, definitions: Definitions, clock: Clock) -> None:
        self._desk = desk
        self._definitions = definitions
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
            source_id = f"{batch.job_id}/{follow_up}"
            commands.append(
                self._command(follow_up, wish, source="targeting", source_id=source_id, actor=batch.targeted_by)
            )
        await self._desk.submit_many(commands)

    async def settle(self) -> int:
        """Close what archiving left open, reopen what un-archiving left closed; one page, answers how many."""
        settling = await self._definitions.to_settle(_PAGE)
        commands = []
        for one in settling:
            wish: Command = CloseArchived() if one.archived else ReopenUnarchived(one.advisor_id)
            source_id = f"{one.follow_up_id}/{one.version}"
            commands.append(self._command(one.follow_up_id, wish, source="archiving", source_id=source_id))
        await self._desk.submit_many(commands)
        return len(settling)

    def _command(
        self, follow_up: str, wish: Command, *, source: str, source_id: str, actor: str = _SYSTEM
    ) -> NewCommand:
        now = self._clock.now()
        return NewCommand(
            command_id=uuid7(),
            source=source,
            source_id=source_id,
            content=fingerprint(said(wish)),
            follow_up_id=follow_up,
            command=wish,
            door="job" if source == "targeting" else "system",
            actor=actor,
            occurred_at=now,
            received_at=now,
        )
