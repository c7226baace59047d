"""The counters in PostgreSQL: differences added in the order of their keys, generations compared and dropped."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.ports.counting import AmountKey, Difference, StepKey
from services.reporting.ports.standing import Amounts, StepAmounts

AMOUNTS = """
    campaign_id, generation, advisor_id, opens_on, clients, accepted, refused, in_progress, archived, contacts,
    converting, converting_while_waiting, overdue, potential, remaining_potential, collected
"""
"""The columns of the counters of clients and euros."""
STEPS = """
    campaign_id, generation, advisor_id, opens_on, step_id, step_group, group_while_waiting,
    clients, passed, passed_while_waiting
"""
"""The columns of the counters of steps."""
ADDED_AMOUNTS = """
    on conflict (campaign_id, generation, advisor_id, opens_on) do update set
        clients = counter.clients + excluded.clients,
        accepted = counter.accepted + excluded.accepted,
        refused = counter.refused + excluded.refused,
        in_progress = counter.in_progress + excluded.in_progress,
        archived = counter.archived + excluded.archived,
        contacts = counter.contacts + excluded.contacts,
        converting = counter.converting + excluded.converting,
        converting_while_waiting = counter.converting_while_waiting + excluded.converting_while_waiting,
        overdue = counter.overdue + excluded.overdue,
        potential = counter.potential + excluded.potential,
        remaining_potential = counter.remaining_potential + excluded.remaining_potential,
        collected = counter.collected + excluded.collected
"""
"""What is inserted is added to the counter that is there."""
ADDED_STEPS = """
    on conflict (campaign_id, generation, advisor_id, opens_on, step_id, step_group, group_while_waiting) do update set
        clients = counter.clients + excluded.clients,
        passed = counter.passed + excluded.passed,
        passed_while_waiting = counter.passed_while_waiting + excluded.passed_while_waiting
"""
_COUNT_AMOUNTS = text(f"""
    insert into amount_counters as counter ({AMOUNTS})
    select {AMOUNTS}
    from jsonb_to_recordset(cast(:differences as jsonb)) as difference (
        campaign_id uuid, generation integer, advisor_id uuid, opens_on date, clients bigint, accepted bigint,
        refused bigint, in_progress bigint, archived bigint, contacts bigint, converting bigint,
        converting_while_waiting bigint, overdue bigint, potential numeric, remaining_potential numeric,
        collected numeric)
    order by campaign_id, generation, advisor_id, opens_on
    {ADDED_AMOUNTS}
""")  # noqa: S608  columns of our own
_COUNT_STEPS = text(f"""
    insert into step_counters as counter ({STEPS})
    select {STEPS}
    from jsonb_to_recordset(cast(:differences as jsonb)) as difference (
        campaign_id uuid, generation integer, advisor_id uuid, opens_on date, step_id text, step_group text,
        group_while_waiting text, clients bigint, passed bigint, passed_while_waiting bigint)
    order by campaign_id, generation, advisor_id, opens_on, step_id, step_group, group_while_waiting
    {ADDED_STEPS}
""")  # noqa: S608  columns of our own
_DIFFERENCES = """
    with served as (
        select to_jsonb(c) - cast(:values as text[]) - cast(:scope as text[]) as key,
               to_jsonb(c) - cast(:keys as text[]) - cast(:scope as text[]) as value
        from {table} c where campaign_id = :campaign_id and generation = :served and {not_zero}),
    built as (
        select to_jsonb(c) - cast(:values as text[]) - cast(:scope as text[]) as key,
               to_jsonb(c) - cast(:keys as text[]) - cast(:scope as text[]) as value
        from {table} c where campaign_id = :campaign_id and generation = :built and {not_zero})
    select coalesce(served.key, built.key) as key, served.value as found, built.value as expected
    from served full join built on served.key = built.key
    where served.value is distinct from built.value
    order by 1
"""
_SCOPE = ["campaign_id", "generation"]


async def add_differences(
    connection: AsyncConnection, amounts: Mapping[AmountKey, Amounts], steps: Mapping[StepKey, StepAmounts]
) -> None:
    """Add each difference to its counter, two statements at most."""
    for statement, differences in ((_COUNT_AMOUNTS, amounts), (_COUNT_STEPS, steps)):
        if differences:
            records = [{**key._asdict(), **value._asdict()} for key, value in differences.items()]
            await connection.execute(statement, {"differences": json.dumps(records, default=str)})


async def differences_between(
    connection: AsyncConnection, campaign_id: str, *, served: int, built: int
) -> list[Difference]:
    """Where the served generation's counters are not those of the one built anew: key, found, expected."""
    found: list[Difference] = []
    for statement, key, value in _COMPARED:
        rows = await connection.execute(
            statement,
            {
                "campaign_id": campaign_id,
                "served": served,
                "built": built,
                "scope": _SCOPE,
                "keys": [name for name in key._fields if name not in _SCOPE],
                "values": list(value._fields),
            },
        )
        found += [Difference(key=row.key, found=row.found, expected=row.expected) for row in rows]
    return found


def _comparison(table: str, value: type[Amounts | StepAmounts]) -> Any:
    not_zero = "(" + " or ".join(f"{name} <> 0" for name in value._fields) + ")"
    return text(_DIFFERENCES.format(table=table, not_zero=not_zero))


_COMPARED = (
    (_comparison("amount_counters", Amounts), AmountKey, Amounts),
    (_comparison("step_counters", StepAmounts), StepKey, StepAmounts),
)
_OLD = """
    delete from {table} where ctid in (
        select counter.ctid from {table} counter join campaigns using (campaign_id)
        where counter.generation <> campaigns.serving_generation
          and counter.generation <> campaigns.target_generation
        limit 5000)
"""
_FORGET = (text(_OLD.format(table="amount_counters")), text(_OLD.format(table="step_counters")))


async def forget_old(connection: AsyncConnection) -> bool:
    """Drop some counters that are neither served nor being built; whether there may be more."""
    dropped = [(await connection.execute(statement)).rowcount for statement in _FORGET]
    return any(dropped)
