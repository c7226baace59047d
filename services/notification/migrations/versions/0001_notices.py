"""Notices, the replicas they are made from, and the streams that push them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.Uuid(as_uuid=False)
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "campaigns",
        sa.Column("campaign_id", _ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False, comment="Archived or deleted: its notices are not shown."),
        sa.Column("sharers", ARRAY(_ID), nullable=False, comment="Advisors with a share of the target."),
        sa.PrimaryKeyConstraint("campaign_id"),
        comment="Campaigns in their highest version.",
    )
    op.create_table(
        "clients",
        sa.Column("client_id", _ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text()),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("client_id"),
        comment="Clients as the directory last said; an erased one has an empty name.",
    )
    op.create_table(
        "follow_ups",
        sa.Column("follow_up_id", _ID, nullable=False),
        sa.Column("campaign_id", _ID, nullable=False),
        sa.Column("client_id", _ID, nullable=False),
        sa.Column("advisor_id", _ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="The fact that this row follows."),
        sa.Column("entry_date", sa.Date(), nullable=False),
        sa.Column("potential", sa.Numeric(precision=18, scale=2), nullable=False),
        sa.Column("closing", sa.Text()),
        sa.Column(
            "contacted",
            sa.Boolean(),
            nullable=False,
            comment="Some step or interaction was recorded, even undone since.",
        ),
        sa.Column("announced_to", _ID, comment="The advisor whose notice has counted this client as new."),
        sa.Column("announced_entry", sa.Date(), comment="The entry date for which it did."),
        sa.PrimaryKeyConstraint("follow_up_id"),
        comment="Each follow-up after its highest fact seen.",
        postgresql_with={"fillfactor": "80"},
    )
    op.create_index(
        "follow_ups_not_announced",
        "follow_ups",
        ["campaign_id", "entry_date"],
        postgresql_where=sa.text(
            "closing is null and (announced_to is distinct from advisor_id"
            " or announced_entry is distinct from entry_date)"
        ),
    )
    op.create_index(
        "follow_ups_to_contact",
        "follow_ups",
        ["advisor_id", "campaign_id"],
        postgresql_where=sa.text("closing is null"),
    )
    op.create_table(
        "joiners",
        sa.Column("campaign_id", _ID, nullable=False),
        sa.Column("advisor_id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "advisor_id"),
        comment="Advisors who came to have a share or a client, until the announcer has looked at them.",
    )
    op.create_table(
        "notices",
        sa.Column("notice_id", _ID, nullable=False),
        sa.Column("campaign_id", _ID, nullable=False),
        sa.Column("advisor_id", _ID, nullable=False),
        sa.Column("news", sa.Integer(), nullable=False, comment="Clients who came since the notice was last read."),
        sa.Column("unread", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False, comment="Grows whenever the notice gains clients."),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("renewed_at", _TIME, nullable=False, comment="When it last gained clients; newest first is by this."),
        sa.PrimaryKeyConstraint("notice_id"),
        comment="One per campaign and advisor; the id derives from both.",
    )
    op.create_index(
        "notices_newest_first",
        "notices",
        ["advisor_id", sa.literal_column("renewed_at desc"), sa.literal_column("notice_id desc")],
    )
    op.create_index("notices_unread", "notices", ["advisor_id"], postgresql_where=sa.text("unread"))
    op.create_table(
        "reached",
        sa.Column("campaign_id", _ID, nullable=False),
        sa.Column("reached_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id"),
        comment="Campaigns whose notice date has come; once reached, for ever.",
    )
    op.create_table(
        "stream_events",
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("notice_id", _ID, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "seq"),
        comment="What is pushed to a user's pages, numbered from 1 without a gap, kept for some days.",
    )
    op.create_index("stream_events_at", "stream_events", ["at"])
    op.create_table(
        "streams",
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id"),
        comment="The end of each user's stream; its row lock keeps the order of commit and of numbers the same.",
    )
    op.create_table(
        "users",
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("unit_id", _ID, nullable=False),
        sa.Column("unit_path", ARRAY(_ID), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id"),
        comment="Where each person sits, as the directory last said: reach is computed through it.",
    )
    op.create_index("ix_users_unit_id", "users", ["unit_id"])
    op.create_index("users_by_unit_path", "users", ["unit_path"], postgresql_using="gin")


def downgrade() -> None:
    for table in (
        "users",
        "streams",
        "stream_events",
        "reached",
        "notices",
        "joiners",
        "follow_ups",
        "clients",
        "campaigns",
    ):
        op.drop_table(table)
