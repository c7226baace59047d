"""How clients go from place to place, day by day, and how many succeed in time (docs/domain.md, Forecast)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

SUCCESS, OTHER, STILL = -1, -2, -3
"""Where a stay may end beside further places: concluded with success, concluded without, open still."""
_FEWEST = 1.5
_FURTHEST = 1_100
"""Days: nobody forecasts further than three years, and no answer shall take long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """Sums over stays at a place that ended alike, a client weighing `w` and staying `d` days, each a trial.

    `to` is the further place, or SUCCESS, OTHER or STILL. A stay begins on the day after the place was reached, or on
    the entry date, and ends with the day on which something happened: it lasts a day or more.
    """

    place: int
    to: int
    weight_days: float
    """Σ w·d"""
    weight: float
    """Σ w"""
    squared: float
    """Σ w²"""
    squared_days: float
    """Σ w²·d"""
    squared_days_squared: float
    """Σ w²·d²"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Open clients at one place who have so many days left, those on which they are not WAITING."""

    place: int
    days: int
    weight: float
    squared: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What becomes of the open clients."""

    succeeding: float
    """Σ w·p: the weight that will probably succeed."""
    chance_of_squares: float
    """Σ w²·p"""
    squared_chance_of_squares: float
    """Σ w²·p²"""
    rate_variance: float
    """The variance of `succeeding` for what is not known of the rates."""


@dataclass(slots=True)
class _Place:
    """What was seen of one place: how often each end came, per day of weight."""

    days: float = 0.0
    squared_days_squared: float = 0.0
    ends: dict[int, tuple[float, float, float]] = field(default_factory=lambda: defaultdict(lambda: (0.0, 0.0, 0.0)))
    """By end: Σ w, Σ w², Σ w²·d."""

    def add(self, spell: Spell, to: int) -> None:
        """Count the stays of one kind."""
        self.days += spell.weight_days
        self.squared_days_squared += spell.squared_days_squared
        if to != STILL:
            weight, squared, squared_days = self.ends[to]
            more = (weight + spell.weight, squared + spell.squared, squared_days + spell.squared_days)
            self.ends[to] = more

    def rates(self) -> dict[int, float]:
        """By end, its probability per day."""
        return {to: weight / self.days for to, (weight, _, _) in self.ends.items()} if self.days else {}

    def variance(self, gradient: Mapping[int, float]) -> float:
        """Of the sum of gradient times rate: the squared residuals of each stay, summed (a robust variance)."""
        if not self.days:
            return 0.0
        drift = sum(gradient[to] * rate for to, rate in self.rates().items())
        own = sum(gradient[to] ** 2 * squared for to, (_, squared, _) in self.ends.items())
        mixed = sum(gradient[to] * squared_days for to, (_, _, squared_days) in self.ends.items())
        squares = max(0.0, own - 2 * drift * mixed + drift**2 * self.squared_days_squared)
        return squares / self.days**2 * self._few

    @property
    def _few(self) -> float:
        """n/(n − 1) of the effective number of ends, (Σw)²/Σw² (Kish, Survey Sampling, 1965): a few tell less."""
        squared = sum(squared for _, squared, _ in self.ends.values())
        number = sum(weight for weight, _, _ in self.ends.values()) ** 2 / squared if squared else 0.0
        return number / (number - 1) if number > _FEWEST else _FEWEST / (_FEWEST - 1)


@dataclass(frozen=True, slots=True)
class Chain:
    """The rates of each place; a place where nobody was seen yet takes those of all places together."""

    places: Mapping[int, _Place]
    anywhere: _Place

    def chances(self, places: Collection[int], days: int) -> dict[int, float]:
        """By place, how probably who is there now succeeds within so many days."""
        last = self._values(places, days)[-1]
        return {place: last[place] for place in sorted(places)}

    def outlook(self, waiting: Sequence[Waiting]) -> Outlook:
        """What becomes of these clients by the last day, which is the same for all of them."""
        days = max((client.days for client in waiting), default=0)
        values = self._values({client.place for client in waiting}, days)
        chance = [values[min(client.days, len(values) - 1)][client.place] for client in waiting]
        return Outlook(
            succeeding=sum(client.weight * p for client, p in zip(waiting, chance, strict=True)),
            chance_of_squares=sum(client.squared * p for client, p in zip(waiting, chance, strict=True)),
            squared_chance_of_squares=sum(client.squared * p * p for client, p in zip(waiting, chance, strict=True)),
            rate_variance=self._rate_variance(waiting, values),
        )

    def _at(self, place: int) -> _Place:
        found = self.places.get(place)
        return found if found is not None and found.days else self.anywhere

    def _values(self, places: Iterable[int], days: int) -> list[dict[int, float]]:
        """By number of days left and place, the probability of success: what may happen today, then the days after."""
        known = {*places, *self.places}
        rates = {place: self._at(place).rates() for place in known}
        values = [dict.fromkeys(known, 0.0)]
        for _ in range(min(days, _FURTHEST)):
            before = values[-1]
            now = {}
            for place, ends in rates.items():
                stays = 1.0 - sum(ends.values())
                goes_on = sum(rate * _value(to, before) for to, rate in ends.items())
                now[place] = stays * before[place] + goes_on
            values.append(now)
        return values

    def _rate_variance(self, waiting: Sequence[Waiting], values: Sequence[Mapping[int, float]]) -> float:
        """The delta method: how the weight that succeeds moves with each rate, times how well the rate is known.

        More of an end by a little, at a place and on a day, moves the weight that is there from staying to that end.
        """
        arriving: defaultdict[int, defaultdict[int, float]] = defaultdict(lambda: defaultdict(float))
        for client in waiting:
            arriving[min(client.days, len(values) - 1)][client.place] += client.weight
        gradient: defaultdict[int, defaultdict[int, float]] = defaultdict(lambda: defaultdict(float))
        there: dict[int, float] = {}
        for left in range(len(values) - 1, 0, -1):
            for place, weight in arriving[left].items():
                there[place] = there.get(place, 0.0) + weight
            there = self._a_day(there, values[left - 1], gradient)
        anywhere: defaultdict[int, float] = defaultdict(float)
        found = 0.0
        for place, by_end in gradient.items():
            if self._at(place) is self.anywhere:
                for to, slope in by_end.items():
                    anywhere[to] += slope
            else:
                found += self._at(place).variance(by_end)
        return found + self.anywhere.variance(anywhere)

    def _a_day(
        self, there: Mapping[int, float], after: Mapping[int, float], gradient: Mapping[int, defaultdict[int, float]]
    ) -> dict[int, float]:
        """Where the weight is after a day; on the way, what a little more of each end would have changed."""
        then: defaultdict[int, float] = defaultdict(float)
        for place, weight in there.items():
            stays = weight
            for to, rate in self._at(place).rates().items():
                gradient[place][to] += weight * (_value(to, after) - after[place])
                stays -= weight * rate
                if to >= 0:
                    then[to] += weight * rate
            then[place] += stays
        return dict(then)


def chain_of(spells: Iterable[Spell]) -> Chain:
    """The rates that these stays tell."""
    places: defaultdict[int, _Place] = defaultdict(_Place)
    anywhere = _Place()
    for spell in spells:
        places[spell.place].add(spell, spell.to)
        anywhere.add(spell, spell.to if spell.to < 0 else STILL)
        if spell.to >= 0:
            places[spell.to]  # known, though nobody may have stayed there for a day yet
    return Chain(dict(places), anywhere)


def _value(to: int, values: Mapping[int, float]) -> float:
    return 1.0 if to == SUCCESS else 0.0 if to == OTHER else values[to]
