"""What all rounds say together, for people and as one object."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from tools.bench.measures import Medians, Round
from tools.bench.saving import Saving

_WORTH_TELLING = 0.05
"""Milliseconds of processor time per step."""


@dataclass(slots=True)
class Found:
    """The rounds of one side."""

    enrolment: list[Round] = field(default_factory=list)
    loaded: list[Round] = field(default_factory=list)
    alone: list[Round] = field(default_factory=list)
    per_step: list[tuple[float, float, float]] = field(default_factory=list)
    """Events, state transitions and bytes in the engine."""
    processor: list[dict[str, float]] = field(default_factory=list)
    """Milliseconds per step, by program."""

    def last(self) -> str:
        """The last round on one line."""
        enrolled, loaded, alone = self.enrolment[-1], self.loaded[-1], self.alone[-1]
        return (
            f"starts {enrolled.rate:6.1f}/s"
            f"  steps {loaded.rate:6.1f}/s p50 {loaded.p50:6.1f} ms p99 {loaded.p99:6.1f} ms"
            f"  alone p50 {alone.p50:5.1f} ms p99 {alone.p99:5.1f} ms"
        )

    def engine_cost(self) -> tuple[float, float, float]:
        """Median events, state transitions and bytes of a step."""
        events, transitions, size = zip(*self.per_step, strict=True)
        return statistics.median(events), statistics.median(transitions), statistics.median(size)

    def processor_cost(self) -> dict[str, float]:
        """Median milliseconds of each program, the largest first."""
        programs = {program for one in self.processor for program in one}
        spent = {name: statistics.median(one.get(name, 0) for one in self.processor) for name in programs}
        told = {name: round(each, 2) for name, each in spent.items() if each >= _WORTH_TELLING}
        return dict(sorted(told.items(), key=lambda item: -item[1]))


def object_of(bare: Found, product: Found, settled: Sequence[float]) -> dict[str, object]:
    """The figures. Each ratio is the median of the ratios of rounds that ran one after the other."""
    events, transitions, size = product.engine_cost()
    sides = {"bare": bare, "product": product}
    return {
        "step_ratio": _ratio([(p.rate, b.rate) for p, b in zip(product.loaded, bare.loaded, strict=True)]),
        "step_p50_ratio": _ratio([(p.p50, b.p50) for p, b in zip(product.alone, bare.alone, strict=True)]),
        "enrol_ratio": _ratio([(p.rate, b.rate) for p, b in zip(product.enrolment, bare.enrolment, strict=True)]),
        "events_per_step": round(events, 2),
        "transitions_per_step": round(transitions, 2),
        "bytes_per_step": round(size),
        "steps_per_second": {side: round(Medians.of(found.loaded).rate, 1) for side, found in sides.items()},
        "starts_per_second": {side: round(Medians.of(found.enrolment).rate, 1) for side, found in sides.items()},
        "loaded_ms": {side: _latencies(found.loaded) for side, found in sides.items()},
        "alone_ms": {side: _latencies(found.alone) for side, found in sides.items()},
        "processor_ms_per_step": {side: found.processor_cost() for side, found in sides.items()},
        "counted_after_seconds": round(max(settled), 2),
        "rounds": len(product.loaded),
        "clients": len(product.loaded[0].latencies),
    }


def text_of(bare: Found, product: Found, figures: dict[str, object], settled: Sequence[float]) -> str:
    """The same for people."""
    steps, starts = (
        f"bare {Medians.of(of_bare).rate:.1f}/s  product {Medians.of(of_product).rate:.1f}/s"
        for of_bare, of_product in ((bare.loaded, product.loaded), (bare.enrolment, product.enrolment))
    )
    return (
        f"\nmedians of {figures['rounds']} rounds of {figures['clients']}"
        f"\n  a step    {steps}  ratio {figures['step_ratio']}"
        f"\n  alone     it takes {figures['step_p50_ratio']} times as long as in the bare engine"
        f"\n  started   {starts}  ratio {figures['enrol_ratio']}"
        f"\n  a step in the engine: {_engine(product)} (bare: {_engine(bare)})"
        f"\n  processor time of a step: {_processor(product)}"
        f"\n                      bare: {_processor(bare)}"
        f"\n  the reports showed the last step of a round {max(settled):.2f} s after it was answered, at most\n"
    )


def saving_object(saved: Saving) -> dict[str, object]:
    """What saves cost, and how many times as much with many open follow-ups."""
    return {
        "save_ratio": saved.ratio,
        "save_ms": {str(saved.few): saved.few_ms, str(saved.many): saved.many_ms},
    }


def saving_text(saved: Saving) -> str:
    """The same for people."""
    return (
        f"  a save    {saved.few} open follow-ups {saved.few_ms} ms"
        f"  {saved.many} open follow-ups {saved.many_ms} ms  ratio {saved.ratio}\n"
    )


def _ratio(pairs: Sequence[tuple[float, float]]) -> float:
    return round(statistics.median(of_product / of_bare for of_product, of_bare in pairs), 3)


def _latencies(rounds: Sequence[Round]) -> dict[str, float]:
    medians = Medians.of(rounds)
    return {"p50": round(medians.p50, 1), "p99": round(medians.p99, 1)}


def _engine(found: Found) -> str:
    events, transitions, size = found.engine_cost()
    return f"{events:.2f} events, {transitions:.2f} state transitions, {size:.0f} bytes"


def _processor(found: Found) -> str:
    spent = found.processor_cost()
    return ", ".join(f"{program} {each:.1f} ms" for program, each in spent.items()) + f"; {sum(spent.values()):.1f} ms"
