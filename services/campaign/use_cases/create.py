"""Create a campaign, from nothing or from another one (spec 2.1, 2.7)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import uuid4

from services.campaign.ports import Campaign, Job
from services.campaign.use_cases.definitions import Draft, documents_of, first_version, shares_of
from services.campaign.use_cases.rights import may_change, owner_of, permitted, reads_all
from services.campaign.use_cases.saving import Desk, Saved, hold
from shared.contracts.campaign import StepDefinition
from shared.rulebook import ids
from shared.rulebook.access import Action, Principal, may
from shared.rulebook.allocation import Share, as_percentages
from shared.rulebook.campaign import campaign_status, check_targeting
from shared.rulebook.errors import Refused

_NONE: Mapping[str, str] = {}


async def create(desk: Desk, asker: Principal, draft: Draft, *, key: str | None, content: str) -> Saved:
    """The new campaign, or the one that the same call created before.

    `content` is a hash of what was asked. Refused `key_taken` when the key stands for something else, `deleted` when
    what it stood for was deleted.
    """
    may(asker, Action.CREATE_CAMPAIGN)
    draft.check()
    # Documents are sent to a campaign: one that does not exist yet has none.
    draft = draft.with_documents({})
    return await _create(desk, asker, draft, key=key or str(uuid4()), content=content)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """What a duplicate has of its own."""

    name: str | None
    start_date: date
    end_date: date
    clients: bool


async def duplicate(
    desk: Desk, asker: Principal, source_id: str, copy: Copy, *, key: str | None, content: str
) -> Saved:
    """A campaign with the definition, steps, documents and allocation (in per cent) of another, under new dates.

    With `clients`, a job targets the same clients, as far as the asker reaches. Nothing that was done is copied, and
    who may not read the target gets neither it nor its allocation.
    """
    source = await permitted(desk.campaigns, source_id, asker, Action.DUPLICATE_CAMPAIGN)
    if not (reads_all(asker) or await may_change(desk.campaigns, source, asker)):
        source = replace(source, definition=source.definition.model_copy(update={"target": None}), rows=())
    key = key or str(uuid4())
    copies = {old: ids.document_id(ids.campaign_id(key), old) for old in documents_of(source.definition)}
    draft = _draft_of(source, copy, copies)
    if asker.crm:
        draft = replace(draft, owner_id=source.definition.owner_id)
    draft.check()
    if copy.clients:
        check_targeting(campaign_status(copy.start_date, copy.end_date, False, desk.clock.today()))  # noqa: FBT003
    rows = as_percentages(source.definition.target, source.rows)
    saved = await _create(desk, asker, draft, key=key, content=content, rows=rows, copies=copies)
    # Asked for again too: a process may have been killed between the two.
    job_id = await _target_the_same(desk, asker, source_id, saved.campaign) if copy.clients else None
    return replace(saved, job_id=job_id)


async def _create(
    desk: Desk,
    asker: Principal,
    draft: Draft,
    *,
    key: str,
    content: str,
    rows: tuple[Share, ...] = (),
    copies: Mapping[str, str] = _NONE,
) -> Saved:
    owner_id = await owner_of(desk.people, draft.owner_id, asker)
    first = first_version(draft, key, ids.campaign_id(key), owner_id, desk.saving(asker))
    definition = first.model_copy(update={"shares": shares_of(first.target, rows)})
    campaign = Campaign(definition=definition, rows=rows, content=content)
    async with desk.campaigns.changing() as changing:
        created = await changing.create(campaign)
        if created:
            await changing.copy_documents(copies, definition.campaign_id, asker.user_id, definition.created_at)
            await changing.publish([definition])
        else:
            campaign = await _found_instead(await changing.campaign(definition.campaign_id), campaign)
    return Saved(campaign, held=await hold(desk, campaign.definition), created=created)


async def _found_instead(found: Campaign | None, asked: Campaign) -> Campaign:
    key = asked.definition.campaign_key
    if found is None or found.content != asked.content:
        raise Refused("key_taken", {"key": key})
    if found.definition.deleted:
        raise Refused("deleted", {"key": key})
    return found


def _draft_of(source: Campaign, copy: Copy, copies: Mapping[str, str]) -> Draft:
    old = source.definition
    return Draft(
        name=copy.name or old.name,
        note=old.note,
        owner_id=None,
        target=old.target,
        start_date=copy.start_date,
        end_date=copy.end_date,
        steps=tuple(_step_of(step, copies) for step in old.steps),
        sales_step=old.sales_step,
        notice_on=old.notice_date is not None,
        due_from_all={},
    )


def _step_of(step: StepDefinition, copies: Mapping[str, str]) -> StepDefinition:
    documents = tuple(document.model_copy(update={"id": copies[document.id]}) for document in step.documents)
    return step.model_copy(update={"exemptions": (), "documents": documents})


async def _target_the_same(desk: Desk, asker: Principal, source_id: str, campaign: Campaign) -> str:
    """The id of the job that does it, once."""
    new = campaign.definition
    job = Job(
        job_id=ids.job_id(f"duplicate/{new.campaign_id}"),
        campaign_id=new.campaign_id,
        content=source_id,
        total=0,
        asker=asker,
        asked_at=desk.clock.now(),
    )
    async with desk.campaigns.changing() as changing:
        return (await changing.copy_targets(source_id, job)).job_id
