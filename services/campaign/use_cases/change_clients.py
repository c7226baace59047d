"""Withdraw targeted clients, or change their potential and entry date; their follow-ups decide (spec 3.1 to 3.3).

What is known here is judged here, so that the job's report says why; what the follow-up refuses is told by it.
"""

from collections.abc import Callable, Mapping
from datetime import date

from services.campaign.ports import (
    Campaign,
    Chunk,
    Found,
    Job,
    JobKind,
    Skipped,
    SkipReason,
    Standing,
    TargetItem,
    Working,
)
from services.campaign.use_cases.effect import Effect, skip
from services.campaign.use_cases.jobs import Call, ask_for, require_on_own_clients
from services.campaign.use_cases.rights import visible
from services.campaign.use_cases.saving import Desk
from shared.contracts.campaign import CampaignDefined, ClientChange, ClientsChanged, ClientsWithdrawn
from shared.contracts.wire import Event
from shared.rulebook.access import Action, Principal
from shared.rulebook.campaign import entry_date_within
from shared.rulebook.errors import Refused
from shared.rulebook.follow_up import Closing, FollowUpStatus
from shared.rulebook.standing import status_of


async def withdraw_clients(desk: Desk, asker: Principal, campaign_id: str, call: Call) -> Job:
    """The job that withdraws them. Refused `archived`; `key_taken` when the key stands for another call."""
    await _permitted(desk, asker, campaign_id, Action.WITHDRAW_CLIENT)
    return await ask_for(desk, asker, campaign_id, JobKind.WITHDRAW, _once_each(call))


async def change_clients(desk: Desk, asker: Principal, campaign_id: str, call: Call) -> Job:
    """The job that changes potentials and entry dates. Refused as `withdraw_clients`."""
    await permitted_to_change(desk, asker, campaign_id)
    return await ask_for(desk, asker, campaign_id, JobKind.CHANGE, _once_each(call))


async def withdraw(working: Working, chunk: Chunk, definition: CampaignDefined) -> Effect:
    """The clients of the chunk on their way out: here at once, for good when their follow-ups say so."""
    leaving, skipped = await _sorted(working, chunk, definition, lambda _, __: None)
    job = chunk.job
    ids = [found.client_id for _, found in leaving]
    await working.withdraw(job.campaign_id, ids)
    told = ClientsWithdrawn(
        campaign_id=job.campaign_id,
        job_id=job.job_id,
        batch=job.batches + 1,
        client_ids=tuple(ids),
        withdrawn_by=job.asker.user_id,
        withdrawn_at=job.asked_at,
    )
    return _effect(leaving, skipped, told)


async def change(working: Working, chunk: Chunk, definition: CampaignDefined, *, asked_on: date) -> Effect:
    """The changes of the chunk sent to the follow-ups; the rows here follow what these tell."""

    def reason(item: TargetItem, standing: Standing) -> SkipReason | None:
        if item.entry_date is None:
            return None
        if status_of(standing.closing, standing.entry_date, asked_on) is not FollowUpStatus.WAITING:
            return SkipReason.NOT_WAITING
        within = entry_date_within(item.entry_date, definition.start_date, definition.end_date)
        return None if within else SkipReason.ENTRY_DATE_OUT_OF_RANGE

    changing, skipped = await _sorted(working, chunk, definition, reason)
    job = chunk.job
    told = ClientsChanged(
        campaign_id=job.campaign_id,
        job_id=job.job_id,
        batch=job.batches + 1,
        clients=tuple(
            ClientChange(client_id=found.client_id, potential=item.potential, entry_date=item.entry_date)
            for item, found in changing
        ),
        changed_by=job.asker.user_id,
        changed_at=job.asked_at,
    )
    return _effect(changing, skipped, told)


async def permitted_to_change(desk: Desk, asker: Principal, campaign_id: str) -> Campaign:
    """The campaign, when its clients may be changed by this asker at all. Refused `archived`."""
    return await _permitted(desk, asker, campaign_id, Action.CHANGE_TARGETED_CLIENT)


async def _permitted(desk: Desk, asker: Principal, campaign_id: str, action: Action) -> Campaign:
    campaign = await visible(desk.campaigns, campaign_id, asker)
    await require_on_own_clients(desk, asker, campaign, action)
    if campaign.definition.archived:
        raise Refused("archived")
    return campaign


def _once_each(call: Call) -> Call:
    """A client named twice counts where it comes first: what it is to become must not hang on chance."""
    seen: set[str] = set()
    items: list[TargetItem] = []
    twice: list[Skipped] = []
    for item in call.items:
        if item.id in seen:
            twice.append(skip(item, SkipReason.NAMED_TWICE))
        else:
            seen.add(item.id)
            items.append(item)
    return Call(items=items, key=call.key, content=call.content, wrong=[*call.wrong, *twice])


async def _sorted(
    working: Working,
    chunk: Chunk,
    definition: CampaignDefined,
    objection: Callable[[TargetItem, Standing], SkipReason | None],
) -> tuple[list[tuple[TargetItem, Found]], list[Skipped]]:
    """The items to go on with, in the order of client ids as rows are locked, and those skipped."""
    found = await working.find(chunk.items, chunk.job.asker)
    standings = await working.standing(chunk.job.campaign_id, [one.client_id for one in found.values()])
    good: list[tuple[TargetItem, Found]] = []
    skipped: list[Skipped] = []
    for item in chunk.items:
        client = found.get(item.position)
        reason = _reason(client, standings, definition)
        if client is not None and reason is None:
            reason = objection(item, standings[client.client_id])
        if client is None or reason is not None:
            skipped.append(skip(item, reason or SkipReason.UNKNOWN_CLIENT))
        else:
            good.append((item, client))
    return good, skipped


def _reason(client: Found | None, standings: Mapping[str, Standing], definition: CampaignDefined) -> SkipReason | None:
    if definition.archived or definition.deleted:
        return SkipReason.ARCHIVED
    if client is None:
        return SkipReason.UNKNOWN_CLIENT
    standing = standings.get(client.client_id)
    if standing is None:
        return SkipReason.NOT_TARGETED
    if standing.closing is Closing.WITHDRAWN:
        return SkipReason.ALREADY_WITHDRAWN
    return None if standing.closing is None else SkipReason.CLOSED


def _effect(good: list[tuple[TargetItem, Found]], skipped: list[Skipped], event: Event) -> Effect:
    return Effect(accepted=len(good), skipped=skipped, events=[event] if good else [])
