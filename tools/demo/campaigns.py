"""The five campaigns of the demonstration, one or two in each status on the day they are loaded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from tools.demo.names import TOWNS, seeded
from tools.demo.network import NETWORK_MANAGER, Client, Network, advisors_of, branch, region, region_of

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """A targeted client, and from which day on."""

    client: Client
    potential: Decimal
    entry_date: date
    ending: str | None = None
    """What becomes of the client where that is not left to chance (tools/demo/stories.py)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A campaign and its clients. `over` is the last day that it has once its past has been told."""

    key: str
    name: str
    note: str
    owner: str
    target: int
    start: date
    over: date
    told_on: date
    steps: tuple[Json, ...]
    sales_step: str
    branches: tuple[int, ...]
    entries: tuple[Entry, ...]
    archived: bool = False

    @property
    def end(self) -> date:
        """The last day while it is told: clients enter a campaign only while it runs, so a past one is ended after."""
        return max(self.over, self.told_on)

    def body(self, end: date) -> Json:
        """The definition as sent, ending on that day."""
        return {
            "name": self.name,
            "note": self.note,
            "owner": self.owner,
            "target": str(self.target),
            "start_date": self.start.isoformat(),
            "end_date": end.isoformat(),
            "steps": list(self.steps),
            "sales_step": self.sales_step,
        }

    def shares(self) -> list[Json]:
        """Every advisor of its branches has a share, the first of each in euros; some of it stays unallocated."""
        advisors = [advisor for at in self.branches for advisor in advisors_of(at)]
        part = Decimal(92) / len(advisors)
        return [
            {"advisor": advisor, "amount": str(self.target // len(advisors) * 9 // 10 // 100 * 100)}
            if advisor.endswith("-1")
            else {"advisor": advisor, "percent": str(part.quantize(Decimal("0.01")))}
            for advisor in advisors
        ]

    def targets(self) -> list[Json]:
        """The clients as targeted."""
        return [
            {
                "client": entry.client.external_id,
                "potential": str(entry.potential),
                "entry_date": entry.entry_date.isoformat(),
            }
            for entry in self.entries
        ]


def _step(step_id: str, title: str, kind: str, *, mandatory: bool = True, **more: Any) -> Json:
    return {"id": step_id, "title": title, "kind": kind, "mandatory": mandatory, **more}


_KNOW = {"id": "identite", "text": "Pièce d’identité à jour", "mandatory": True}
_NEEDS = {"id": "besoins", "text": "Besoins notés", "mandatory": False}
CALL = _step(
    "appel", "Premier appel", "TASK", offers_next=True, due_within_days=5, checklist=[_KNOW, _NEEDS],
    note="Se présenter, vérifier la situation, proposer un rendez-vous.",
)  # fmt: skip
REMINDER = _step("relance", "Relance", "REMINDER", mandatory=False, due_within_days=10)
LETTER = _step(
    "courriel", "Courriel de présentation", "EMAIL", mandatory=False, email_subject="Votre projet",
    email_body="Bonjour,\n\nComme convenu, voici la présentation.\n",
)  # fmt: skip
MEETING = _step("rendez-vous", "Rendez-vous de proposition", "APPOINTMENT", offers_next=True, due_within_days=15)
SHEET = _step("synthese", "Fiche de synthèse", "FOLLOW_UP_SHEET", mandatory=False)
FILE = _step(
    "dossier", "Constitution du dossier", "TASK", due_within_days=10,
    checklist=[{"id": "signature", "text": "Bulletin signé", "mandatory": True}],
)  # fmt: skip

_SATURDAY = 5
SHOWN_ADVISOR = advisors_of(0)[0]
"""The advisor whom the sign-in page names."""
_SHOWN = (
    ("untouched", 5), ("called", 9), ("met", 16), ("untouched", 9), ("sold", 15), ("called", 13),
    ("untouched", 5), ("refused", 14), ("met", 18), ("called", 6), ("undecided", 17), ("untouched", 2),
)  # fmt: skip
"""What becomes of that advisor's clients, who entered so many working days ago: due on the day after five of them."""


def campaigns(network: Network, today: date, *, part: float = 1.0) -> tuple[Campaign, ...]:
    """The five, as from that day; with `part` of their clients, the first ones chosen."""
    whole = _whole_campaigns(network, today)
    return tuple(
        replace(campaign, entries=campaign.entries[: round(len(campaign.entries) * part)]) for campaign in whole
    )


def _whole_campaigns(network: Network, today: date) -> tuple[Campaign, ...]:
    everywhere = tuple(range(len(TOWNS)))
    first_region = tuple(at for at in everywhere if region_of(at) == 0)
    return (
        _campaign(
            network, today, key="demo-precaution", name="Épargne de précaution", days=(-200, -110), clients=90,
            target=180_000, steps=(CALL, MEETING), branches=everywhere, owner=NETWORK_MANAGER, archived=True,
        ),
        _campaign(
            network, today, key="demo-emprunteur", name="Assurance emprunteur", days=(-150, -40), clients=130,
            target=320_000, steps=(CALL, REMINDER, MEETING, FILE), branches=everywhere, owner=NETWORK_MANAGER,
        ),
        _campaign(
            network, today, key="demo-versements", name="Versements sur contrats d’épargne", days=(-50, 10),
            clients=240, target=400_000, steps=(CALL, REMINDER, MEETING, SHEET), branches=everywhere,
            owner=NETWORK_MANAGER,
        ),
        _campaign(
            network, today, key="demo-prevoyance", name="Prévoyance des dirigeants", days=(-30, 45), clients=130,
            target=150_000, steps=(CALL, LETTER, MEETING, FILE, SHEET), branches=first_region,
            owner=f"{region(0)}-manager",
        ),
        _campaign(
            network, today, key="demo-retraite", name="Préparer sa retraite", days=(14, 75), clients=90,
            target=250_000, steps=(CALL, REMINDER, MEETING), branches=first_region[:1], owner=f"{branch(0)}-manager",
        ),
    )  # fmt: skip


def _campaign(
    network: Network,
    today: date,
    *,
    key: str,
    days: tuple[int, int],
    clients: int,
    branches: tuple[int, ...],
    **definition: Any,
) -> Campaign:
    start, over = (today + timedelta(days=day) for day in days)
    return Campaign(
        key=key,
        start=start,
        over=over,
        told_on=today,
        branches=branches,
        sales_step=MEETING["id"],
        note="Opération de démonstration.",
        entries=tuple(_entries(seeded(key), _clients_of(network, branches), (start, over), clients, today)),
        **definition,
    )


def _clients_of(network: Network, branches: Sequence[int]) -> list[Client]:
    advisors = {advisor for at in branches for advisor in advisors_of(at)}
    return [client for client in network.known_clients if client.advisor in advisors]


def _entries(
    random: Random, clients: Sequence[Client], days: tuple[date, date], number: int, today: date
) -> Iterator[Entry]:
    """So many of the clients, entering over the first two thirds of the campaign, most of them early.

    The advisor of the sign-in page comes first, with something of each kind to do.
    """
    start, over = days
    last = (over - start).days * 2 // 3
    chosen = random.sample(clients, min(number, len(clients)))
    shown = (
        [client for client in clients if client.advisor == SHOWN_ADVISOR][: len(_SHOWN)]
        if start < today <= over
        else []
    )
    for client, (ending, working_days) in zip(shown, _SHOWN, strict=False):
        entry_date = min(max(_working_days_before(today, working_days), start), over)
        yield Entry(client, _potential(random, client), entry_date, ending)
    for client in [client for client in chosen if client not in shown][: number - len(shown)]:
        entry_date = start + timedelta(days=int(last * random.random() ** 1.5))
        yield Entry(client, _potential(random, client), entry_date)


def _working_days_before(day: date, number: int) -> date:
    while number > 0:
        day -= timedelta(days=1)
        number -= day.weekday() < _SATURDAY
    return day


def _potential(random: Random, client: Client) -> Decimal:
    share = min(client.assets * random.uniform(0.02, 0.15), 20_000)
    return Decimal(max(200, round(share / 100) * 100))
