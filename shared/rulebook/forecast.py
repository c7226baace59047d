"""What a campaign will probably have collected on its last day, by its own rates and times (docs/domain.md, Forecast).

Each client is at a *place*: how far the furthest completed step reaches. Day after day a client stays there, goes on to
a further place, or concludes, with success or without: outcomes that exclude each other, cut off at the last day. How
often each happens per day is counted in this campaign: what happened ÷ the days on which it could have happened, which
is the maximum likelihood of a Markov chain with clients who are still open counted as far as they were seen (Anderson
and Goodman, Annals of Mathematical Statistics 28, 1957). Clients weigh as much as their potential, since euros are
forecast, but at most twice the mean, so that no rate hangs on one client; those without potential weigh the same, and
are counted apart.

The spread has three parts: which clients will succeed and for how much; how well few observations tell the rates (the
robust variance of a ratio, by the delta method); how well they tell what a success brings (Cochran, Sampling
Techniques, 1977, 6.3). The interval is that of a gamma distribution with this mean and spread, since a sum of a few
amounts is never negative and leans to the right (Wilson and Hilferty, PNAS 17, 1931).

Figures here are estimates: floating point within, cents at the end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import ceil, sqrt
from statistics import NormalDist

from shared.rulebook.chances import Chain, Spell, Waiting, chain_of

__all__ = ["Forecast", "Knowledge", "Spell", "Success", "Waiting", "contacts_needed", "forecast", "too_little"]

LEAST_CONCLUSIONS = 30
LEAST_SUCCESSES = 10
"""Below these floors nothing is forecast."""
HEAVIEST = 2
"""How many times the mean potential a client weighs at most where rates are counted."""
LEVEL = 80
"""Of a hundred intervals, how many hold what is then collected."""
_CENT = Decimal("0.01")
_Z = NormalDist().inv_cdf(0.5 + LEVEL / 200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Success:
    """Sums over the successes of clients with potential, here their weight, or of those without, who weigh 1 each."""

    number: int = 0
    amount: float = 0.0
    weight: float = 0.0
    amount_squared: float = 0.0
    weight_squared: float = 0.0
    amount_by_weight: float = 0.0

    @property
    def ratio(self) -> float:
        """Euros collected per euro of potential, or per client without potential."""
        return self.amount / self.weight if self.weight else 0.0

    @property
    def ratio_variance(self) -> float:
        """How far off the ratio may be."""
        if self.number < 2:  # noqa: PLR2004  from one amount no spread is known
            return self.ratio**2
        residuals = self.amount_squared - 2 * self.ratio * self.amount_by_weight + self.ratio**2 * self.weight_squared
        return max(0.0, residuals) / self.weight**2 * self.number / (self.number - 1)

    @property
    def square_ratio(self) -> float:
        """The mean square of an amount per square of its weight."""
        return self.amount_squared / self.weight_squared if self.weight_squared else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """What is known of one kind of clients: those with potential, or those without.

    `scale` is how many times more weight is open than `waiting` holds, where a sample was read.
    """

    spells: Sequence[Spell] = ()
    waiting: Sequence[Waiting] = ()
    success: Success = Success()
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Forecast:
    """Euros on the last day, what is collected included; `low` to `high` holds the truth in `LEVEL` of 100 cases.

    `chances` says by place how probably a client with potential who is there today succeeds by the last day.
    """

    expected: Decimal
    low: Decimal
    high: Decimal
    chances: Mapping[int, float]


def too_little(conclusions: int, successes: int) -> bool:
    """Whether there are too few observations to say anything."""
    return conclusions < LEAST_CONCLUSIONS or successes < LEAST_SUCCESSES


def forecast(collected: Decimal, days_left: int, kinds: Sequence[Knowledge]) -> Forecast:
    """What is collected plus what the open clients will bring in the days left, today excluded.

    `kinds` begins with the clients with potential.
    """
    mean = variance = 0.0
    chances: Mapping[int, float] = {}
    for number, known in enumerate(kinds):
        chain = chain_of(known.spells)
        more, spread = _to_come(chain, known)
        mean, variance = mean + more, variance + spread
        if number == 0:
            chances = chain.chances({client.place for client in known.waiting}, days_left)
    low, high = _interval(mean, variance, _quantile(kinds))
    expected, least, most = (collected + _euros(amount) for amount in (mean, low, high))
    return Forecast(expected, least, most, chances)


def contacts_needed(remaining: Decimal, collected: Decimal, contacts: int) -> int | None:
    """How many more contacts bring what remains to the target, at the euros that a contact has brought so far.

    Rounded up; None while contacts have brought nothing. 250,000 € remain, 400 contacts brought 100,000 €: 1,000.
    """
    if collected <= 0 or contacts == 0:
        return None
    return ceil(Fraction(remaining) * contacts / Fraction(collected))


def _to_come(chain: Chain, known: Knowledge) -> tuple[float, float]:
    """The mean and the variance of what these clients bring."""
    ratio, square = known.success.ratio, known.success.square_ratio
    outlook = chain.outlook(known.waiting)
    chance_part = square * outlook.chance_of_squares - ratio**2 * outlook.squared_chance_of_squares
    rate_part = ratio**2 * outlook.rate_variance
    ratio_part = outlook.succeeding**2 * known.success.ratio_variance
    # Chance acts on each client alone, wrong rates on all of them alike.
    variance = max(0.0, chance_part) * known.scale + (rate_part + ratio_part) * known.scale**2
    return ratio * outlook.succeeding * known.scale, variance


def _quantile(kinds: Sequence[Knowledge]) -> float:
    """Student's t where the amounts of few successes carry the whole, by its first expansion (Fisher, 1925)."""
    squared = sum(known.success.amount_squared for known in kinds)
    effective = sum(known.success.amount for known in kinds) ** 2 / squared if squared else 0.0
    return _Z + (_Z**3 + _Z) / (4 * max(effective - 1, 1.0))


def _interval(mean: float, variance: float, quantile: float) -> tuple[float, float]:
    """The middle `LEVEL` per cent of a gamma distribution, by Wilson and Hilferty's approximation."""
    if mean <= 0 or variance <= 0:
        return mean, mean
    shape = mean**2 / variance
    low, high = (mean * max(0.0, 1 - 1 / (9 * shape) + z / (3 * sqrt(shape))) ** 3 for z in (-quantile, quantile))
    return low, high


def _euros(amount: float) -> Decimal:
    return Decimal(amount).quantize(_CENT, ROUND_HALF_UP)
