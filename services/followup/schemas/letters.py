"""The shapes of e-mails that are sent from here."""

from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from services.followup.ports import LetterState, SentLetter
from services.followup.schemas.fields import Note, StepId
from shared.contracts.wire import Incoming

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


class LettersOut(BaseModel):
    """The latest e-mails of a follow-up, the last one first."""

    items: list[LetterStateOut]
