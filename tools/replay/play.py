"""Plays a plan against the product: each part may be sent again, so that a replay taken up again does nothing twice."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from tools.replay import campaign, directory, reports, signals
from tools.replay.compare import differences
from tools.replay.disorder import Disorder
from tools.replay.figures import Figures
from tools.replay.plan import Plan
from tools.replay.progress import Bars
from tools.replay.session import ReplayError, Session

_SETTLES_WITHIN = 30.0
_LOOK_EVERY = 0.5


@dataclass(frozen=True, slots=True)
class Result:
    """What the reports say in the end, and where that differs from what the file says."""

    reported: Figures
    differences: list[str]


async def play(
    session: Session, plan: Plan, expected: Figures, bars: Bars, *, first_day: date, zone: ZoneInfo, disorder: Disorder
) -> Result:
    """Play the whole plan; the campaign starts on `first_day` unless an earlier replay began it on another."""
    await _put_people(session, plan, bars)
    campaign_id, start = await _campaign(session, plan, first_day)
    clients = plan.targeted(start)
    await campaign.target(session, campaign_id, plan.campaign_key, clients, bars.begin("Targeted", len(clients)))
    contacts = expected.contacts + expected.clients
    said = disorder.of(plan.signals(start, zone))
    sent = await signals.send(session, said, bars.begin("Signals", contacts), verdicts_last=disorder.shuffled)
    if sent.refused:
        raise ReplayError(f"{len(sent.refused)} signals were refused, among them {'; '.join(sent.refused[:10])}")
    names = plan.names()
    return await settled(lambda: reports.read(session, campaign_id, names), expected)


async def settled(
    read: Callable[[], Awaitable[Figures]], expected: Figures, *, within: float = _SETTLES_WITHIN
) -> Result:
    """The figures once they equal what is expected, or once they have not moved for `within` seconds."""
    last = await read()
    moved = time.monotonic()
    while (found := differences(expected, last)) and time.monotonic() - moved < within:
        await asyncio.sleep(_LOOK_EVERY)
        figures = await read()
        if figures != last:
            last, moved = figures, time.monotonic()
    return Result(last, found)


async def _put_people(session: Session, plan: Plan, bars: Bars) -> None:
    structure = {"units": plan.units(), "profiles": plan.profiles(), "users": plan.users()}
    report = bars.begin("Structure", sum(map(len, structure.values())))
    for kind, items in structure.items():
        await directory.put(session, kind, items, report)
    await directory.put(session, "clients", plan.clients(), bars.begin("Clients", len(plan.source.people)))


async def _campaign(session: Session, plan: Plan, first_day: date) -> tuple[str, date]:
    found = await campaign.find(session, plan.campaign_key, plan.prefix)
    return found or (await campaign.create(session, plan.campaign(first_day)), first_day)
