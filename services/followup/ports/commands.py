"""Commands, their verdicts, and the log that keeps both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from shared.contracts.followup import Door
from shared.contracts.workflow import NumberedFact
from shared.rulebook.access import Principal
from shared.rulebook.commands import Circumstances, Command
from shared.rulebook.follow_up import FollowUp
from shared.rulebook.steps import Plan


@dataclass(frozen=True, slots=True)
class NewCommand:
    """A command as it came in, before it is written down. `principal` is checked for reach; None for our own doors."""

    command_id: str
    source: str
    """Who gives the ids: `user:<id>`, `crm`, `job:<id>`; (source, source_id) is unique."""
    source_id: str
    content: str
    """A hash of what the sender said: the same id with other content is refused by name."""
    follow_up_id: str
    command: Command
    door: Door
    actor: str
    occurred_at: datetime
    received_at: datetime
    note: str | None = None
    details: dict[str, Any] | None = None
    """What is said of the interaction, as it is kept; it never reaches the engine."""
    park_until: datetime | None = None
    """Until when it may be parked if it is merely early; None when it is refused at once."""
    principal: Principal | None = None
    named: Mapping[str, str] | None = None
    """The sender's own references, told back while nobody knows the follow-up that they name."""


@dataclass(frozen=True, slots=True)
class Leased:
    """A command that this process alone may send until the lease ends, and what is known of its follow-up."""

    command_id: str
    source_id: str
    command: Command
    circumstances: Circumstances
    door: Door
    occurred_at: datetime
    received_at: datetime
    park_until: datetime | None
    leased_until: datetime
    follow_up: "Known"
    attempt: int = 1
    """How often it was leased, this time included."""
    note: str | None = None
    details: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the database knows of a follow-up: its state after the last recorded fact, and what its execution knows."""

    follow_up_id: str
    campaign_id: str
    client_id: str
    state: FollowUp
    known_version: int
    started: bool
    plan: Plan


VerdictKind = Literal["applied", "refused", "parked", "pending"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a command. `number` is its fact; `code` and `data` say why it was refused or is parked."""

    command_id: str
    source_id: str
    kind: VerdictKind
    follow_up_id: str | None = None
    number: int | None = None
    code: str | None = None
    data: dict[str, Any] | None = None
    repeated: bool = False
    """The same id and content had been received before."""
    after: Known | None = None
    """The follow-up as this verdict left it; only where the verdict was reached just now."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a send came to: facts to record, or a refusal, or neither when nothing sure can be said."""

    leased: Leased
    facts: tuple[NumberedFact, ...] = ()
    refused: str | None = None
    data: dict[str, Any] | None = None

    @property
    def unclear(self) -> bool:
        """The verdict stays open, and the same id is sent again once the lease is over."""
        return not self.facts and self.refused is None


@dataclass(frozen=True, slots=True)
class Recorded:
    """The verdicts that were settled, the next command to send, and what is known of the follow-up now."""

    verdicts: tuple[Verdict, ...]
    following: Leased | None
    after: Known


@dataclass(frozen=True, slots=True)
class KeptSignal:
    """A signal that asks for no command: kept refused, with what came and why. `follow_up_id` where it is known."""

    follow_up_id: str | None
    signal_key: str
    name: str
    payload: str
    code: str
    data: dict[str, Any]
    received_at: datetime
    door: Door = "direct"


Admission = Leased | Verdict | Exception
"""A lease to send it now, the verdict (an earlier one, or pending), or the error the caller gets."""


class CommandLog(Protocol):
    """Rules 1, 2, 6 and 10 of the write path."""

    async def admit(self, commands: Sequence[NewCommand]) -> Sequence[Admission]:
        """Write the commands down and lease those whose turn it is, all in one transaction."""

    async def record(self, outcomes: Sequence[Outcome]) -> Sequence[Recorded]:
        """Write facts, read model, outbox and verdicts in one transaction; each fact and each verdict once."""

    async def claim_due(self, limit: int) -> Sequence[Leased]:
        """Lease undecided commands whose lease is over and whose turn it is."""

    async def expire_parked(self) -> Sequence[Verdict]:
        """Refuse parked commands whose time is over."""

    async def keep(self, signals: Sequence[KeptSignal]) -> None:
        """Keep what could not be read, refused; the same signal twice is kept once."""

    async def verdicts(self, source: str, source_ids: Sequence[str]) -> Sequence[Verdict]:
        """The verdicts of commands of a source, those known, in any order."""

    async def verdict(self, command_id: str) -> Verdict | None:
        """The verdict of one command."""
