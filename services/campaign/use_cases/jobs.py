"""Jobs on a campaign's clients: asked for in one call, and cancelled as far as they are not done (spec 3.4)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.campaign.ports import Campaign, Job, JobKind, Skipped, TargetItem
from services.campaign.use_cases.saving import Desk
from shared.rulebook import ids
from shared.rulebook.access import Action, Principal, Target, may
from shared.rulebook.errors import Refused

_KEYS = {JobKind.TARGET: "targeting", JobKind.WITHDRAW: "withdrawing", JobKind.CHANGE: "changing"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call: what it names, what of it could not be read (`wrong`), and what tells it from another (`content`)."""

    items: Sequence[TargetItem]
    key: str
    content: str
    wrong: Sequence[Skipped] = ()

    def of(self, items: Sequence[TargetItem]) -> "Call":
        """The same call with these items."""
        return replace(self, items=items)


async def ask_for(desk: Desk, asker: Principal, campaign_id: str, kind: JobKind, call: Call) -> Job:
    """The job that does it, or the one that the same call asked for before.

    Refused `key_taken` when the key stands for another call.
    """
    job = Job(
        job_id=_id_of(campaign_id, kind, call),
        campaign_id=campaign_id,
        kind=kind,
        content=call.content,
        total=len(call.items) + len(call.wrong),
        asker=asker,
        asked_at=desk.clock.now(),
        skipped=len(call.wrong),
    )
    async with desk.campaigns.changing() as changing:
        kept = await changing.add_job(job, call.items, call.wrong)
    return of_this_call(kept, asker, call)


async def asked_before(desk: Desk, asker: Principal, campaign_id: str, kind: JobKind, call: Call) -> Job | None:
    """The job that the same call asked for before. Refused `key_taken` when the key stands for another call."""
    kept = await desk.campaigns.job(campaign_id, _id_of(campaign_id, kind, call))
    return None if kept is None else of_this_call(kept, asker, call)


async def require_on_own_clients(desk: Desk, asker: Principal, campaign: Campaign, action: Action) -> None:
    """The right to do this to clients of the campaign at all: whether the reach covers each is seen one by one."""
    may(asker, action, on_own_clients(await desk.campaigns.target(campaign, asker), asker))


def on_own_clients(target: Target, asker: Principal) -> Target:
    """The asker's own clients of the campaign, whom everybody reaches who reaches anybody."""
    return replace(target, advisor_id=asker.user_id, advisor_unit_path=asker.unit_path)


def _id_of(campaign_id: str, kind: JobKind, call: Call) -> str:
    return ids.job_id(f"{_KEYS[kind]}/{campaign_id}/{call.key}")


def of_this_call(kept: Job, asker: Principal, call: Call) -> Job:
    """The job kept, unless it is another call's, or somebody else's: its counts are of what that person reaches."""
    if kept.content != call.content or kept.asker.user_id != asker.user_id:
        raise Refused("key_taken", {"key": call.key})
    return kept
