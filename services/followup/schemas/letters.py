"""The shapes of e-mails that are sent from here."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from services.followup.ports import LetterState, SentLetter
from services.followup.ports.letters import NotSent
from services.followup.schemas.fields import Note, StepId
from shared.contracts.wire import Incoming

_ADDRESS = re.compile(r"[^\s<>:,;\"']+@[^\s<>:,;\"']+")
_Subject = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f\x7f]*$")]


class LetterIn(Incoming):
    """An e-mail to the client: of a step, or unplanned. The text is as it is sent, its fields filled in."""

    step_id: StepId | None = None
    subject: _Subject
    body: Annotated[Note, Field(min_length=1)]


class LetterStateOut(BaseModel):
    """Where an e-mail is. `problem` is the mail server's last answer, while it is tried again or once it failed."""

    letter_id: str
    step_id: str | None
    recipient: str
    subject: str
    state: LetterState
    attempts: int
    problem: str | None
    actor: str
    asked_at: AwareDatetime
    settled_at: AwareDatetime | None

    @classmethod
    def of(cls, letter: SentLetter) -> Self:
        """The letter as shown."""
        return cls(**{name: getattr(letter, name) for name in cls.model_fields})


class LettersQuery(Incoming):
    """Which e-mails to list: those on their way and those that failed, unless it says otherwise."""

    state: Literal["WAITING", "FAILED"] | None = None
    after: Annotated[str | None, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")] = None
    """`next` of the page before."""
    limit: Annotated[int, Field(ge=1, le=200)] = 50

    def wanted(self) -> NotSent:
        """As the store knows it."""
        return NotSent(state=self.state and LetterState(self.state), after=self.after, limit=self.limit)


class LetterNotSentOut(BaseModel):
    """An e-mail as operators see it: no name, no text, and no address in what the mail server answered."""

    letter_id: str
    follow_up_id: str
    step_id: str | None
    state: LetterState
    attempts: int
    problem: str | None
    asked_at: AwareDatetime
    settled_at: AwareDatetime | None

    @classmethod
    def of(cls, letter: SentLetter) -> Self:
        """The letter as shown."""
        shown = {name: getattr(letter, name) for name in cls.model_fields}
        return cls(**shown | {"problem": letter.problem and _ADDRESS.sub("…@…", letter.problem)})


class LettersNotSent(BaseModel):
    """A page, the latest first, and how many there are in all; `next` is what `after` has to be for the next page."""

    items: list[LetterNotSentOut]
    next: str | None
    waiting: int
    failed: int

    @classmethod
    def of(cls, letters: list[SentLetter], counts: Mapping[LetterState, int], limit: int) -> Self:
        """As answered."""
        return cls(
            items=[LetterNotSentOut.of(one) for one in letters],
            next=letters[-1].letter_id if len(letters) == limit else None,
            waiting=counts[LetterState.WAITING],
            failed=counts[LetterState.FAILED],
        )


class LettersOut(BaseModel):
    """The latest e-mails of a follow-up, the last one first."""

    items: list[LetterStateOut]
