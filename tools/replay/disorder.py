"""Signals as a sender sends them who repeats everything and keeps no order: the figures must be the same."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tools.replay.plan import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Disorder:
    """What is done to the signals; `seed` makes one shuffle as good as the last."""

    twice: bool = False
    shuffled: bool = False
    seed: int = 1

    def of(self, clients: Iterable[Sequence[Json]]) -> Iterator[Sequence[Json]]:
        """What is to be sent: a client's signals together, or each for itself when all are shuffled."""
        repeated = ([*signals, *signals] if self.twice else signals for signals in clients)
        if not self.shuffled:
            yield from repeated
            return
        alone = [[signal] for signals in repeated for signal in signals]
        random.Random(self.seed).shuffle(alone)  # noqa: S311  an order, not a secret
        yield from alone
