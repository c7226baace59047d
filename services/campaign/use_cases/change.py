"""Change a campaign while it may be running: its definition, its allocation (spec 2.4, 2.5)."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from services.campaign.ports import Campaign
from services.campaign.use_cases.definitions import Draft, documents_of, edited, next_version, shares_of
from services.campaign.use_cases.documents import with_documents
from services.campaign.use_cases.rights import owner_of, permitted
from services.campaign.use_cases.saving import Desk, Saved, check_expected, hold, locked, save
from shared.contracts.followup import StepsReserved
from shared.rulebook.access import Action, Principal
from shared.rulebook.allocation import Share, check_target
from shared.rulebook.campaign import check_edit
from shared.rulebook.errors import Invalid, Refused

_SAVE_WITHIN = timedelta(seconds=30)
"""How long after asking for a reservation a save may begin to write. A transaction ends within fifteen seconds, and the
reservation lasts sixty: when it ends, no save that relies on it is on its way."""


async def change(desk: Desk, asker: Principal, campaign_id: str, draft: Draft, *, expected: int) -> Saved:
    """The next version; VersionChanged when somebody saved since version `expected`.

    Removing steps first reserves them at the follow-up service, so that no completion slips in: refused
    `step_completed_somewhere` when some client has one completed.
    """
    seen, draft, owner_id = await prepared(desk, asker, campaign_id, draft, expected=expected)
    kept = {step.id for step in draft.steps}
    removed = [step.id for step in seen.definition.steps if step.id not in kept]
    async with reserved(desk, campaign_id, removed) as reservation, desk.campaigns.changing() as changing:
        campaign = await locked(changing, campaign_id, expected)
        reservation.check(desk.clock.now())
        check_target(draft.target, campaign.rows)
        check_edit(
            campaign.definition.plan(), draft.plan_after(campaign.definition.plan()), set(reservation.done.completed)
        )
        definition = edited(campaign, draft, owner_id, desk.saving(asker))
        await changing.attach(
            campaign_id, documents_of(definition) - documents_of(campaign.definition), desk.clock.now()
        )
        saved = await save(changing, replace(campaign, definition=definition))
    return Saved(saved, held=await hold(desk, saved.definition))


async def prepared(
    desk: Desk, asker: Principal, campaign_id: str, draft: Draft, *, expected: int | None
) -> tuple[Campaign, Draft, str]:
    """The campaign that may be changed so, as far as can be told without what was done; the draft whole; the owner."""
    seen = await permitted(desk.campaigns, campaign_id, asker, Action.CHANGE_CAMPAIGN)
    check_expected(seen, expected)
    draft.check()
    draft = await with_documents(desk, campaign_id, draft)
    owner_id = await _owner(desk, seen, draft, asker)
    plan = seen.definition.plan()
    added = {step.id for step in draft.steps} - {step.id for step in plan.steps}
    used_before = await desk.campaigns.steps_ever(campaign_id, added)
    check_edit(plan, draft.plan_after(plan), frozenset(), used_before)
    return seen, draft, owner_id


async def allocate(
    desk: Desk, asker: Principal, campaign_id: str, rows: tuple[Share, ...], *, expected: int | None
) -> Saved:
    """The next version, with the target shared out like this; no rows removes all."""
    seen = await permitted(desk.campaigns, campaign_id, asker, Action.CHANGE_CAMPAIGN)
    await _check_advisors(desk, {row.advisor_id for row in rows} - {row.advisor_id for row in seen.rows})
    async with desk.campaigns.changing() as changing:
        campaign = await locked(changing, campaign_id, expected)
        if campaign.definition.archived:
            raise Refused("archived")
        shares = shares_of(campaign.definition.target, rows)
        definition = next_version(campaign.definition, desk.saving(asker), shares=shares)
        saved = await save(changing, replace(campaign, definition=definition, rows=rows))
    removed = {row.advisor_id for row in campaign.rows} - {row.advisor_id for row in rows}
    still_open = await desk.campaigns.open_follow_ups(campaign_id, removed, asker)
    return Saved(saved, held=await hold(desk, saved.definition), still_open=still_open)


@dataclass(frozen=True, slots=True)
class Reservation:
    """Steps on which no command is accepted, and what was done on them before."""

    done: StepsReserved
    until: datetime | None

    def check(self, now: datetime) -> None:
        """Asked within the transaction that saves: Refused when it could end before that does."""
        if self.until is not None and now > self.until:
            raise Refused("commands_under_way")


@asynccontextmanager
async def reserved(desk: Desk, campaign_id: str, step_ids: Collection[str] | None) -> AsyncIterator[Reservation]:
    """No command is accepted for these steps (None: for all) until the next version; released when the block raises.

    The follow-up service must answer: without it nobody knows what was done.
    """
    if step_ids is not None and not step_ids:
        yield Reservation(StepsReserved(completed=(), anything_recorded=False), None)
        return
    by, until = str(uuid4()), desk.clock.now() + _SAVE_WITHIN
    try:
        yield Reservation(await desk.follow_ups.reserve(campaign_id, step_ids, by=by), until)
    except BaseException:
        await desk.follow_ups.release(campaign_id, step_ids, by=by)
        raise


async def _owner(desk: Desk, seen: Campaign, draft: Draft, asker: Principal) -> str:
    present = seen.definition.owner_id
    if draft.owner_id in (None, present):
        return present
    return await owner_of(desk.people, draft.owner_id, asker)


async def _check_advisors(desk: Desk, joining: Collection[str]) -> None:
    """Those who get a share for the first time must be active; one who left keeps it until it is taken away."""
    unknown = [advisor for advisor in sorted(joining) if await desk.people.principal(advisor) is None]
    if unknown:
        raise Invalid("advisor_unknown", {"advisors": unknown})
