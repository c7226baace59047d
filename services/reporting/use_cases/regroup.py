"""A changed plan, or a check, builds the next generation of a campaign's counters while facts keep flowing.

Chunk by chunk the campaign's follow-ups are folded anew from their facts and added to the generation being built; until
it holds all of them, readers are served the one before and told the version that it follows (spec 8.10).
"""

from dataclasses import replace
from datetime import datetime

from services.reporting.ports.counting import Difference, Generation, Grouping, Ledger, Ledgers
from services.reporting.use_cases.contribution import Differences
from services.reporting.use_cases.definitions import same_grouping


async def regroup_all(ledgers: Ledgers, *, chunk: int, now: datetime) -> list[str]:
    """Finish every generation that is being built; answers the campaigns."""
    unfinished = list(await ledgers.unfinished())
    for campaign_id in unfinished:
        await _regroup(ledgers, campaign_id, chunk, now)
    if unfinished:
        await ledgers.forget_old_counters()
    return unfinished


async def _regroup(ledgers: Ledgers, campaign_id: str, chunk: int, now: datetime) -> None:
    served = False
    while not served:
        behind = True
        while behind:
            behind = await _add_chunk(ledgers, campaign_id, chunk)
        served = await _serve(ledgers, campaign_id, now)


async def _add_chunk(ledgers: Ledgers, campaign_id: str, chunk: int) -> bool:
    async with ledgers.transaction() as ledger:
        target = _target((await ledger.hold([campaign_id]))[campaign_id])
        rows = [
            replace(row, generation=target.number) for row in await ledger.behind(campaign_id, target.number, chunk)
        ]
        differences = Differences()
        for row in rows:
            differences.move(None, row, target)
        await ledger.save([(row, target.plan) for row in rows])
        await ledger.count(differences.amounts, differences.steps)
    return bool(rows)


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
