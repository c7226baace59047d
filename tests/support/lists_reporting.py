"""Clients with names, some of them moved since, for the tests of lists and trees."""

from dataclasses import dataclass
from datetime import UTC, datetime

from shared.contracts.directory import ClientChanged
from shared.contracts.followup import FactRecorded
from shared.rulebook.follow_up import FollowUp
from shared.rulebook.ids import client_id
from tests.support.stories_reporting import ADVISORS

NAMES = ("Zoé", "Élodie", "anatole", "Ève", "Bruno", "Œdipe", "Marc")


@dataclass(frozen=True, slots=True)
class Told:
    """A follow-up as its last fact says."""

    follow_up_id: str
    campaign_id: str
    client_id: str
    state: FollowUp


def told_last(facts: list[FactRecorded]) -> dict[str, Told]:
    """Each follow-up after its last fact, by id."""
    last = {fact.follow_up_id: fact for fact in sorted(facts, key=lambda fact: fact.number)}
    return {one: Told(one, fact.campaign_id, fact.client_id, fact.after) for one, fact in last.items()}


def named_clients(facts: list[FactRecorded], *, moved_every: int = 5) -> list[ClientChanged]:
    """Clients of the advisors of record; every so many-th has moved to another advisor since."""
    advisor_of = {one.client_id: one.state.advisor_id for one in told_last(facts).values()}
    return [
        a_client(
            who,
            name=f"{NAMES[place % len(NAMES)]} {place}",
            advisor=ADVISORS[(ADVISORS.index(advisor) + (place % moved_every == 0)) % len(ADVISORS)],
            external_id=f"C{place}",
        )
        for place, (who, advisor) in enumerate(sorted(advisor_of.items()))
    ]


def a_client(who: str, *, name: str, advisor: str, external_id: str = "C") -> ClientChanged:
    """One client, by id or by key."""
    return ClientChanged(
        client_id=who if "-" in who else client_id(who),
        external_id=external_id,
        name=name,
        advisor_id=advisor,
        changed_at=datetime(2026, 11, 1, tzinfo=UTC),
        revision=1,
    )
