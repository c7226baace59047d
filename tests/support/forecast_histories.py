"""Made-up campaigns for forecasts: each client's life, what was known of it on a day, and sums counted one by one."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from shared.rulebook.chances import OTHER, STILL, SUCCESS, Spell, Waiting
from shared.rulebook.forecast import HEAVIEST, Knowledge, Success, forecast, too_little


@dataclass(frozen=True, slots=True)
class Life:
    """One client: days are numbers, `steps` the places reached, each with its day, in any order."""

    entry: int
    potential: float
    steps: tuple[tuple[int, int], ...] = ()
    ends: int | None = None
    success: bool = False
    amount: float = 0.0


def collected(lives: Iterable[Life], by: int) -> float:
    """What was collected by the end of a day."""
    return sum(life.amount for life in lives if life.success and life.ends is not None and life.ends <= by)


def conclusions(lives: Iterable[Life], by: int) -> tuple[int, int]:
    """How many had concluded by the end of a day, and how many of them with success."""
    over = [life for life in lives if life.ends is not None and life.ends <= by]
    return len(over), sum(life.success for life in over)


def known(lives: Sequence[Life], today: int, last: int) -> list[Knowledge]:
    """What a forecast of `today` may know: clients with potential, then those without."""
    rich = [life for life in lives if life.potential > 0]
    poor = [life for life in lives if life.potential <= 0]
    return [_knowledge(rich, today, last), _knowledge(poor, today, last)]


def _knowledge(lives: Sequence[Life], today: int, last: int) -> Knowledge:
    spells: defaultdict[tuple[int, int], list[tuple[float, int]]] = defaultdict(list)
    waiting: defaultdict[tuple[int, int], list[float]] = defaultdict(list)
    won: list[tuple[float, float]] = []
    heaviest = HEAVIEST * sum(life.potential for life in lives) / len(lives) if lives else 0.0
    for life in lives:
        whole = life.potential if life.potential > 0 else 1.0
        weight = min(whole, heaviest) if life.potential > 0 else 1.0
        place, since = 0, life.entry - 1
        ends = life.ends if life.ends is not None and life.ends <= today else None
        for reached, day in _further(life, today if ends is None else ends - 1):
            spells[place, reached].append((weight, day - since))
            place, since = reached, day
        if ends is not None:
            spells[place, SUCCESS if life.success else OTHER].append((weight, ends - since))
            if life.success:
                won.append((life.amount, whole))
        else:
            if today > since:
                spells[place, STILL].append((weight, today - since))
            waiting[place, last - max(today, life.entry - 1)].append(whole)
    return Knowledge(
        spells=[_spell(place, to, stays) for (place, to), stays in sorted(spells.items())],
        waiting=[
            Waiting(place=place, days=days, weight=sum(weights), squared=sum(w * w for w in weights))
            for (place, days), weights in sorted(waiting.items())
        ],
        success=Success(
            number=len(won),
            amount=sum(a for a, _ in won),
            weight=sum(w for _, w in won),
            amount_squared=sum(a * a for a, _ in won),
            weight_squared=sum(w * w for _, w in won),
            amount_by_weight=sum(a * w for a, w in won),
        ),
    )


def _further(life: Life, by: int) -> list[tuple[int, int]]:
    """Each place that reached further than all before, with its day; of one day, the furthest."""
    found: list[tuple[int, int]] = []
    furthest = 0
    for day in sorted({max(day, life.entry) for _, day in life.steps}):
        place = max(place for place, on in life.steps if max(on, life.entry) == day)
        if day <= by and place > furthest:
            furthest = place
            found.append((place, day))
    return found


def _spell(place: int, to: int, stays: Sequence[tuple[float, int]]) -> Spell:
    return Spell(
        place=place,
        to=to,
        weight=sum(w for w, _ in stays),
        weight_days=sum(w * d for w, d in stays),
        squared=sum(w * w for w, _ in stays),
        squared_days=sum(w * w * d for w, d in stays),
        squared_days_squared=sum(w * w * d * d for w, d in stays),
    )


RATES = ((0.05, 0.002, 0.004), (0.06, 0.01, 0.01), (0.05, 0.05, 0.03))
"""By place: how often per day a client goes on, concludes with success, and without."""
FAVOURED = 9_000.0
"""The potential above which success may be likelier."""


def a_campaign(
    random: Random, clients: int, last: int, *, favour: float = 1.0, spread: float = 1.0, free: Collection[int] = ()
) -> list[Life]:
    """Clients who go by known rates; those of a high potential succeed `favour` times as often.

    On `free` days of the week, counted from the first day, nothing happens, and the more on the others.
    """
    return [_a_life(random, last, favour, spread, free) for _ in range(clients)]


def _a_life(random: Random, last: int, favour: float, spread: float, free: Collection[int]) -> Life:
    potential = 0.0 if random.random() < 0.1 else round(random.lognormvariate(9, spread), 2)
    entry = random.randrange(40)
    steps: list[tuple[int, int]] = []
    busier = 7 / (7 - len(free))
    for day in (day for day in range(entry, last + 1) if day % 7 not in free):
        goes_on, succeeds, fails = (busier * rate for rate in RATES[len(steps)])
        succeeds *= favour if potential > FAVOURED else 1.0
        drawn = random.random()
        if drawn < succeeds:
            amount = potential * random.betavariate(4, 2) if potential else random.uniform(100, 900)
            return Life(entry, potential, tuple(steps), day, success=True, amount=round(amount, 2))
        if drawn < succeeds + fails:
            return Life(entry, potential, tuple(steps), day)
        if drawn < succeeds + fails + goes_on and len(steps) < len(RATES) - 1:
            steps.append((len(steps) + 1, day))
    return Life(entry, potential, tuple(steps))


@dataclass(slots=True)
class Coverage:
    """How often the truth lay within the interval, below it and above it, and how far off the mean was in all."""

    inside: int = 0
    below: int = 0
    above: int = 0
    silent: int = 0
    error: float = 0.0
    came: float = 0.0

    def add(self, lives: Sequence[Life], today: int, last: int) -> None:
        """Forecast on a day, and look at the last one."""
        if too_little(*conclusions(lives, today)):
            self.silent += 1
            return
        held, truth = collected(lives, today), collected(lives, last)
        said = forecast(Decimal(round(held, 2)), last - today, known(lives, today, last))
        self.below += truth < float(said.low) - 0.01
        self.above += truth > float(said.high) + 0.01
        self.inside += float(said.low) - 0.01 <= truth <= float(said.high) + 0.01
        self.error += float(said.expected) - truth
        self.came += truth - held

    @property
    def share(self) -> float:
        """The part of the intervals that held the truth."""
        return self.inside / (self.inside + self.below + self.above)

    @property
    def bias(self) -> float:
        """The mean error, per euro that came."""
        return self.error / self.came
