"""The parts that several answers share."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from pydantic import BaseModel, ConfigDict, PlainSerializer, WithJsonSchema

from services.reporting.ports.reading import Axis
from shared.rulebook.indicators import Number, Rate, two_decimals

Euros = Annotated[
    Decimal,
    PlainSerializer(lambda amount: f"{amount:.2f}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^-?\d+\.\d{2}$"}),
]


class Out(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(frozen=True)


class RateOut(Out):
    """A rate in per cent with two decimals, null without a denominator; euros and prorated euros to the cent."""

    numerator: str
    denominator: str
    percent: str | None

    @classmethod
    def of(cls, rate: Rate) -> "RateOut":
        """The rate with its terms."""
        return cls(numerator=_term(rate.numerator), denominator=_term(rate.denominator), percent=rate.percent)


class ReadOut(Out):
    """What every answer says about itself."""

    as_of: date
    axis: Axis
    """What *as of* means: recorded by that day, or known today to have happened by then; alike for today."""
    versions: dict[str, int]
    """The definition version that the figures of each campaign follow, by campaign."""
    complete: bool
    """False when the fact waited for had not been counted within a second."""


def _term(number: Number) -> str:
    if isinstance(number, Fraction):
        return str(two_decimals(number))
    return f"{number:.2f}" if isinstance(number, Decimal) else str(number)
