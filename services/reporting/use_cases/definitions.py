"""Campaign definitions become the plans that follow-ups are grouped by."""

from collections.abc import Sequence

from services.reporting.ports.counting import Generation, Ledgers
from shared.contracts.campaign import CampaignDefined
from shared.rulebook.steps import Plan


async def keep_definitions(ledgers: Ledgers, definitions: Sequence[CampaignDefined]) -> None:
    """Keep every version, follow the highest; a new generation is built only where the steps changed."""
    newest: dict[str, CampaignDefined] = {}
    for definition in definitions:
        held = newest.get(definition.campaign_id)
        if held is None or definition.version > held.version:
            newest[definition.campaign_id] = definition
    async with ledgers.transaction() as ledger:
        await ledger.remember(definitions)
        groupings = await ledger.seize(newest)
        newer = [
            definition for campaign, definition in newest.items() if definition.version > groupings[campaign].version
        ]
        regroup = {
            definition.campaign_id
            for definition in newer
            if not _follows(groupings[definition.campaign_id].target, definition.plan())
        }
        await ledger.define(newer, regroup)
        await ledger.tick({(definition.campaign_id, None) for definition in newer})


def same_grouping(one: Plan, other: Plan) -> bool:
    """Whether follow-ups stand in the same groups under both: dates, texts and shares change none."""
    return one.steps == other.steps and one.sales_step == other.sales_step


def _follows(target: Generation | None, plan: Plan) -> bool:
    return target is not None and same_grouping(target.plan, plan)
