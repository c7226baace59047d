"""Whether the read model is what the facts say: everything folded again from the facts alone, and compared (spec 5.9).

What folds here is what folds when a fact is recorded, so that a difference is something that was lost or changed.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from services.followup.ports.checking import FollowUpRecord, KeptFact, Records
from services.followup.ports.interactions import Interaction
from services.followup.use_cases.fold_interactions import after_touch, touch_of
from shared.rulebook.errors import RuleBroken
from shared.rulebook.follow_up import FollowUp
from shared.rulebook.history import apply, replay

_PAGE = 200


@dataclass(frozen=True, slots=True)
class Checked:
    """One follow-up: how many facts it has, and what is not as they say; ids and words only, no texts."""

    follow_up_id: str
    facts: int
    differences: tuple[str, ...]


async def check_timelines(
    records: Records, campaign_id: str | None = None, *, mend: bool = False
) -> AsyncIterator[Checked]:
    """Every follow-up, or those of one campaign; with `mend`, interactions that differ are written anew."""
    after: str | None = None
    while page := await records.page(campaign_id, after=after, limit=_PAGE):
        for record in page:
            differences = differences_of(record)
            if mend and any(one.startswith("interaction ") for one in differences):
                await records.mend(record.follow_up_id)
            yield Checked(record.follow_up_id, len(record.facts), tuple(differences))
        after = page[-1].follow_up_id


def differences_of(record: FollowUpRecord) -> list[str]:
    """What differs, in words; empty when everything is as the facts say."""
    numbers = [kept.event.number for kept in record.facts]
    if numbers != list(range(1, len(numbers) + 1)) or not numbers:
        return [f"facts are numbered {numbers[:3]} to {numbers[-3:]}"]
    found = [f"command {one} is applied and has no fact" for one in record.applied_without_fact]
    found += _verdicts(record.facts)
    try:
        state, afters = _folded(record.facts)
    except RuleBroken as broken:
        return [*found, f"facts do not fold: {broken.code}"]
    found += afters
    if state != record.state:
        found.append("state")
    columns = (record.number, record.closing, record.entry_date, record.potential)
    if columns != (state.number, state.closing, state.entry_date, state.potential):
        found.append("columns")
    return found + _interactions(interactions_of(record.facts), record.interactions)


def interactions_of(facts: Sequence[KeptFact]) -> dict[str, Interaction]:
    """The interactions that the facts give, by key."""
    found: dict[str, Interaction] = {}
    for kept in facts:
        touch = touch_of(kept.event, kept.details, kept.note)
        if touch is not None:
            found[touch.key] = after_touch(found.get(touch.key), touch)
    return found


def _folded(facts: Sequence[KeptFact]) -> tuple[FollowUp, list[str]]:
    state, found = replay([facts[0].event.fact]), []
    for kept in facts:
        state = state if kept.event.number == 1 else apply(state, kept.event.fact)
        if state != kept.event.after:
            found.append(f"state after fact {kept.event.number}")
    return state, found


def _verdicts(facts: Sequence[KeptFact]) -> list[str]:
    return [
        f"verdict of the command of fact {kept.event.number}"
        for kept in facts
        if kept.verdict is not None and (kept.verdict, kept.verdict_number) != ("applied", kept.event.number)
    ]


def _interactions(given: Mapping[str, Interaction], held: Mapping[str, Interaction]) -> list[str]:
    keys = sorted({*given, *held})
    return [f"interaction {key}" for key in keys if given.get(key) != held.get(key)]
