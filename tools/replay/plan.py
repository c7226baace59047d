"""Turns rows into what a host CRM would send: structure, people, one campaign, and signals saying when it happened."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tools.replay.source import Person, Source

Json = dict[str, Any]

STARTED_DAYS_AGO = 90
_LASTS = timedelta(days=150)
_CONTACTS_WITHIN = 80
_OFFICE_OPENS = time(9)
_OFFICE_MINUTES = 8 * 60
_ADVISORS_PER_BRANCH = 3
_PREFIX = 12

FIRST_CALL, SECOND_CALL, PROPOSAL, PAPERWORK = "first-call", "second-call", "proposal-meeting", "paperwork"
STEP_IDS = (FIRST_CALL, SECOND_CALL, PROPOSAL, PAPERWORK)
_CHECKED = "identity-checked"
_COMPLETED_IN_ORDER = (FIRST_CALL, SECOND_CALL, PROPOSAL)
_STEPS: tuple[Json, ...] = (
    {
        "id": FIRST_CALL,
        "title": "First call",
        "kind": "TASK",
        "mandatory": True,
        "checklist": [{"id": _CHECKED, "text": "Identity checked", "mandatory": True}],
    },
    {"id": SECOND_CALL, "title": "Second call", "kind": "REMINDER", "mandatory": False},
    {"id": PROPOSAL, "title": "Proposal meeting", "kind": "APPOINTMENT", "mandatory": True},
    {"id": PAPERWORK, "title": "Paperwork", "kind": "FOLLOW_UP_SHEET", "mandatory": False},
)


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is sent, but for the campaign's first day: a replay taken up again keeps the day it began with."""

    source: Source

    @property
    def prefix(self) -> str:
        """Begins each external id, so that two files never speak of the same people."""
        return f"bank-{self.source.digest[:_PREFIX]}"

    @property
    def campaign_key(self) -> str:
        """One campaign per file and number of rows."""
        return f"{self.prefix}-{len(self.source.people)}-rows"

    @property
    def manager(self) -> str:
        """The campaign's owner."""
        return f"{self.prefix}-manager"

    def jobs(self) -> list[str]:
        """The jobs, in the file's order."""
        return list(dict.fromkeys(person.job for person in self.source.people))

    def branch(self, job: str) -> str:
        """The external id of the branch of a job."""
        return f"{self.prefix}-branch-{job.replace(' ', '_')}"

    def names(self) -> dict[str, str]:
        """What the file calls each branch and each advisor, by external id: a job, and a job with a turn."""
        turns = range(_ADVISORS_PER_BRANCH)
        advisors = {self._advisor_id(job, turn): f"{job} {turn + 1}" for job in self.jobs() for turn in turns}
        return {self.branch(job): job for job in self.jobs()} | advisors

    def units(self) -> list[Json]:
        """One network, and below it a branch per job."""
        network = f"{self.prefix}-network"
        branches = [
            {"external_id": self.branch(job), "name": job.capitalize(), "parent": network} for job in self.jobs()
        ]
        return [{"external_id": network, "name": "Bank marketing network"}, *branches]

    def profiles(self) -> list[Json]:
        """Advisors see their own clients; the manager sees all and owns the campaign."""
        return [
            {"external_id": f"{self.prefix}-advisors", "name": "Advisor", "access_level": "OWN"},
            {
                "external_id": f"{self.prefix}-managers",
                "name": "Network manager",
                "access_level": "ALL",
                "manage_campaigns": True,
            },
        ]

    def users(self) -> list[Json]:
        """The manager, and a few advisors per branch."""
        manager = {
            "external_id": self.manager,
            "name": "Network manager",
            "unit": f"{self.prefix}-network",
            "profile": f"{self.prefix}-managers",
        }
        return [manager, *(self._advisor(job, turn) for job in self.jobs() for turn in range(_ADVISORS_PER_BRANCH))]

    def clients(self) -> Iterator[Json]:
        """Everyone, with the row's columns as attributes; a branch's advisors take turns."""
        turns: Counter[str] = Counter()
        for person in self.source.people:
            yield {
                "external_id": self.client(person),
                "name": f"Client {person.row:05}",
                "advisor": self._advisor_id(person.job, turns[person.job] % _ADVISORS_PER_BRANCH),
                "attributes": dict(person.attributes),
            }
            turns[person.job] += 1

    def client(self, person: Person) -> str:
        """The external id of a row's client: the same whatever the number of rows."""
        return f"{self.prefix}-{person.row}"

    def campaign(self, start: date) -> Json:
        """The campaign's definition, as from `start`."""
        return {
            "key": self.campaign_key,
            "name": f"Term deposit, {len(self.source.people)} clients ({self.prefix})",
            "owner": self.manager,
            "start_date": start.isoformat(),
            "end_date": (start + _LASTS).isoformat(),
            "steps": _STEPS,
            "sales_step": PROPOSAL,
        }

    def targeted(self, start: date) -> list[Json]:
        """Every client, from the first day on."""
        return [
            {
                "client": self.client(person),
                "potential": _euros(max(person.balance, Decimal(0))),
                "entry_date": start.isoformat(),
            }
            for person in self.source.people
        ]

    def signals(self, start: date, zone: ZoneInfo) -> Iterator[Sequence[Json]]:
        """The signals of each client, in the order in which they happened."""
        opening = datetime.combine(start, _OFFICE_OPENS, zone)
        for person in self.source.people:
            yield self._signals_of(person, opening)

    def _signals_of(self, person: Person, opening: datetime) -> Sequence[Json]:
        times = [_contact_time(person, opening, number) for number in range(1, person.contacts + 1)]
        contacts = [
            self._signal(person, str(number), at) | _contact(number) for number, at in enumerate(times, start=1)
        ]
        end = self._signal(person, "end", times[-1] + timedelta(hours=1)) | _conclusion(person)
        return [*contacts, end]

    def _signal(self, person: Person, name: str, at: datetime) -> dict[str, Any]:
        return {
            "id": f"{self.campaign_key}-{person.row}-{name}",
            "campaign": self.campaign_key,
            "client": self.client(person),
            "occurred_at": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        }

    def _advisor(self, job: str, turn: int) -> Json:
        return {
            "external_id": self._advisor_id(job, turn),
            "name": f"{job.capitalize()} advisor {turn + 1}",
            "unit": self.branch(job),
            "profile": f"{self.prefix}-advisors",
        }

    def _advisor_id(self, job: str, turn: int) -> str:
        return f"{self.branch(job)}-{turn + 1}"


def _contact_time(person: Person, opening: datetime, number: int) -> datetime:
    """Spread over the first weeks, each client at an hour of its own; the seconds keep a crowded day in order."""
    day = (number - 1) * _CONTACTS_WITHIN // person.contacts
    return opening + timedelta(days=day, minutes=person.row * 7 % _OFFICE_MINUTES, seconds=number)


def _contact(number: int) -> Json:
    if number > len(_COMPLETED_IN_ORDER):
        return {"type": "interaction_recorded", "interaction": "REMINDER"}
    step = _COMPLETED_IN_ORDER[number - 1]
    return {"type": "step_completed", "step": step, "ticked": [_CHECKED] if step == FIRST_CALL else []}


def _conclusion(person: Person) -> Json:
    if not person.subscribed:
        return {"type": "concluded", "kind": "REFUSAL"}
    return {"type": "concluded", "kind": "SALE", "collected": _euros(max(person.balance, Decimal(0)))}


def _euros(amount: Decimal) -> str:
    return f"{amount:.2f}"
