"""What advisors did for the clients of a campaign, as signals of the CRM saying when it happened."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from tools.demo.campaigns import Campaign, Entry
from tools.demo.names import seeded

Json = dict[str, Any]

_ZONE = ZoneInfo("Europe/Paris")
_SATURDAY = 5
_AFTER_THE_END = timedelta(days=12)
"""What was begun in a campaign is still finished after its end."""
_ENDINGS = ("untouched", "under way", "sold", "sold early", "refused", "refused early", "undecided")
"""What chance chooses from; `called` and `met` stop at once after the first step and the sales step."""
_WHEN_OVER = (6, 14, 36, 6, 20, 10, 8)
_WHEN_RUNNING = (16, 46, 16, 4, 8, 6, 4)
_KINDS = ("TASK", "APPOINTMENT", "REMINDER", "EMAIL", "FOLLOW_UP_SHEET")
_FIRST_GAP, _GAP = (0, 5), (1, 8)
_ODD_ONES = 5
_UNPLANNED, _OPTIONAL_DONE, _TICKED = 0.15, 0.55, 0.6
"""How often an unplanned interaction follows, an optional step is done, an optional item ticked."""


def signals(campaigns: Sequence[Campaign], now: datetime) -> list[Json]:
    """All that happened until now, in the order of happening."""
    told = [signal for campaign in campaigns for signal in _of_campaign(campaign, now)]
    return sorted(told, key=lambda signal: (datetime.fromisoformat(signal["occurred_at"]), signal["id"]))


def _of_campaign(campaign: Campaign, now: datetime) -> Iterator[Json]:
    until = min(now, _at(campaign.over + _AFTER_THE_END, time(18)))
    silent = []
    for entry in campaign.entries:
        story = list(_Story(campaign, entry, until).signals())
        if not story and entry.entry_date < now.date():
            silent.append(entry)
        yield from story
    if campaign.start < now.date() <= campaign.over:
        yield from _odd_ones(campaign, silent[:_ODD_ONES], now)


class _Story:
    """One client's way through a campaign, always the same one."""

    def __init__(self, campaign: Campaign, entry: Entry, until: datetime) -> None:
        self._random = seeded(f"{campaign.key}/{entry.client.external_id}")
        self._campaign = campaign
        self._entry = entry
        self._until = until
        self._at = _Moment(self._random, entry.entry_date)
        self._number = 0

    def signals(self) -> Iterator[Json]:
        """The signals that fall before the end of what is told."""
        for signal in self._whole():
            if datetime.fromisoformat(signal["occurred_at"]) > self._until:
                return
            yield signal

    def _whole(self) -> Iterator[Json]:
        over = self._campaign.over < self._campaign.told_on
        ending = self._entry.ending or self._random.choices(_ENDINGS, _WHEN_OVER if over else _WHEN_RUNNING)[0]
        if ending == "untouched":
            return
        for step in self._steps_done(ending):
            yield self._signal("step_completed", step=step["id"], ticked=self._ticked(step))
            if self._random.random() < _UNPLANNED:
                yield self._signal("interaction_recorded", interaction=self._random.choice(_KINDS))
        yield from self._conclusion(ending)

    def _steps_done(self, ending: str) -> Iterator[Json]:
        steps = [step for step in self._campaign.steps if step["mandatory"] or self._random.random() < _OPTIONAL_DONE]
        sales = next(at for at, step in enumerate(steps) if step["id"] == self._campaign.sales_step)
        if ending == "called":
            return iter(steps[:1])
        if ending == "met":
            return iter(steps[: sales + 1])
        if ending == "under way":
            return iter(steps[: self._random.randint(1, len(steps))])
        if ending.endswith("early"):
            return iter(steps[:sales])
        return iter(steps[: self._random.randint(sales + 1, len(steps))])

    def _conclusion(self, ending: str) -> Iterator[Json]:
        if ending.startswith("sold"):
            kind = self._random.choice(("SALE", "SALE", "SIGNATURE"))
            collected = self._entry.potential * Decimal(self._random.randint(40, 130)) / 100
            yield self._signal("concluded", kind=kind, collected=str(collected.quantize(Decimal(1))))
        elif ending.startswith("refused"):
            yield self._signal("concluded", kind="REFUSAL")
        elif ending == "undecided":
            yield self._signal("concluded", kind="NO_DECISION")

    def _ticked(self, step: Json) -> list[str]:
        return [
            item["id"] for item in step.get("checklist", ()) if item["mandatory"] or self._random.random() < _TICKED
        ]

    def _signal(self, signal_type: str, **more: Any) -> Json:
        self._number += 1
        return {
            "id": f"{self._campaign.key}/{self._entry.client.external_id}/{self._number}",
            "type": signal_type,
            "campaign": self._campaign.key,
            "client": self._entry.client.external_id,
            "occurred_at": self._at.next().isoformat(),
            **more,
        }


@dataclass
class _Moment:
    """The next moment in office hours, some days after the one before."""

    random: Random
    day: date
    gap: tuple[int, int] = _FIRST_GAP

    def next(self) -> datetime:
        """Go on."""
        self.day += timedelta(days=self.random.randint(*self.gap))
        self.gap = _GAP
        while self.day.weekday() >= _SATURDAY:
            self.day += timedelta(days=1)
        return _at(self.day, time(9 + self.random.randrange(9), self.random.randrange(60)))


def _odd_ones(campaign: Campaign, entries: Sequence[Entry], now: datetime) -> Iterator[Json]:
    """What a CRM gets wrong: a tick forgotten, a step told before the one that it needs, a client nobody knows."""
    for at, entry in enumerate(entries):
        yield {
            "id": f"{campaign.key}/odd/{at}",
            "type": "step_completed",
            "step": campaign.sales_step if at % 2 else campaign.steps[0]["id"],
            "campaign": campaign.key,
            "client": entry.client.external_id,
            "occurred_at": now.isoformat(),
        }
    yield {
        "id": f"{campaign.key}/odd/nobody",
        "type": "interaction_recorded",
        "interaction": "REMINDER",
        "campaign": campaign.key,
        "client": "demo-client-of-nobody",
        "occurred_at": now.isoformat(),
    }


def _at(day: date, moment: time) -> datetime:
    return datetime.combine(day, moment, _ZONE)
