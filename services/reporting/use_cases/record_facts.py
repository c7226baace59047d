"""Facts become figures: each counted once, in whatever order, however often and with whatever gaps they arrive.

The state of a follow-up is the one after its highest fact, since every fact carries it; interactions are counted over
the facts themselves. Both depend on the set of facts alone, so that any order ends in the same read model.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from services.reporting.ports.counting import Grouping, Ledgers, Row
from services.reporting.use_cases.contribution import Differences
from shared.contracts.followup import FactRecorded
from shared.rulebook.facts import FactKind
from shared.rulebook.steps import Plan

_INTERACTIONS = {FactKind.INTERACTION_RECORDED: 1, FactKind.INTERACTION_COMPLETED: 1, FactKind.INTERACTION_REOPENED: -1}
"""Unplanned interactions that were done: one that is planned is none yet, one that is reopened is none any more."""


ACTIVITY = frozenset(
    {
        FactKind.STEP_BEGUN,
        FactKind.STEP_COMPLETED,
        FactKind.COMPLETION_UNDONE,
        FactKind.ENTRY_CANCELLED,
        FactKind.INTERACTION_RECORDED,
        FactKind.INTERACTION_PLANNED,
        FactKind.INTERACTION_AMENDED,
        FactKind.INTERACTION_COMPLETED,
        FactKind.INTERACTION_CANCELLED,
        FactKind.INTERACTION_REOPENED,
        FactKind.CONCLUDED,
        FactKind.CONCLUSION_AMENDED,
        FactKind.CONCLUSION_WITHDRAWN,
        FactKind.HOLDINGS_LINKED,
    }
)
"""What somebody does for a client; moving, targeting, archiving and being late are none."""


async def record_facts(ledgers: Ledgers, facts: Sequence[FactRecorded]) -> int:
    """Keep the facts not known yet and change the counters by their difference; answers how many were new."""
    told = {(fact.follow_up_id, fact.number): fact for fact in facts}
    async with ledgers.transaction() as ledger:
        groupings = await ledger.hold({fact.campaign_id for fact in facts})
        added = await ledger.add_facts(list(told.values()))
        by_follow_up: dict[str, list[FactRecorded]] = defaultdict(list)
        for key in added:
            by_follow_up[key[0]].append(told[key])
        known = await ledger.rows(by_follow_up)
        differences = Differences()
        moved = []
        for follow_up_id, new in by_follow_up.items():
            before, grouping = known.get(follow_up_id), groupings[new[0].campaign_id]
            after = row_after(before, new, grouping)
            moved.append((after, move(before, after, grouping, differences)))
        await ledger.save(moved)
        await ledger.count(differences.amounts, differences.steps)
        await ledger.tick(differences.touched())
    return len(added)


def move(before: Row | None, after: Row, grouping: Grouping, differences: Differences) -> Plan | None:
    """Count the follow-up as `after` instead of `before`; answers the plan by which it stands where it stands."""
    if grouping.serving is not None:
        differences.move(before, after, grouping.serving)
    target = grouping.target
    if target is not None and target != grouping.serving and after.generation == target.number:
        differences.move(before, after, target)
    return _plan_of(after, grouping)


def row_after(
    before: Row | None, new: Sequence[FactRecorded], grouping: Grouping, *, generation: int | None = None
) -> Row:
    """The follow-up once these facts are known too; a new one belongs to `generation`, by default to every one."""
    last = max(new, key=lambda fact: fact.number)
    newer = before is None or last.number > before.state.number
    if generation is None:
        # A new follow-up goes into every generation at once; the pass that builds the target brings the others.
        generation = before.generation if before else (grouping.target.number if grouping.target else 0)
    return Row(
        follow_up_id=last.follow_up_id,
        campaign_id=last.campaign_id,
        client_id=last.client_id,
        state=last.after if newer or before is None else before.state,
        interactions=(before.interactions if before else 0)
        + sum(_INTERACTIONS.get(fact.fact.kind, 0) for fact in new if fact.fact.step_id is None),
        generation=generation,
        last_activity=_last_activity(before, new),
    )


def _last_activity(before: Row | None, new: Sequence[FactRecorded]) -> datetime | None:
    known = [] if before is None or before.last_activity is None else [before.last_activity]
    return max([*known, *(fact.occurred_at for fact in new if fact.fact.kind in ACTIVITY)], default=None)


def _plan_of(row: Row, grouping: Grouping) -> Plan | None:
    newest = grouping.target if grouping.target is not None and grouping.target.number == row.generation else None
    shown = newest or grouping.serving
    return None if shown is None else shown.plan
