"""Put the clients that a query finds into a campaign: a job whose items are pulled page by page (spec 3.1, 4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from services.campaign.ports import Clock, Job, JobKind, Skipped, TargetItem
from services.campaign.ports.pulling import Page, Pull, Source, Wish
from services.campaign.use_cases.jobs import Call, of_this_call
from services.campaign.use_cases.saving import Desk
from services.campaign.use_cases.target_clients import open_to
from shared.contracts.campaign import CampaignDefined
from shared.contracts.queries import MatchingClient
from shared.rulebook import ids
from shared.rulebook.access import Principal
from shared.rulebook.campaign import default_entry_date, entry_date_within
from shared.rulebook.errors import Invalid, RuleBroken
from shared.rulebook.filters import Filter
from shared.rulebook.query_targeting import potential_from, spread_order

MOST = 100_000
"""Clients that one call may put into a campaign (spec 3.4)."""
_AGAIN_AFTER = timedelta(seconds=2)
_DAY = timedelta(days=1)


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
    desk: Desk, source: Source, asker: Principal, campaign_id: str, *, wanted: ByQuery, call: Call
) -> Job:
    """The job that does it, or the one that the same call asked for before.

    Refused as `target_clients`, and by the directory as a query; Invalid `too_many_clients`, `entry_date_out_of_range`.
    """
    definition = await open_to(desk, asker, campaign_id)
    _check_entry_date(definition, wanted.entry_date)
    now = desk.clock.now()
    counted = await source.finder.count(asker.user_id, wanted.asked, number=wanted.attribute, today=desk.clock.today())
    if counted.count > MOST:
        raise Invalid("too_many_clients", {"limit": MOST, "count": counted.count})
    wish = Wish(
        filter=counted.filter,
        amount=wanted.amount,
        attribute=wanted.attribute,
        percent=wanted.percent,
        entry_date=wanted.entry_date,
        days=spread_order(_entry_days(definition, desk.clock.today())) if wanted.spread else (),
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

    async def work(self) -> bool:
        """Take one page into its job; False when none is due.

        The page is asked for outside any transaction; cursor, items and counts then change in one, so that whoever dies
        in between leaves the job as it was, and of two who ask for the same page one takes it.
        """
        now = self.clock.now()
        pull = await self.source.pulls.due(now)
        if pull is None:
            return False
        try:
            page = await self._page(pull)
        except DirectoryAway:
            await self.source.pulls.put_off(pull, now + _AGAIN_AFTER)
            return False
        await self.source.pulls.keep(pull, page, now)
        return True

    async def _page(self, pull: Pull) -> Page:
        if pull.job.cancelled_at is not None:
            return Page(items=(), last=None, dealt=pull.dealt)
        today = self.clock.day_of(pull.job.asked_at)
        try:
            found = await self.source.finder.page(pull.job.asker.user_id, pull.wish, after=pull.after, today=today)
        except RuleBroken as refused:
            # The user may no longer look clients up: what was pulled stays, the job ends and says why.
            refusal = Skipped(pull.pulled + 1, "", refused.code)
            return Page(items=(), last=None, dealt=pull.dealt, skipped=[refusal])
        items, dealt = _items(pull, found.clients)
        return Page(items=items, last=found.last, dealt=dealt)


def _items(pull: Pull, clients: Sequence[MatchingClient]) -> tuple[list[TargetItem], dict[str, int]]:
    wish, dealt = pull.wish, dict(pull.dealt)
    items = []
    for position, client in enumerate(clients, start=pull.pulled + 1):
        entry_date = wish.entry_date
        if wish.days:
            place = dealt.get(client.advisor_id, 0)
            dealt[client.advisor_id] = place + 1
            entry_date = wish.days[place % len(wish.days)]
        potential = wish.amount if wish.attribute is None else potential_from(client.number, wish.percent)
        items.append(TargetItem(position, client.client_id, None, potential, entry_date))
    return items, dealt


def _entry_days(definition: CampaignDefined, today: date) -> list[date]:
    """The days on which clients may enter: from Monday to Friday, or all when there are no such."""
    first = default_entry_date(definition.start_date, today)
    days = [first + _DAY * number for number in range((definition.end_date - first).days + 1)]
    return [day for day in days if day.weekday() < 5] or days  # noqa: PLR2004  Saturday


def _check_entry_date(definition: CampaignDefined, entry_date: date | None) -> None:
    if entry_date is not None and not entry_date_within(entry_date, definition.start_date, definition.end_date):
        bounds = {"from": definition.start_date.isoformat(), "to": definition.end_date.isoformat()}
        raise Invalid("entry_date_out_of_range", bounds)
