"""The follow-up service's ports in memory: a command log, an engine that judges as the real one does, and reads."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.followup.ports import (
    NOT_FOUND,
    Admission,
    EngineAnswer,
    FollowUpFilter,
    FollowUpRow,
    KeptSignal,
    Known,
    Leased,
    NewCommand,
    Outcome,
    Recorded,
    Verdict,
)
from shared.contracts.campaign import CampaignDefined
from shared.contracts.followup import Facts, FactsPage
from shared.contracts.workflow import CampaignDates, FollowUpCommand, FollowUpStart, NumberedFact, command_id_of
from shared.rulebook.access import Principal, in_reach
from shared.rulebook.commands import Circumstances
from shared.rulebook.decisions import early
from shared.rulebook.errors import NotVisible, Refused
from shared.rulebook.history import apply
from shared.runtime.clock import Clock
from workflows.followup.ledger import Ledger, NotTaken


@dataclass(slots=True)
class _Row:
    """A command as the log holds it."""

    command: NewCommand
    parked: bool
    leased_until: datetime | None = None
    attempts: int = 0
    verdict: Verdict | None = None
    code: str | None = None
    data: dict[str, Any] | None = None

    @property
    def open(self) -> bool:
        """Undecided, and not waiting for something else."""
        return self.verdict is None and not self.parked

    def told(self, *, repeated: bool = False) -> Verdict:
        """What a caller is told."""
        if self.verdict is not None:
            return replace(self.verdict, repeated=repeated)
        command = self.command
        kind = "parked" if self.parked else "pending"
        return Verdict(
            command.command_id,
            command.source_id,
            kind,  # type: ignore[arg-type]  # the two open kinds
            command.follow_up_id,
            code=self.code,
            data=self.data,
            repeated=repeated,
        )


@dataclass(slots=True)
class FakeCommandLog:
    """The log with its follow-ups; `advisors` are the advisor and unit path that reach goes by."""

    clock: Clock
    known: dict[str, Known] = field(default_factory=dict)
    advisors: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    lease: timedelta = timedelta(seconds=20)
    facts: dict[str, list[NumberedFact]] = field(default_factory=dict)
    kept: list[KeptSignal] = field(default_factory=list)
    rows: list[_Row] = field(default_factory=list)

    async def admit(self, commands: Sequence[NewCommand]) -> Sequence[Admission]:
        """See the port."""
        return [self._admit(command) for command in commands]

    async def record(self, outcomes: Sequence[Outcome]) -> Sequence[Recorded]:
        """See the port."""
        return [self._record(outcome) for outcome in outcomes]

    async def claim_due(self, limit: int) -> Sequence[Leased]:
        """See the port."""
        claimed = (self._claim(follow_up_id) for follow_up_id in list(self.known))
        return [leased for leased in claimed if leased is not None][:limit]

    async def expire_parked(self) -> Sequence[Verdict]:
        """See the port."""
        now = self.clock.now()
        expired = [row for row in self.rows if row.parked and row.command.park_until and row.command.park_until <= now]
        for row in expired:
            known = row.command.follow_up_id in self.known
            self._decide(row, "refused", code=row.code or ("expired" if known else "follow_up_unknown"), data=row.data)
        return [row.told() for row in expired]

    async def keep(self, signals: Sequence[KeptSignal]) -> None:
        """See the port."""
        held = {signal.signal_key for signal in self.kept}
        self.kept += [signal for signal in signals if signal.signal_key not in held]

    async def verdicts(self, source: str, source_ids: Sequence[str]) -> Sequence[Verdict]:
        """See the port."""
        wanted = set(source_ids)
        return [row.told() for row in self.rows if row.command.source == source and row.command.source_id in wanted]

    async def verdict(self, command_id: str) -> Verdict | None:
        """See the port."""
        return next((row.told() for row in self.rows if row.command.command_id == command_id), None)

    def _admit(self, command: NewCommand) -> Admission:
        known = self.known.get(command.follow_up_id)
        if known is None and command.park_until is None:
            return NotVisible("follow_up_unknown")
        advisor = self.advisors.get(command.follow_up_id, ("", ()))
        if known is not None and command.principal is not None and not in_reach(command.principal, *advisor):
            return NotVisible("follow_up_unknown")
        for row in self.rows:
            if (row.command.source, row.command.source_id) == (command.source, command.source_id):
                same = row.command.content == command.content
                return row.told(repeated=True) if same else Refused("id_reused", {"id": command.source_id})
        waits = any(row.open and row.command.follow_up_id == command.follow_up_id for row in self.rows)
        row = _Row(command, parked=known is None, code=None if known else "follow_up_unknown")
        self.rows.append(row)
        return row.told() if waits or known is None else self._lease(row, known)

    def _record(self, outcome: Outcome) -> Recorded:
        known = self.known[outcome.leased.follow_up.follow_up_id]
        settled = []
        for numbered in outcome.facts:
            if numbered.number == known.state.number + 1:
                known = replace(known, state=apply(known.state, numbered.fact), started=True)
                self.facts.setdefault(known.follow_up_id, []).append(numbered)
                for row in self.rows:
                    row.parked = row.parked and row.command.follow_up_id != known.follow_up_id
            row = self._row(numbered.command_id)
            self._decide(row, "applied", number=numbered.number)
            settled.append(row.told())
        self.known[known.follow_up_id] = known
        if outcome.refused is not None:
            settled.append(self._refuse(self._row(outcome.leased.command_id), outcome))
        return Recorded(tuple(settled), self._claim(known.follow_up_id), known)

    def _refuse(self, row: _Row, outcome: Outcome) -> Verdict:
        until = row.command.park_until
        row.code, row.data, row.leased_until = outcome.refused, outcome.data, None
        row.parked = early(outcome.refused or "") and until is not None and until > self.clock.now()
        if not row.parked:
            self._decide(row, "refused", code=row.code, data=row.data)
        return row.told()

    def _claim(self, follow_up_id: str) -> Leased | None:
        row = next((row for row in self.rows if row.open and row.command.follow_up_id == follow_up_id), None)
        if row is None or (row.leased_until is not None and row.leased_until > self.clock.now()):
            return None
        return self._lease(row, self.known[follow_up_id])

    def _lease(self, row: _Row, known: Known) -> Leased:
        row.leased_until = self.clock.now() + self.lease
        row.attempts += 1
        command = row.command
        return Leased(
            command_id=command.command_id,
            source_id=command.source_id,
            command=command.command,
            circumstances=Circumstances(
                today=self.clock.today(), occurred_on=self.clock.day_of(command.occurred_at), actor=command.actor
            ),
            door=command.door,
            occurred_at=command.occurred_at,
            received_at=command.received_at,
            park_until=command.park_until,
            leased_until=row.leased_until,
            follow_up=known,
            attempt=row.attempts,
        )

    def _row(self, command_id: str) -> _Row:
        return next(row for row in self.rows if row.command.command_id == command_id)

    def _decide(self, row: _Row, kind: Any, **said: Any) -> None:
        if row.verdict is None:
            command = row.command
            row.parked = False
            row.verdict = Verdict(command.command_id, command.source_id, kind, command.follow_up_id, **said)


@dataclass(slots=True)
class FakeEngine:
    """Executions as ledgers; `answers` are given first, in place of a judgement."""

    executions: dict[str, Ledger] = field(default_factory=dict)
    answers: list[EngineAnswer] = field(default_factory=list)
    sent: list[tuple[str, FollowUpCommand]] = field(default_factory=list)
    started: list[tuple[FollowUpStart, datetime | None]] = field(default_factory=list)
    dates: list[CampaignDates] = field(default_factory=list)

    async def update(self, follow_up_id: str, update_id: str, message: FollowUpCommand) -> EngineAnswer:
        """See the port."""
        self.sent.append((update_id, message))
        if self.answers:
            return self.answers.pop(0)
        ledger = self.executions.get(follow_up_id)
        return EngineAnswer(failure=NOT_FOUND) if ledger is None else self._judge(follow_up_id, update_id, message)

    async def update_with_start(self, start: FollowUpStart, update_id: str, message: FollowUpCommand) -> EngineAnswer:
        """See the port."""
        self.executions.setdefault(start.follow_up_id, Ledger(start.state, start.plan, start.kept))
        return await self.update(start.follow_up_id, update_id, message)

    async def start(self, start: FollowUpStart, entry_at: datetime | None) -> bool:
        """See the port."""
        self.started.append((start, entry_at))
        self.executions.setdefault(start.follow_up_id, Ledger(start.state, start.plan, start.kept))
        return True

    async def set_campaign_dates(self, dates: CampaignDates) -> None:
        """See the port."""
        self.dates.append(dates)

    def _judge(self, follow_up_id: str, update_id: str, message: FollowUpCommand) -> EngineAnswer:
        ledger = self.executions[follow_up_id]
        try:
            ledger = ledger.take(command_id_of(update_id), message, datetime.now(UTC))
        except NotTaken as not_taken:
            return EngineAnswer(facts=not_taken.facts, failure=not_taken.reason, data=not_taken.data)
        self.executions[follow_up_id] = ledger
        return EngineAnswer(facts=ledger.facts_above(message.recorded))


@dataclass(slots=True)
class FakeReading:
    """Reads what the log knows, within reach."""

    log: FakeCommandLog
    definition: CampaignDefined
    asked: list[FollowUpFilter] = field(default_factory=list)

    async def one(self, principal: Principal, follow_up_id: str) -> FollowUpRow | None:
        """See the port."""
        known = self.log.known.get(follow_up_id)
        advisor_id, path = self.log.advisors.get(follow_up_id, ("", ()))
        if known is None or not in_reach(principal, advisor_id, path):
            return None
        return FollowUpRow(
            follow_up_id=follow_up_id,
            client_id=known.client_id,
            client_name="Claire Martin",
            client_phone="0102030405",
            advisor_id=advisor_id,
            advisor_name="Anne Durand",
            advisor_unit_path=path,
            state=known.state,
            definition=self.definition,
        )

    async def page(self, principal: Principal, wanted: FollowUpFilter) -> Sequence[FollowUpRow]:
        """See the port; filters are the real one's."""
        self.asked.append(wanted)
        found = [await self.one(principal, one) for one in self.log.known]
        visible = [row for row in found if row is not None]
        return sorted(visible, key=lambda row: (-row.state.potential, row.follow_up_id))[: wanted.limit]

    async def recorded_number(self, follow_up_id: str) -> int:
        """See the port."""
        known = self.log.known.get(follow_up_id)
        return 0 if known is None else known.state.number

    async def facts_page(self, wanted: FactsPage) -> Facts:
        """See the port; events are the real one's."""
        return Facts(facts=(), last_seq=wanted.after_seq, complete=True)


@dataclass(slots=True)
class FakeRights:
    """Who holds rights at this moment, by user id."""

    people: dict[str, Principal] = field(default_factory=dict)

    async def principal(self, user_id: str) -> Principal | None:
        """See the port."""
        return self.people.get(user_id)
