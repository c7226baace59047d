"""What figures of past days need: where advisors were, when facts happened, whose they were and of which client."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0002"
down_revision = "0004"
branch_labels = None
depends_on = None

_ID = sa.Uuid(as_uuid=False)
_HAPPENED_ON = (
    "make_date(cast(substr(fact ->> 'on', 1, 4) as integer), cast(substr(fact ->> 'on', 6, 2) as integer),"
    " cast(substr(fact ->> 'on', 9, 2) as integer))"
)


def upgrade() -> None:
    op.create_table(
        "advisor_places",
        sa.Column("user_id", _ID, primary_key=True),
        sa.Column("revision", sa.BigInteger, primary_key=True),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False, comment="When the directory told it."),
        sa.Column("unit_id", _ID, nullable=False),
        sa.Column("unit_path", ARRAY(_ID), nullable=False),
        comment="In which unit each advisor was, for figures of past days.",
    )
    # What was before is not known: the first place known holds for the days before it too.
    op.execute(
        "insert into advisor_places (user_id, revision, known_at, unit_id, unit_path)"
        " select user_id, revision, now(), unit_id, unit_path from advisors"
    )
    # Both in one statement: adding a stored column writes the whole table anew.
    op.execute(f"""
        alter table facts
            add column happened_on date generated always as ({_HAPPENED_ON}) stored,
            add column advisor_id uuid generated always as (cast(after ->> 'advisor_id' as uuid)) stored
    """)
    op.execute("comment on column facts.happened_on is 'The day of happening.'")
    op.execute("comment on column facts.advisor_id is 'The advisor of record after this fact.'")
    op.create_index(
        "facts_by_advisor",
        "facts",
        ["advisor_id", "campaign_id", "follow_up_id"],
        postgresql_where=sa.text("(fact ->> 'advisor_id') is not null"),
    )
    op.create_index("follow_ups_by_client", "follow_ups", ["client_id"])
