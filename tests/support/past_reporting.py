"""Clients whose facts have chosen moments, for the tests of past days."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from shared.contracts.directory import ClientChanged, UserChanged
from shared.contracts.followup import FactRecorded
from shared.rulebook.commands import AmendConclusion, Circumstances, Conclude
from shared.rulebook.decisions import decide
from shared.rulebook.follow_up import ConclusionKind
from shared.rulebook.history import apply, targeted
from shared.rulebook.ids import client_id, follow_up_id
from tests.support.stories_reporting import ANNE, CAMPAIGN, NOW, PATHS, a_definition, users

PARIS = ZoneInfo("Europe/Paris")


def at(day: str, hour: int = 12, minute: int = 0) -> datetime:
    """An instant in UTC."""
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC) + timedelta(hours=hour, minutes=minute)


def sale(on: str, collected: str = "100.00") -> Conclude:
    """A sale of that day, in euros."""
    return Conclude(ConclusionKind.SALE, date.fromisoformat(on), Decimal(collected))


def amended(on: str, collected: str) -> AmendConclusion:
    """The sale said anew."""
    return AmendConclusion(ConclusionKind.SALE, date.fromisoformat(on), Decimal(collected))


def life(
    *happened: tuple[Any, ...],
    name: str = "one",
    advisor: str = ANNE,
    targeted_at: datetime | None = None,
    entry: str = "2026-10-01",
) -> list[FactRecorded]:
    """The facts of one client: commands with the instant of recording and, where it differs, of happening."""
    plan, targeted_at = a_definition().plan(), targeted_at or at("2026-10-02")
    who = client_id(name)
    fact, state = targeted(
        entry_date=date.fromisoformat(entry),
        potential=Decimal("1000.00"),
        advisor_id=advisor,
        plan=plan,
        today=targeted_at.astimezone(PARIS).date(),
    )
    story = [(fact, state, targeted_at)]
    for command, recorded_at, *occurred_at in happened:
        today, on = (one.astimezone(PARIS).date() for one in (recorded_at, *(occurred_at or [recorded_at])))
        fact = decide(state, command, plan, Circumstances(today, on, "crm"))
        state = apply(state, fact)
        story.append((fact, state, recorded_at))
    return [
        FactRecorded(
            follow_up_id=follow_up_id(CAMPAIGN, who),
            campaign_id=CAMPAIGN,
            client_id=who,
            number=after.number,
            fact=fact,
            after=after,
            occurred_at=recorded_at,
            received_at=recorded_at,
            recorded_at=recorded_at,
            door="crm",
            actor="crm",
        )
        for fact, after, recorded_at in story
    ]


def clients_of(facts: tuple[FactRecorded, ...]) -> list[ClientChanged]:
    """Each client as now advised by whom the last fact names."""
    return [a_client(fact.client_id, fact.after.advisor_id, revision=fact.number) for fact in facts]


def a_client(who: str, advisor: str, *, revision: int) -> ClientChanged:
    """A client under this advisor."""
    return ClientChanged(
        client_id=who, external_id=who, name="C", advisor_id=advisor, changed_at=NOW, revision=revision
    )


def moved(user_id: str, unit: str) -> UserChanged:
    """The advisor in another unit."""
    user = next(user for user in users() if user.user_id == user_id)
    return user.model_copy(update={"unit_id": unit, "unit_path": PATHS[unit], "revision": 2})
