"""Entry dates spread evenly over a campaign, seen before they are chosen (ADR 0048)."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.campaign.ports import Calendars, Campaigns, Job, JobKind, TargetItem
from services.campaign.use_cases.change_clients import permitted_to_change
from services.campaign.use_cases.jobs import Call, ask_for, asked_before
from services.campaign.use_cases.saving import Desk
from services.campaign.use_cases.target_clients import open_to, target_clients
from shared.contracts.campaign import CampaignDefined
from shared.rulebook.access import Principal
from shared.rulebook.campaign import check_entry_date
from shared.rulebook.errors import Invalid
from shared.rulebook.follow_up import Closing
from shared.rulebook.spread import Spreading, entry_days, load_by_week, spread

_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Whom to spread: the clients to be targeted, or (None) those who wait; and over which days of the campaign."""

    items: Sequence[TargetItem] | None
    first: date | None
    last: date | None
    working_days: bool


@dataclass(frozen=True, slots=True)
class Spread:
    """The days, the entry date of each client, and the load by the Monday of each week and by advisor."""

    days: tuple[date, ...]
    chosen: Mapping[str, date]
    weeks: Mapping[date, Counter[str]]
    changing: frozenset[str]
    """Those whose entry date becomes another one."""


async def preview(desk: Desk, calendars: Calendars, asker: Principal, campaign_id: str, wish: Wish) -> Spread:
    """What spreading would do. Nothing is kept.

    Refused `archived`, `campaign_ended`; Invalid `entry_date_out_of_range`, `nothing_to_spread`.
    """
    if wish.items is None:
        definition = (await permitted_to_change(desk, asker, campaign_id)).definition
        waiting = await desk.campaigns.waiting(campaign_id, asker, desk.clock.today())
        clients, present = list(waiting), {one.client_id: day for one, day in waiting.items()}
    else:
        definition = await open_to(desk, asker, campaign_id)
        clients, present = await newcomers(desk.campaigns, asker, campaign_id, wish.items), {}
    if not clients:
        raise Invalid("nothing_to_spread")
    first, last = _bounds(definition, wish)
    calendar = await calendars.present() if wish.working_days else None
    today = desk.clock.today()
    # Off the loop: 100,000 clients take long enough to keep others waiting.
    return await asyncio.to_thread(lambda: _spread(clients, present, entry_days(first, last, today, calendar)))


async def spread_entries(  # noqa: PLR0917  the desk and what is asked of it
    desk: Desk, calendars: Calendars, asker: Principal, campaign_id: str, wish: Wish, call: Call
) -> Job:
    """The job that targets the clients on the days chosen, or moves those who wait; `call` has no items of its own.

    The same call again is the same job, whatever has become of its clients. Refused as `preview`, and `key_taken`.
    """
    if wish.items is None:
        await permitted_to_change(desk, asker, campaign_id)
    else:
        await open_to(desk, asker, campaign_id)
    kind = JobKind.CHANGE if wish.items is None else JobKind.TARGET
    before = await asked_before(desk, asker, campaign_id, kind, call)
    if before is not None:
        return before
    found = await preview(desk, calendars, asker, campaign_id, wish)
    if wish.items is None:
        moves = [
            TargetItem(at, client, None, None, found.chosen[client])
            for at, client in enumerate(sorted(found.changing), start=1)
        ]
        return await ask_for(desk, asker, campaign_id, kind, call.of(moves))
    ids = await asyncio.to_thread(_ids_of, wish.items)
    items = [item._replace(entry_date=found.chosen.get(one)) for item, one in zip(wish.items, ids, strict=True)]
    return await target_clients(desk, asker, campaign_id, call.of(items))


async def newcomers(
    campaigns: Campaigns, asker: Principal, campaign_id: str, items: Sequence[TargetItem]
) -> list[Spreading]:
    """Those of the clients whom the job would put into the campaign as things stand, once each."""
    named: dict[str, Spreading] = {}
    for start in range(0, len(items), _AT_ONCE):
        part = items[start : start + _AT_ONCE]
        async with campaigns.working() as working:
            found = await working.find(part, asker)
            standing = await working.standing(campaign_id, [one.client_id for one in found.values()])
        here = {client for client, one in standing.items() if one.closing is not Closing.WITHDRAWN}
        for item in part:
            client = found.get(item.position)
            if client is not None and client.active and client.client_id not in here:
                one = Spreading(client.client_id, client.advisor_id, item.potential or Decimal(0))
                named.setdefault(client.client_id, one)
    return list(named.values())


def _bounds(definition: CampaignDefined, wish: Wish) -> tuple[date, date]:
    for day in (wish.first, wish.last):
        if day is not None:
            check_entry_date(day, definition.start_date, definition.end_date)
    first, last = wish.first or definition.start_date, wish.last or definition.end_date
    if first > last:
        raise Invalid("end_before_start")
    return first, last


def _spread(clients: Sequence[Spreading], present: Mapping[str, date], days: tuple[date, ...]) -> Spread:
    chosen = spread(clients, days)
    changing = frozenset(client for client, day in chosen.items() if present.get(client) != day)
    return Spread(days, chosen, load_by_week(clients, chosen), changing)


def _ids_of(items: Sequence[TargetItem]) -> list[str]:
    return [item.id for item in items]
