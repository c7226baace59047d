"""Rows of follow-ups and commands as the values of `ports`, and back; plans are read once per version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.followup.ports import Known, Leased
from shared.contracts.campaign import CampaignDefined
from shared.contracts.commands import command_from_wire
from shared.rulebook.commands import Circumstances
from shared.rulebook.follow_up import FollowUp
from shared.rulebook.steps import Plan
from shared.runtime.clock import Clock

STEP_BEING_REMOVED = "step_being_removed"
"""The code of a signal that is parked until it is decided whether its step stays; no fact frees it."""
STATE: TypeAdapter[FollowUp] = TypeAdapter(FollowUp)

_LOCK = sa.text(
    """
    select f.follow_up_id::text, f.campaign_id::text, f.client_id::text, f.advisor_id::text, f.state::text,
           f.known_version, f.started, c.version, c.reserved_steps, c.reserved_whole, a.unit_path::text[]
    from follow_ups f
    join campaigns c on c.campaign_id = f.campaign_id
    left join advisors a on a.advisor_id = f.advisor_id
    where f.follow_up_id = any(cast(:ids as uuid[]))
    order by f.follow_up_id
    for no key update of f for share of c
    """
)
_DEFINITION = sa.text("select definition::text from campaigns where campaign_id = :campaign_id")
_CLAIM = sa.text(
    """
    with oldest as (
        select n.command_id, n.leased_until
        from unnest(cast(:ids as uuid[])) as f(id)
        cross join lateral (
            select command_id, leased_until from commands
            where follow_up_id = f.id and verdict is null and not parked
            order by seq limit 1
        ) n
    )
    update commands c set leased_until = :lease, attempts = attempts + 1
    from oldest o
    where c.command_id = o.command_id and (o.leased_until is null or o.leased_until <= :now)
    returning c.command_id::text, c.source_id, c.follow_up_id::text, c.body, c.door, c.actor,
              c.occurred_at, c.received_at, c.park_until, c.attempts, c.note, c.details
    """
)


@dataclass(frozen=True, slots=True)
class Locked:
    """A follow-up under this transaction's lock, with what rights and reservations need."""

    known: Known
    advisor_id: str
    unit_path: tuple[str, ...]
    reserved_steps: frozenset[str]
    reserved_whole: bool
    dates: tuple[date, date]
    """The campaign's first and last day."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What of a definition is needed for its commands."""

    plan: Plan
    dates: tuple[date, date]


@dataclass(slots=True)
class Plans:
    """The plan and the dates of each campaign in its present version, read once."""

    _planned: dict[str, Planned] = field(default_factory=dict)

    async def get(self, conn: AsyncConnection, campaign_id: str, version: int) -> Planned:
        """Both in the version that the campaign's row shows."""
        planned = self._planned.get(campaign_id)
        if planned is None or planned.plan.version != version:
            text = (await conn.execute(_DEFINITION, {"campaign_id": campaign_id})).scalar_one()
            definition = CampaignDefined.model_validate_json(text)
            planned = Planned(definition.plan(), (definition.start_date, definition.end_date))
            self._planned[campaign_id] = planned
        return planned


async def lock(conn: AsyncConnection, plans: Plans, follow_up_ids: Sequence[str]) -> dict[str, Locked]:
    """The follow-ups, locked in the order of their ids until the transaction ends; unknown ids are absent."""
    rows = (await conn.execute(_LOCK, {"ids": sorted(set(follow_up_ids))})).all()
    found = {}
    for row in rows:
        planned = await plans.get(conn, row[1], row[7])
        known = Known(
            follow_up_id=row[0],
            campaign_id=row[1],
            client_id=row[2],
            state=STATE.validate_json(row[4]),
            known_version=row[5],
            started=row[6],
            plan=planned.plan,
        )
        reserved = frozenset(row[8] or ())
        found[row[0]] = Locked(known, row[3], tuple(row[10] or ()), reserved, row[9], planned.dates)
    return found


async def claim(
    conn: AsyncConnection, clock: Clock, known: Mapping[str, Known], lease_until: datetime
) -> dict[str, Leased]:
    """Lease, for each of these locked follow-ups, its oldest undecided command unless somebody holds it."""
    parameters = {"ids": list(known), "now": clock.now(), "lease": lease_until}
    rows = (await conn.execute(_CLAIM, parameters)).mappings().all()
    return {row["follow_up_id"]: _leased(row, known[row["follow_up_id"]], clock, lease_until) for row in rows}


def circumstances_of(clock: Clock, occurred_at: datetime, actor: str) -> Circumstances:
    """What surrounds a command that is sent now."""
    return Circumstances(today=clock.today(), occurred_on=clock.day_of(occurred_at), actor=actor)


def _leased(row: Any, known: Known, clock: Clock, lease_until: datetime) -> Leased:
    return Leased(
        command_id=row["command_id"],
        source_id=row["source_id"],
        command=command_from_wire(row["body"]),
        circumstances=circumstances_of(clock, row["occurred_at"], row["actor"]),
        door=row["door"],
        occurred_at=row["occurred_at"],
        received_at=row["received_at"],
        park_until=row["park_until"],
        leased_until=lease_until,
        follow_up=known,
        attempt=row["attempts"],
        note=row["note"],
        details=row["details"],
    )
