"""How events and questions are shaped on the wire: one base model each, CloudEvents 1.0 around an event."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, ClassVar, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

Euros = Annotated[
    Decimal,
    Field(max_digits=18, decimal_places=2, allow_inf_nan=False),
    PlainSerializer(lambda amount: f"{amount:.2f}", return_type=str, when_used="json"),
]
"""An amount in euros, exact to the cent, a string with two decimals in JSON."""


class Incoming(BaseModel):
    """What comes from outside and must be exactly as documented: an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Event(BaseModel):
    """The data of one event. Producers may add fields, so consumers ignore what they do not know."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    type: ClassVar[str]
    """`campaigns.<owner>.<fact>.v1`; also the start of its NATS subject."""

    @property
    def subject(self) -> str:
        """The NATS subject it is published on: the type, then its key."""
        return f"{self.type}.{self.key}"

    @property
    def key(self) -> str:
        """What it is about: the last token of the subject."""
        raise TypeError(type(self))

    @property
    def event_id(self) -> str:
        """The id under which it is published, the same however often it is published."""
        raise TypeError(type(self))


E = TypeVar("E", bound=Event)


class CloudEvent(BaseModel, Generic[E]):
    """The CloudEvents 1.0 attributes around an event's data."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    specversion: Literal["1.0"] = "1.0"
    id: str
    source: str
    type: str
    subject: str
    time: datetime
    data: E

    @classmethod
    def of(cls, event: E, *, source: str, time: datetime | None = None) -> Self:
        """The envelope of an event that service `source` publishes."""
        return cls(
            id=event.event_id,
            source=f"jalon/{source}",
            type=event.type,
            subject=event.key,
            time=time or datetime.now(UTC),
            data=event,
        )


class Question(BaseModel):
    """A question one service asks another by request/reply; `subject` is `questions.<owner>.<question>.v1`."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    subject: ClassVar[str]


class Answer(BaseModel):
    """The answer to a question."""

    model_config = ConfigDict(extra="ignore", frozen=True)
