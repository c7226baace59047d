"""What a letter's workflow asks of the follow-up service."""

from typing import ClassVar

from shared.contracts.wire import Answer, Question


class DeliverLetter(Question):
    """Send the letter and record it, unless it is settled; the `last` time it is settled in any case.

    A letter that was sent again since is in the hands of a later `sending`: this one has nothing to do.
    """

    subject: ClassVar[str] = "questions.followup.deliver_letter.v1"

    letter_id: str
    last: bool = False
    sending: int = 1


class LetterDelivered(Answer):
    """Whether it is settled: sent and recorded, or failed for good; else it is to be tried again."""

    settled: bool
