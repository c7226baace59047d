"""Saving a change of a running campaign costs the same however many follow-ups are open: counted, not timed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.campaign.store.neighbours import AskedFollowUps
from services.followup.store.neighbours import AskedCampaigns
from shared.contracts.campaign import ClientsTargeted, TargetedClient
from shared.rulebook.commands import BeginStep, CompleteStep
from shared.rulebook.ids import user_id
from tests.integration.followup.test_preview import OLD, a_campaign, a_follow_up, door, edit_of
from tests.integration.followup.world import World
from tests.services.campaign.conftest import Door

__all__ = ["door"]
LETTER = {"id": "letter", "title": "Letter", "kind": "REMINDER"}
_COPY = """
    insert into facts (follow_up_id, number, event, recorded_at)
    select f.follow_up_id, 99, c.event, c.recorded_at from follow_ups f, facts c
    where c.event -> 'fact' ->> 'kind' = 'StepCompleted' and c.number < 99
    on conflict do nothing
"""
_ROWS = (
    "select coalesce(sum(seq_tup_read + idx_tup_fetch + n_tup_ins + n_tup_upd + n_tup_del), 0)"
    " from pg_stat_xact_user_tables"
)


@dataclass
class Cost:
    """Statements sent, and rows read and written by them."""

    statements: int = 0
    rows: int = 0


@contextmanager
def counted(*engines: AsyncEngine) -> Iterator[Cost]:
    """What happens over these connections meanwhile."""
    cost, begun = Cost(), {}

    def rows(connection: Any) -> int:
        return int(connection.exec_driver_sql(_ROWS).scalar_one())

    def begins(connection: Any) -> None:
        begun[connection] = rows(connection)

    def commits(connection: Any) -> None:
        cost.rows += rows(connection) - begun.pop(connection)

    def runs(*given: Any) -> None:
        cost.statements += given[2] != _ROWS

    listeners = [("begin", begins), ("commit", commits), ("before_cursor_execute", runs)]
    for engine in engines:
        for name, listener in listeners:
            event.listen(engine.sync_engine, name, listener)
    yield cost
    for engine in engines:
        for name, listener in listeners:
            event.remove(engine.sync_engine, name, listener)


@pytest.fixture
async def asking_door(world: World, door: Door) -> Door:
    """The campaign service, which asks the real follow-up service."""
    kept = door.app.state.door
    door.app.state.door = replace(kept, desk=replace(kept.desk, follow_ups=AskedFollowUps(world.bus)))
    return door


async def test_a_save_touches_no_more_with_a_thousand_follow_ups_than_with_ten(world: World, asking_door: Door) -> None:
    campaign = await a_campaign(asking_door, world)
    held = await AskedCampaigns(world.bus).present(campaign["campaign_id"])
    assert held is not None
    assert held.definition is not None
    await world.definitions.hold(held.definition)
    await a_follow_up(world, campaign["campaign_id"], "anne", CompleteStep("first"), BeginStep("second"))
    await _enrol(world, campaign["campaign_id"], 10)

    with_ten, first = await _saved(world, asking_door, campaign, [OLD[0], OLD[1], LETTER, OLD[3]])
    await _enrol(world, campaign["campaign_id"], 990)
    with_thousand, second = await _saved(world, asking_door, first, [OLD[0], OLD[1], LETTER | {"id": "other"}, OLD[3]])

    assert (first["held"], second["held"], second["version"]) == (True, True, 3)
    assert with_thousand.statements == with_ten.statements
    assert with_thousand.rows - with_ten.rows < 20


async def _saved(
    world: World, door: Door, campaign: dict[str, Any], steps: list[dict[str, Any]]
) -> tuple[Cost, dict[str, Any]]:
    """What it costs both services to remove a step and add one, and what was saved."""
    with counted(world.database.engine, door.app.state.door.desk.campaigns._database.engine) as cost:
        answer = await door.ask(
            "PUT",
            f"/{campaign['campaign_id']}",
            json=edit_of(campaign, steps),
            headers={"If-Match": f'"{campaign["version"]}"'},
        )
    assert answer.status_code == 200, answer.text
    return cost, answer.json()


async def _enrol(world: World, campaign: str, number: int) -> None:
    """So many more open follow-ups, each with a completed step."""
    clients = tuple(
        TargetedClient(
            client_id=str(uuid4()),
            advisor_id=user_id("anne"),
            potential=Decimal("10.00"),
            entry_date=world.clock.today() - timedelta(days=20),
        )
        for _ in range(number)
    )
    batch = ClientsTargeted(
        campaign_id=campaign,
        job_id=str(uuid4()),
        batch=1,
        clients=clients,
        targeted_by="tests",
        targeted_at=world.clock.now(),
    )
    await world.targeting.enrol(batch)
    async with world.database.transaction() as connection:
        await connection.execute(text(_COPY))
