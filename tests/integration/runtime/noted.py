"""An event and a question of these tests alone."""

from typing import ClassVar

from shared.contracts.wire import Answer, Event, Question


class Noted(Event):
    type: ClassVar[str] = "campaigns.campaign.noted.v1"

    topic: str
    number: int

    @property
    def key(self) -> str:
        return self.topic

    @property
    def event_id(self) -> str:
        return f"{self.topic}/{self.number}"


class Double(Question):
    subject: ClassVar[str] = "questions.campaign.double.v1"

    number: int


class Doubled(Answer):
    number: int
