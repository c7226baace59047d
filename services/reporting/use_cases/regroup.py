"""A changed plan, or a check, builds the next generation of a campaign's counters while facts keep flowing.

Follow-ups are folded anew from their facts, placed and counted by the database, set by set; what the rules say is asked
once for all that stand alike (ADR 0110). Until the generation holds all of them, readers are served the one before and
told the version that it follows (spec 8.10).
"""

from datetime import datetime

from services.reporting.ports.counting import Difference, Generation, Grouping, Ledger, Ledgers
from services.reporting.ports.standing import Contribution, Shape
from services.reporting.use_cases.definitions import same_grouping
from services.reporting.use_cases.standing import contribution_of


async def regroup_all(ledgers: Ledgers, *, chunk: int, now: datetime) -> list[str]:
    """Finish every generation that is being built; answers the campaigns."""
    unfinished = list(await ledgers.unfinished())
    for campaign_id in unfinished:
        await _regroup(ledgers, campaign_id, chunk, now)
    if unfinished:
        await ledgers.forget_old_counters()
    return unfinished


class _Judge:
    """What the rules say of each shape by the plan of one generation, asked once in a pass."""

    def __init__(self) -> None:
        self._by: Generation | None = None
        self._judged: dict[Shape, Contribution] = {}

    def of(self, shape: Shape, target: Generation) -> Contribution:
        if self._by != target:
            self._by, self._judged = target, {}
        if shape not in self._judged:
            self._judged[shape] = contribution_of(shape, target)
        return self._judged[shape]


async def _regroup(ledgers: Ledgers, campaign_id: str, chunk: int, now: datetime) -> None:
    served, judge = False, _Judge()
    while not served:
        behind = True
        while behind:
            behind = await _add_set(ledgers, campaign_id, chunk, judge)
        served = await _serve(ledgers, campaign_id, now)


async def _add_set(ledgers: Ledgers, campaign_id: str, chunk: int, judge: _Judge) -> bool:
    """Sets go in transactions of their own: an open one that writes holds others back."""
    async with ledgers.transaction() as ledger:
        target = _target((await ledger.hold([campaign_id]))[campaign_id])
        ids = await ledger.behind(campaign_id, target.number, chunk)
        if ids:
            shapes = await ledger.shapes(ids)
            await ledger.place(campaign_id, ids, target, {shape: judge.of(shape, target) for shape in shapes})
    return bool(ids)


async def _serve(ledgers: Ledgers, campaign_id: str, now: datetime) -> bool:
    """Change over, unless follow-ups came in that an older target was given to."""
    async with ledgers.transaction() as ledger:
        grouping = (await ledger.seize([campaign_id]))[campaign_id]
        if await ledger.is_behind(campaign_id, _target(grouping).number):
            return False
        await ledger.end_checks(campaign_id, await _found(ledger, campaign_id, grouping), now)
        await ledger.serve_target(campaign_id)
        await ledger.tick({(campaign_id, None)})
    return True


async def _found(ledger: Ledger, campaign_id: str, grouping: Grouping) -> list[Difference] | None:
    """Where the counters served so far are not those just built; None when they follow different steps."""
    served, built = grouping.serving, _target(grouping)
    if served is None or served == built or not same_grouping(served.plan, built.plan):
        return None
    return list(await ledger.differences(campaign_id, served=served.number, built=built.number))


def _target(grouping: Grouping) -> Generation:
    if grouping.target is None:
        raise LookupError("no definition is known of a campaign that is to be regrouped")
    return grouping.target
