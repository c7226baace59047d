"""Follow-ups folded from their facts, placed and counted set by set: no row of them leaves the database (ADR 0110)."""

import json
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.ports.counting import Generation
from services.reporting.ports.standing import Contribution, Shape
from services.reporting.store.counters import ADDED_AMOUNTS, ADDED_STEPS, AMOUNTS, STEPS
from services.reporting.store.shaping import SHAPE, column_of_shape, shape_of_column
from services.reporting.use_cases.contribution import ALWAYS_OPEN
from services.reporting.use_cases.record_facts import ACTIVITY
from shared.rulebook.follow_up import ConclusionKind

_BEHIND = text("""
    select follow_up_id from follow_ups
    where follow_up_id in (
        select follow_up_id from follow_ups
        where campaign_id = :campaign_id and generation < :generation order by generation limit :limit)
      and generation < :generation
    order by follow_up_id for update
""")
_FOLDED = f"""
    last as (
        select distinct on (follow_up_id) follow_up_id, number, after,
            sum(case when fact ->> 'step_id' is not null then 0
                     when kind in ('InteractionRecorded', 'InteractionCompleted') then 1
                     when kind = 'InteractionReopened' then -1 else 0 end)
                over (partition by follow_up_id) as interactions,
            max(occurred_at) filter (where kind = any(:activity)) over (partition by follow_up_id) as last_activity
        from facts where follow_up_id = any(cast(:ids as uuid[])) order by follow_up_id, number desc),
    folded as materialized (select *, {SHAPE.format(after="after")} as shape from last)
"""  # noqa: S608  text of our own
_SHAPES = text(f"with {_FOLDED} select distinct shape from folded")  # noqa: S608  text of our own
_PLACE = text(f"""
    with {_FOLDED},
    judged as (
        select * from jsonb_to_recordset(cast(:judged as jsonb)) as judged (
            shape jsonb, position text, step_number integer, success boolean, clients integer, accepted integer,
            refused integer, in_progress integer, archived integer, contacts integer, converting integer,
            converting_while_waiting integer, overdue integer, steps jsonb)),
    placed as materialized (
        select *, cast(after ->> 'advisor_id' as uuid) as advisor_id, after ->> 'closing' as closing,
            cast(after ->> 'entry_date' as date) as entry_date,
            case when after ->> 'closing' is null then cast(after ->> 'entry_date' as date)
                else cast(:always_open as date) end as opens_on,
            cast(after ->> 'initial_potential' as numeric) as initial_potential,
            cast(after ->> 'potential' as numeric) as potential,
            coalesce(cast(after #>> '{{conclusion,collected}}' as numeric), 0) as collected
        from folded join judged using (shape)),
    saved as (
        update follow_ups set
            number = placed.number, state = placed.after, interactions = placed.interactions,
            generation = :generation, advisor_id = placed.advisor_id, entry_date = placed.entry_date,
            closing = placed.closing, success = placed.success, initial_potential = placed.initial_potential,
            potential = placed.potential, collected = placed.collected, position = placed.position,
            plan_version = :version, conclusion_kind = placed.after #>> '{{conclusion,kind}}',
            concluded_on = cast(placed.after #>> '{{conclusion,on}}' as date), step_number = placed.step_number,
            overdue = placed.overdue > 0, last_activity = placed.last_activity
        from placed where placed.follow_up_id = follow_ups.follow_up_id),
    counted as (
        insert into amount_counters as counter ({AMOUNTS})
        select cast(:campaign_id as uuid), :generation, advisor_id, opens_on, count(*), sum(accepted), sum(refused),
            sum(in_progress), sum(archived), sum(contacts + interactions), sum(converting),
            sum(converting_while_waiting), sum(overdue), sum(initial_potential), sum(potential * in_progress),
            sum(collected)
        from placed where clients > 0
        group by advisor_id, opens_on order by advisor_id, opens_on
        {ADDED_AMOUNTS})
    insert into step_counters as counter ({STEPS})
    select cast(:campaign_id as uuid), :generation, advisor_id, opens_on, step_id, step_group, group_while_waiting,
        sum(step.clients), sum(step.passed), sum(step.passed_while_waiting)
    from placed, jsonb_to_recordset(placed.steps) as step (
        step_id text, step_group text, group_while_waiting text, clients integer, passed integer,
        passed_while_waiting integer)
    group by 3, 4, 5, 6, 7 order by 3, 4, 5, 6, 7
    {ADDED_STEPS}
""")  # noqa: S608  text of our own


async def behind(connection: AsyncConnection, campaign_id: str, generation: int, limit: int) -> Sequence[str]:
    """Follow-ups that the generation does not hold, locked: their facts stay as they are to the end."""
    wanted = {"campaign_id": campaign_id, "generation": generation, "limit": limit}
    return [str(one) for one in (await connection.execute(_BEHIND, wanted)).scalars()]


async def shapes(connection: AsyncConnection, follow_up_ids: Collection[str]) -> Sequence[Shape]:
    """How they stand, each shape once."""
    asked = {"ids": list(follow_up_ids), "activity": sorted(ACTIVITY)}
    return [shape_of_column(stored) for stored in (await connection.execute(_SHAPES, asked)).scalars()]


async def place(
    connection: AsyncConnection,
    campaign_id: str,
    follow_up_ids: Collection[str],
    target: Generation,
    judged: Mapping[Shape, Contribution],
) -> None:
    """Write these follow-ups and add them to the counters of the target, in one statement."""
    told = {
        "ids": list(follow_up_ids),
        "activity": sorted(ACTIVITY),
        "judged": json.dumps([_told(shape, contribution) for shape, contribution in judged.items()], default=str),
        "campaign_id": campaign_id,
        "generation": target.number,
        "version": target.plan.version,
        "always_open": ALWAYS_OPEN,
    }
    await connection.execute(_PLACE, told)


def _told(shape: Shape, contribution: Contribution) -> dict[str, object]:
    return {
        **contribution.counts._asdict(),
        "shape": column_of_shape(shape),
        "position": contribution.position,
        "step_number": contribution.step_number,
        "success": shape.kind is not None and ConclusionKind(shape.kind).is_success,
        "steps": [
            {
                "step_id": part.step_id,
                "step_group": part.step_group,
                "group_while_waiting": part.group_while_waiting,
                **part.amounts._asdict(),
            }
            for part in contribution.steps
        ],
    }
