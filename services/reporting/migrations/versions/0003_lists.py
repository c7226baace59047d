"""What lists of clients are sorted and filtered by, overdue clients counted, and what was collected by day."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0005"
branch_labels = None
depends_on = None

_FRENCH_ORDER = (
    r"regexp_replace(normalize(replace(replace(lower(name), 'œ', 'oe'), 'æ', 'ae'), NFD), '[\u0300-\u036f]', '', 'g')"
)
_LISTED_BY = (
    "entry_date", "initial_potential", "potential", "collected", "concluded_on", "step_number", "last_activity"
)  # fmt: skip


def upgrade() -> None:
    for column in (
        sa.Column("conclusion_kind", sa.Text),
        sa.Column("concluded_on", sa.Date),
        sa.Column(
            "step_number", sa.Integer, comment="The position counted from 1; at the end, one more than there are steps."
        ),
        sa.Column(
            "overdue", sa.Boolean, nullable=False, server_default=sa.text("false"), comment="Late at its position."
        ),
        sa.Column("last_activity", sa.DateTime(timezone=True), comment="When something was last done for the client."),
    ):
        op.add_column("follow_ups", column)
    op.create_table_comment("follow_ups", "Each follow-up as its facts say, with what lists sort and filter by.")
    _fill_follow_ups()
    op.add_column(
        "amount_counters",
        sa.Column(
            "overdue", sa.BigInteger, nullable=False, server_default=sa.text("0"), comment="Late at their position."
        ),
    )
    _count_overdue()
    for column in _LISTED_BY:
        op.create_index(f"follow_ups_by_{column}", "follow_ups", ["campaign_id", column, "follow_up_id"])
    op.create_index("follow_ups_by_result", "follow_ups", ["campaign_id", "closing", "conclusion_kind", "follow_up_id"])
    for name, only in (("follow_ups_open", "closing is null"), ("follow_ups_overdue", "overdue")):
        columns = ["campaign_id", "entry_date", "follow_up_id"]
        op.create_index(name, "follow_ups", columns, postgresql_where=sa.text(only))
    op.create_index(
        "follow_ups_collected",
        "follow_ups",
        ["campaign_id", "concluded_on", "advisor_id"],
        postgresql_include=["collected"],
        postgresql_where=sa.text("success"),
    )
    for table, key in (("units", "unit_id"), ("advisors", "user_id"), ("clients", "client_id")):
        op.add_column(table, sa.Column("sort_key", sa.Text, sa.Computed(_FRENCH_ORDER, persisted=True)))
        op.create_index(f"{table}_in_french_order", table, ["sort_key", key])
    op.execute("create index clients_by_words on clients using gin (sort_key gin_trgm_ops)")


def _fill_follow_ups() -> None:
    """As the service fills them from now on."""
    op.execute("""
        update follow_ups set
            conclusion_kind = kept.state #>> '{conclusion,kind}',
            concluded_on = cast(kept.state #>> '{conclusion,on}' as date),
            overdue = kept.closing is null and coalesce(kept.state ->> 'overdue_step' = kept.position, false),
            step_number = place.number
        from follow_ups kept
        left join lateral (
            select case when kept.position is null then jsonb_array_length(told.definition -> 'steps') + 1
                else (select cast(step.number as integer)
                      from jsonb_array_elements(told.definition -> 'steps') with ordinality as step (value, number)
                      where step.value ->> 'id' = kept.position) end as number
            from campaign_versions told
            where told.campaign_id = kept.campaign_id and told.version = kept.plan_version) as place on true
        where kept.follow_up_id = follow_ups.follow_up_id
    """)
    op.execute("""
        update follow_ups set last_activity = done.at
        from (select follow_up_id, max(occurred_at) as at from facts
              where kind not in ('ClientTargeted', 'PotentialChanged', 'EntryDateMoved', 'Reassigned',
                  'ClientWithdrawn', 'TargetedAgain', 'ClosedArchived', 'ReopenedUnarchived', 'StepOverdue')
              group by follow_up_id) as done
        where done.follow_up_id = follow_ups.follow_up_id
    """)


def _count_overdue() -> None:
    op.execute("""
        update amount_counters counter set overdue = late.clients
        from (select campaign_id, advisor_id, entry_date, count(*) as clients from follow_ups where overdue
              group by 1, 2, 3) as late
        where late.campaign_id = counter.campaign_id and late.advisor_id = counter.advisor_id
          and late.entry_date = counter.opens_on
    """)
