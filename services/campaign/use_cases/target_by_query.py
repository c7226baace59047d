"""Put the clients that a query finds into a campaign: a job whose items are pulled page by page (spec 3.1, 4)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from services.campaign.ports import Calendars, Campaigns, Clock, Job, JobKind, Skipped, TargetItem
from services.campaign.ports.pulling import Page, Pull, Source, Wish
from services.campaign.use_cases.jobs import Call, of_this_call
from services.campaign.use_cases.saving import Desk
from services.campaign.use_cases.spread_entries import newcomers
from services.campaign.use_cases.target_clients import open_to
from shared.contracts.campaign import CampaignDefined
from shared.contracts.queries import MatchingClient
from shared.rulebook import ids
from shared.rulebook.access import Principal
from shared.rulebook.campaign import entry_date_within
from shared.rulebook.errors import Invalid, RuleBroken
from shared.rulebook.filters import Filter
from shared.rulebook.query_targeting import potential_from
from shared.rulebook.spread import entry_days, spread

MOST = 100_000
"""Clients that one call may put into a campaign (spec 3.4)."""
_AGAIN_AFTER = timedelta(seconds=2)
SPREADING = timedelta(seconds=30)
"""How long choosing entry dates may take before another begins it anew."""


class DirectoryAway(Exception):  # noqa: N818  the name is the message
    """The directory does not answer, or cannot say who may what: try again later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ByQuery:
    """A call: the filter, or a saved query by id; what its clients enter with; whether to spread the entry dates."""

    asked: Filter | str
    amount: Decimal = Decimal(0)
    attribute: str | None = None
    percent: Decimal = Decimal(100)
    entry_date: date | None = None
    spread: bool = False


async def target_by_query(
    desk: Desk,
    source: Source,
    asker: Principal,
    campaign_id: str,
    *,
    calendars: Calendars,
    wanted: ByQuery,
    call: Call,
) -> Job:
    """The job that does it, or the one that the same call asked for before.

    Refused as `target_clients`, and by the directory as a query; Invalid `too_many_clients`, `entry_date_out_of_range`.
    """
    definition = await open_to(desk, asker, campaign_id)
    _check_entry_date(definition, wanted.entry_date)
    now, today = desk.clock.now(), desk.clock.today()
    calendar = await calendars.present() if wanted.spread else None
    counted = await source.finder.count(asker.user_id, wanted.asked, number=wanted.attribute, today=today)
    if counted.count > MOST:
        raise Invalid("too_many_clients", {"limit": MOST, "count": counted.count})
    wish = Wish(
        filter=counted.filter,
        amount=wanted.amount,
        attribute=wanted.attribute,
        percent=wanted.percent,
        entry_date=wanted.entry_date,
        days=entry_days(definition.start_date, definition.end_date, today, calendar) if wanted.spread else (),
    )
    job = Job(
        job_id=ids.job_id(f"targeting/{campaign_id}/{call.key}"),
        campaign_id=campaign_id,
        kind=JobKind.TARGET,
        content=call.content,
        total=max(counted.count, 1),  # not worked off before the first page says how many there are
        asker=asker,
        asked_at=now,
    )
    kept = await source.pulls.add(Pull(job=job, wish=wish), now)
    return of_this_call(kept, asker, call)


@dataclass(frozen=True, slots=True)
class PullClients:
    """Goes on with jobs whose clients are not all pulled."""

    source: Source
    clock: Clock
    campaigns: Campaigns

    async def work(self) -> bool:
        """Take one page into its job, or spread one whose pages are all there; False when none is due.

        The page is asked for outside any transaction; cursor, items and counts then change in one, so that whoever dies
        in between leaves the job as it was, and of two who ask for the same page one takes it.
        """
        now = self.clock.now()
        pull = await self.source.pulls.due(now)
        if pull is None:
            return False
        if pull.collected:
            await self._spread(pull, now)
            return True
        try:
            page = await self._page(pull)
        except DirectoryAway:
            await self.source.pulls.put_off(pull, now + _AGAIN_AFTER)
            return False
        await self.source.pulls.keep(pull, page, now)
        return True

    async def _page(self, pull: Pull) -> Page:
        if pull.job.cancelled_at is not None:
            return Page(items=(), last=None)
        today = self.clock.day_of(pull.job.asked_at)
        try:
            found = await self.source.finder.page(pull.job.asker.user_id, pull.wish, after=pull.after, today=today)
        except RuleBroken as refused:
            # The user may no longer look clients up: what was pulled stays, the job ends and says why.
            refusal = Skipped(pull.pulled + 1, "", refused.code)
            return Page(items=(), last=None, skipped=[refusal])
        return Page(items=_items(pull, found.clients), last=found.last)

    async def _spread(self, pull: Pull, now: datetime) -> None:
        """Choose the entry dates of all who were pulled, then let them enter (ADR 0067).

        Nobody enters before all dates are kept: whoever goes on after a killed process chooses them all anew.
        """
        job, pulls = pull.job, self.source.pulls
        await pulls.put_off(pull, now + SPREADING)
        chunks = await pulls.held_back(pull)
        items = [item for chunk in chunks.values() for item in chunk]
        clients = await newcomers(self.campaigns, job.asker, job.campaign_id, items)
        chosen = await asyncio.to_thread(spread, clients, pull.wish.days)
        for number, part in chunks.items():
            await pulls.keep_dates(pull, number, [one._replace(entry_date=chosen.get(one.id)) for one in part])
        await pulls.release(pull, now)


def _items(pull: Pull, clients: Sequence[MatchingClient]) -> list[TargetItem]:
    wish = pull.wish

    def potential(client: MatchingClient) -> Decimal:
        return wish.amount if wish.attribute is None else potential_from(client.number, wish.percent)

    return [
        TargetItem(position, client.client_id, None, potential(client), wish.entry_date)
        for position, client in enumerate(clients, start=pull.pulled + 1)
    ]


def _check_entry_date(definition: CampaignDefined, entry_date: date | None) -> None:
    if entry_date is not None and not entry_date_within(entry_date, definition.start_date, definition.end_date):
        bounds = {"from": definition.start_date.isoformat(), "to": definition.end_date.isoformat()}
        raise Invalid("entry_date_out_of_range", bounds)
