"""E-mails to clients: written by a person, sent by an execution of their own, recorded once they are sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Letter:
    """The text of an e-mail; `unfilled` are the fields of its template that could not be filled."""

    subject: str
    body: str
    unfilled: tuple[str, ...] = ()


class LetterState(StrEnum):
    """Where a letter is: on its way, accepted by the mail server, or refused for good."""

    WAITING = "WAITING"
    SENT = "SENT"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where a letter of a follow-up goes, and from whom: None for what the directory does not know."""

    client_email: str | None
    advisor_email: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentLetter:
    """A letter that somebody asked to be sent, of a step or (None) unplanned."""

    letter_id: str
    source: str
    source_id: str
    content: str
    """A hash of what was asked: the same id with other content is refused by name."""
    follow_up_id: str
    step_id: str | None
    recipient: str
    reply_to: str | None
    sender_name: str
    subject: str
    body: str
    actor: str
    asked_at: datetime
    state: LetterState = LetterState.WAITING
    attempts: int = 0
    problem: str | None = None
    settled_at: datetime | None = None
    sending: int = 1
    """How often it was sent off: once, and once more each time that operators had it sent again."""
    again_by: str | None = None
    again_at: datetime | None = None
    """Who had it sent again, the last time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSent:
    """Which e-mails operators look at; `after` is the id of the last one of the page before."""

    state: LetterState | None = None
    after: str | None = None
    limit: int = 50


class Letters(Protocol):
    """The letters of all follow-ups; reach is checked by who asks."""

    async def addresses(self, follow_up_id: str) -> Addresses:
        """Of the client, and of whoever advises the client now."""

    async def asked_before(self, source: str, source_id: str) -> SentLetter | None:
        """The letter kept under that source and id."""

    async def keep(self, letter: SentLetter) -> SentLetter:
        """The letter, or the one kept before under the same source and id."""

    async def one(self, letter_id: str) -> SentLetter | None:
        """The letter, or None when there is none."""

    async def of_follow_up(self, follow_up_id: str, limit: int) -> Sequence[SentLetter]:
        """The latest ones first."""

    async def not_sent(self, wanted: NotSent) -> Sequence[SentLetter]:
        """Those of all follow-ups that are on their way or failed, the latest first."""

    async def counts(self) -> Mapping[LetterState, int]:
        """How many are on their way and how many failed."""

    async def settle(self, letter: SentLetter, state: LetterState, problem: str | None, at: datetime) -> None:
        """What became of a letter that is WAITING in this sending; nothing else changes."""

    async def tried(self, letter: SentLetter, problem: str) -> None:
        """One more attempt of this sending came to nothing."""

    async def send_again(self, letter: SentLetter, recipient: str, *, by: str, at: datetime) -> None:
        """A FAILED letter is WAITING again, in its next sending; of two who ask at once one does it."""

    async def not_started(self, limit: int) -> Sequence[tuple[str, int]]:
        """Letters whose execution was never started, each with its sending."""

    async def mark_started(self, started: Sequence[tuple[str, int]]) -> None:
        """The executions of these sendings run."""


class LetterEngine(Protocol):
    """Where letters are sent from."""

    async def start_letter(self, letter_id: str, sending: int) -> bool:
        """Start the execution of a sending, once however often it is asked; False when the engine does not answer."""
