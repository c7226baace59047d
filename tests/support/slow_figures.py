"""Every figure computed anew from the clients as of a day, slowly, in plain loops written from the specification."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from shared.contracts.campaign import CampaignDefined, StepDefinition
from tests.support.slow_people import Person

SUCCESSES = ("SALE", "SIGNATURE")


def due(step: StepDefinition, person: Person) -> bool:
    """Mandatory, and not excused because the client was past its place when an edit put it there (spec 2.4)."""
    if not step.mandatory:
        return False
    for exemption in step.exemptions:
        for later in exemption.after:
            if later in person.first_version and person.first_version[later] < exemption.version:
                return False
    return True


def place(person: Person, definition: CampaignDefined) -> int:
    """How many steps stand before the position (spec 5.3, 8.6)."""
    steps = definition.steps
    if person.closing in ("CONCLUDED", "ARCHIVED") and person.place_holds:
        if person.place is None:
            return len(steps)
        for at, step in enumerate(steps):
            if step.id == person.place:
                return at
    furthest = 0
    for at, step in enumerate(steps):
        if person.entries.get(step.id) == "begun":
            furthest = max(furthest, at)
        if person.entries.get(step.id) == "done":
            furthest = max(furthest, at + 1)
    for at, step in enumerate(steps):
        if due(step, person) and person.entries.get(step.id) != "done":
            return min(furthest, at)
    return furthest


def group(person: Person, definition: CampaignDefined, at: int, day: date) -> str:
    """The one of five, in the order of spec 8.6."""
    stands = place(person, definition)
    waiting = person.closing is None and person.entry_date > day
    if person.entries.get(definition.steps[at].id) == "done":
        return "done"
    if at > stands or waiting:
        return "not_reached"
    if at == stands:
        return "open" if person.closing is None else "left"
    return "skipped"


def percent(numerator: Fraction | int | Decimal, denominator: Fraction | int | Decimal) -> str | None:
    """Two decimals, half up; None without a denominator (spec 8.9)."""
    if denominator == 0:
        return None
    exact = Fraction(numerator) / Fraction(denominator) * 100
    with_digits = Decimal(exact.numerator * 10**12 // exact.denominator).scaleb(-12)
    return str(with_digits.quantize(Decimal("0.01"), ROUND_HALF_UP))


def indicators(
    people: list[Person], target: Decimal | None, definition: CampaignDefined, day: date
) -> dict[str, object]:
    """Section 8.1 to 8.5 of one campaign."""
    potential = collected = remaining = Decimal(0)
    accepted = refused = in_progress = waiting = archived = converting = contacts = overdue = 0
    sales = [step.id for step in definition.steps].index(definition.sales_step)
    for person in people:
        potential += person.initial
        collected += person.collected
        success = person.kind in SUCCESSES
        is_waiting = person.closing is None and person.entry_date > day
        if person.closing is None:
            remaining += person.potential
            in_progress += 1
            waiting += is_waiting
        elif person.closing == "ARCHIVED":
            archived += 1
        elif success:
            accepted += 1
        else:
            refused += 1
        stands = place(person, definition)
        if person.closing is None and not is_waiting and stands < len(definition.steps):
            overdue += person.late_at == definition.steps[stands].id
        before = not is_waiting and sales < stands and not due(definition.steps[sales], person)
        converting += success or person.entries.get(definition.sales_step) == "done" or before
        planned = [step.id for step in definition.steps]
        contacts += sum(person.unplanned.values())
        for step, state in person.entries.items():
            contacts += state == "done" or (state == "begun" and step not in planned)
    total = (definition.end_date - definition.start_date).days + 1
    elapsed = min(max((day - definition.start_date).days + 1, 0), total)
    prorated = Fraction(0) if target is None else Fraction(target) * elapsed / total
    to_target = None if target is None else max(Decimal(0), target - collected)
    clients = len(people)
    return {
        "target": target,
        "potential": potential,
        "collected": collected,
        "remaining_potential": remaining,
        "remaining_to_target": to_target,
        "surplus": None if target is None else max(Decimal(0), collected - target),
        "shortfall": None if to_target is None else max(Decimal(0), to_target - remaining),
        "achievement": percent(collected, target or 0),
        "coverage": percent(potential, target or 0),
        "pace": percent(collected, prorated),
        "days": (elapsed, total),
        "clients": clients,
        "waiting": waiting,
        "contacts": contacts,
        "overdue": overdue,
        "results": (accepted, refused, in_progress, archived),
        "of_all": tuple(percent(count, clients) for count in (accepted, refused, in_progress, archived)),
        "conversion": (accepted, converting, percent(accepted, converting)),
        "take_up": (accepted, clients, percent(accepted, clients)),
        "version": definition.version,
    }


def over_all(campaigns: list[dict[str, Any]]) -> dict[str, object]:
    """The same of several campaigns: sums over sums; those without a target are compared with none (spec 8.2)."""
    aimed = [one for one in campaigns if one["target"] is not None]
    target = sum((one["target"] for one in aimed), Decimal(0)) if aimed else None
    collected = sum((one["collected"] for one in aimed), Decimal(0))
    prorated = Fraction(0)
    for one in aimed:
        elapsed, total = one["days"]
        prorated += Fraction(one["target"]) * elapsed / total
    to_target = None if target is None else max(Decimal(0), target - collected)
    open_potential = sum((one["remaining_potential"] for one in aimed), Decimal(0))
    accepted, converting, clients = (
        sum(one[name][at] for one in campaigns) for name, at in (("conversion", 0), ("conversion", 1), ("take_up", 1))
    )
    return {
        "target": target,
        "collected": sum((one["collected"] for one in campaigns), Decimal(0)),
        "remaining_to_target": to_target,
        "surplus": None if target is None else max(Decimal(0), collected - target),
        "shortfall": None if to_target is None else max(Decimal(0), to_target - open_potential),
        "achievement": percent(collected, target or 0),
        "coverage": percent(sum((one["potential"] for one in aimed), Decimal(0)), target or 0),
        "pace": percent(collected, prorated),
        "conversion": percent(accepted, converting),
        "take_up": percent(accepted, clients),
        "contacts": sum(one["contacts"] for one in campaigns),
    }


def steps(people: list[Person], definition: CampaignDefined, day: date) -> list[dict[str, object]]:
    """Section 8.6: the five groups of each step, and its two rates."""
    found: list[dict[str, object]] = []
    sales = [step.id for step in definition.steps].index(definition.sales_step)
    last = len(definition.steps) - 1
    for at, step in enumerate(definition.steps):
        counts = dict.fromkeys(("done", "not_reached", "open", "left", "skipped"), 0)
        passed = 0
        for person in people:
            stands = group(person, definition, at, day)
            counts[stands] += 1
            if stands == "done" and at < last:
                onward = group(person, definition, at + 1, day) in ("open", "done", "skipped")
                passed += onward or (at >= sales and person.kind in SUCCESSES)
        found.append(
            {
                "step": step.id,
                **counts,
                "completion": percent(counts["done"], counts["open"] + counts["done"]),
                "pass_through": None if at == last else percent(passed, counts["done"]),
            }
        )
    return found
