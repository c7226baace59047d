"""A follow-up's facts taken again from their owner: what is missing here is added, what is other is replaced."""

from collections.abc import Sequence

from services.reporting.ports.counting import Ledgers
from services.reporting.use_cases.contribution import Differences
from services.reporting.use_cases.record_facts import move, row_after
from shared.contracts.followup import FactRecorded


async def replay(ledgers: Ledgers, facts: Sequence[FactRecorded]) -> bool:
    """Fold the follow-up anew from these, all its facts; False when later ones came here meanwhile.

    Counters change by the difference to the row as it was. Where the row itself was wrong, they are wrong afterwards
    until they are recomputed, which a reconciliation does last.
    """
    first, last = facts[0], facts[-1]
    async with ledgers.transaction() as ledger:
        grouping = (await ledger.hold([first.campaign_id]))[first.campaign_id]
        before = (await ledger.rows([first.follow_up_id])).get(first.follow_up_id)
        if before is not None and before.state.number > last.number:
            return False
        await ledger.replace_facts(facts)
        differences = Differences()
        after = row_after(None, facts, grouping, generation=None if before is None else before.generation)
        plan = move(before, after, grouping, differences)
        await ledger.save([(after, plan)])
        await ledger.count(differences.amounts, differences.steps)
        await ledger.tick(differences.touched())
    return True
