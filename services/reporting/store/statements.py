"""The ledger's SQL: many rows per statement, locked in the order of their keys."""

from sqlalchemy import text

GROUPING = """
    select campaign_id, version, serving_generation, serving_version, target_generation, target_version
    from campaigns where campaign_id = any(cast(:ids as uuid[])) order by campaign_id
"""
HOLD = text(f"{GROUPING} for share")
SEIZE = text(f"{GROUPING} for update")
EXPECT = text("""
    insert into campaigns
        (campaign_id, version, serving_generation, serving_version, target_generation, target_version)
    select id, 0, 0, 0, 0, 0 from unnest(cast(:ids as uuid[])) as expected (id) order by id
    on conflict do nothing
""")
ADD_FACTS = text("""
    insert into facts
        (follow_up_id, number, campaign_id, kind, fact, after, occurred_at, recorded_at, door, actor)
    select follow_up_id, number, campaign_id, fact ->> 'kind', fact, after, occurred_at, recorded_at, door, actor
    from jsonb_to_recordset(cast(:facts as jsonb)) as told (
        follow_up_id uuid, number integer, campaign_id uuid, fact jsonb, after jsonb,
        occurred_at timestamptz, recorded_at timestamptz, door text, actor text)
    order by follow_up_id, number
    on conflict do nothing
    returning follow_up_id, number
""")
REPLACE_FACTS = text("""
    insert into facts
        (follow_up_id, number, campaign_id, kind, fact, after, occurred_at, recorded_at, door, actor)
    select follow_up_id, number, campaign_id, fact ->> 'kind', fact, after, occurred_at, recorded_at, door, actor
    from jsonb_to_recordset(cast(:facts as jsonb)) as told (
        follow_up_id uuid, number integer, campaign_id uuid, fact jsonb, after jsonb,
        occurred_at timestamptz, recorded_at timestamptz, door text, actor text)
    order by follow_up_id, number
    on conflict (follow_up_id, number) do update set
        campaign_id = excluded.campaign_id, kind = excluded.kind, fact = excluded.fact, after = excluded.after,
        occurred_at = excluded.occurred_at, recorded_at = excluded.recorded_at, door = excluded.door,
        actor = excluded.actor
""")
CONTRADICTIONS = text("""
    select stored.follow_up_id, stored.number
    from jsonb_to_recordset(cast(:facts as jsonb)) as told (follow_up_id uuid, number integer, fact jsonb)
    join facts stored using (follow_up_id, number)
    where stored.fact is distinct from told.fact
""")
ROWS = text("""
    select follow_up_id, campaign_id, client_id, state, interactions, generation, last_activity
    from follow_ups
    where follow_up_id = any(cast(:ids as uuid[])) order by follow_up_id for update
""")
# Of two transactions that meet a new follow-up at once, the second waits here and then finds the first one's row.
CLAIM = text("""
    select pg_advisory_xact_lock(hashtextextended(cast(id as text), 0))
    from (select unnest(cast(:ids as uuid[])) as id order by 1) as claimed
""")
SAVE = text("""
    insert into follow_ups
        (follow_up_id, campaign_id, client_id, number, state, interactions, generation, advisor_id, entry_date,
         closing, success, initial_potential, potential, collected, position, plan_version, conclusion_kind,
         concluded_on, step_number, overdue, last_activity)
    select follow_up_id, campaign_id, client_id, number, state, interactions, generation, advisor_id, entry_date,
         closing, success, initial_potential, potential, collected, position, plan_version, conclusion_kind,
         concluded_on, step_number, overdue, last_activity
    from jsonb_to_recordset(cast(:rows as jsonb)) as saved (
        follow_up_id uuid, campaign_id uuid, client_id uuid, number integer, state jsonb, interactions integer,
        generation integer, advisor_id uuid, entry_date date, closing text, success boolean,
        initial_potential numeric, potential numeric, collected numeric, position text, plan_version integer,
        conclusion_kind text, concluded_on date, step_number integer, overdue boolean, last_activity timestamptz)
    on conflict (follow_up_id) do update set
        number = excluded.number, state = excluded.state, interactions = excluded.interactions,
        generation = excluded.generation, advisor_id = excluded.advisor_id, entry_date = excluded.entry_date,
        closing = excluded.closing, success = excluded.success, initial_potential = excluded.initial_potential,
        potential = excluded.potential, collected = excluded.collected, position = excluded.position,
        plan_version = excluded.plan_version, conclusion_kind = excluded.conclusion_kind,
        concluded_on = excluded.concluded_on, step_number = excluded.step_number, overdue = excluded.overdue,
        last_activity = excluded.last_activity
""")
IS_BEHIND = text("""
    select exists (select from follow_ups where campaign_id = :campaign_id and generation < :generation)
""")
SERVE = text("""
    update campaigns set serving_generation = target_generation, serving_version = target_version
    where campaign_id = :campaign_id
""")
UNFINISHED = text("""
    select campaign_id from campaigns where serving_generation < target_generation order by campaign_id
""")
REMEMBER = text("""
    insert into campaign_versions (campaign_id, version, definition, saved_at)
    select cast(told ->> 'campaign_id' as uuid), cast(told ->> 'version' as integer), told,
        cast(told ->> 'saved_at' as timestamptz)
    from jsonb_array_elements(cast(:definitions as jsonb)) as told
    order by 1, 2
    on conflict do nothing
""")
DEFINE = text("""
    with told as (
        select *, campaign_id = any(cast(:regroup as uuid[])) as regroup
        from jsonb_to_recordset(cast(:definitions as jsonb)) as told (
            campaign_id uuid, version integer, name text, owner_id text, creator_id text, target numeric,
            start_date date, end_date date, archived boolean, deleted boolean, created_at timestamptz))
    update campaigns set
        version = told.version, name = told.name, owner_id = told.owner_id, creator_id = told.creator_id,
        target = told.target, start_date = told.start_date, end_date = told.end_date,
        archived = told.archived, deleted = told.deleted, created_at = told.created_at,
        target_generation = campaigns.target_generation + cast(told.regroup as integer),
        target_version = told.version,
        serving_version = case when not told.regroup and serving_generation = target_generation
            then told.version else serving_version end
    from told where told.campaign_id = campaigns.campaign_id
""")
FORGET_SHARES = text("delete from shares where campaign_id = any(cast(:ids as uuid[]))")
SHARE = text("""
    insert into shares (campaign_id, advisor_id, amount)
    select told.campaign_id, share.advisor_id, sum(share.amount)
    from jsonb_to_recordset(cast(:definitions as jsonb)) as told (campaign_id uuid, shares jsonb),
        jsonb_to_recordset(told.shares) as share (advisor_id uuid, amount numeric)
    group by 1, 2 order by 1, 2
""")
SERVE_EMPTY = text("""
    update campaigns set serving_generation = target_generation, serving_version = target_version
    where campaign_id = any(cast(:ids as uuid[]))
      and not exists (select from follow_ups where follow_ups.campaign_id = campaigns.campaign_id)
""")
END_CHECKS = text("""
    update checks set ended_at = :now, differences = :differences, examples = cast(:examples as jsonb)
    where campaign_id = :campaign_id and ended_at is null
""")
