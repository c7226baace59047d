"""Facts, follow-ups, their counters by generation, campaigns, and the replicas of people and structure."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.Uuid(as_uuid=False)
_MONEY = sa.Numeric(18, 2)
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "facts",
        sa.Column("follow_up_id", _ID, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("campaign_id", _ID, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("fact", JSONB, nullable=False),
        sa.Column("after", JSONB, nullable=False, comment="The rulebook's FollowUp after this fact."),
        sa.Column("occurred_at", _TIME, nullable=False),
        sa.Column("recorded_at", _TIME, nullable=False),
        sa.Column("door", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        comment="Every fact, once: what the figures are made from, and dated for figures of past days.",
    )
    op.create_index("facts_by_campaign_and_recording", "facts", ["campaign_id", "recorded_at"])
    op.create_table(
        "follow_ups",
        sa.Column("follow_up_id", _ID, primary_key=True),
        sa.Column("campaign_id", _ID, nullable=False),
        sa.Column("client_id", _ID, nullable=False),
        sa.Column(
            "number", sa.Integer, nullable=False, comment="The highest fact received; `state` is the state after it."
        ),
        sa.Column("state", JSONB, nullable=False),
        sa.Column(
            "interactions", sa.Integer, nullable=False, comment="Unplanned interactions among the facts received."
        ),
        sa.Column(
            "generation", sa.Integer, nullable=False, comment="The newest generation whose counters hold this row."
        ),
        sa.Column("advisor_id", _ID, nullable=False, comment="The advisor of record (spec 5.11)."),
        sa.Column("entry_date", sa.Date, nullable=False),
        sa.Column("closing", sa.Text),
        sa.Column("success", sa.Boolean, nullable=False),
        sa.Column("initial_potential", _MONEY, nullable=False),
        sa.Column("potential", _MONEY, nullable=False),
        sa.Column("collected", _MONEY, nullable=False),
        sa.Column(
            "position", sa.Text, comment="The step at which it stands; null at the end, and before a plan is known."
        ),
        sa.Column(
            "plan_version", sa.Integer, nullable=False, comment="The definition version `position` follows; 0 for none."
        ),
        comment="Each follow-up as its facts say.",
    )
    op.create_index("follow_ups_by_campaign", "follow_ups", ["campaign_id", "generation", "follow_up_id"])
    op.create_index("follow_ups_by_advisor", "follow_ups", ["advisor_id", "campaign_id"])
    op.create_table(
        "amount_counters",
        sa.Column("campaign_id", _ID, primary_key=True),
        sa.Column("generation", sa.Integer, primary_key=True),
        sa.Column("advisor_id", _ID, primary_key=True),
        sa.Column("opens_on", sa.Date, primary_key=True, comment="Entry date of open follow-ups: WAITING before it."),
        sa.Column("clients", sa.BigInteger, nullable=False),
        sa.Column("accepted", sa.BigInteger, nullable=False),
        sa.Column("refused", sa.BigInteger, nullable=False),
        sa.Column("in_progress", sa.BigInteger, nullable=False),
        sa.Column("archived", sa.BigInteger, nullable=False),
        sa.Column("contacts", sa.BigInteger, nullable=False),
        sa.Column("converting", sa.BigInteger, nullable=False, comment="Denominator of the conversion rate."),
        sa.Column("converting_while_waiting", sa.BigInteger, nullable=False, comment="The same before `opens_on`."),
        sa.Column("potential", _MONEY, nullable=False),
        sa.Column("remaining_potential", _MONEY, nullable=False),
        sa.Column("collected", _MONEY, nullable=False),
        comment="Clients and euros per campaign, advisor of record and opening day.",
    )
    op.create_table(
        "step_counters",
        sa.Column("campaign_id", _ID, primary_key=True),
        sa.Column("generation", sa.Integer, primary_key=True),
        sa.Column("advisor_id", _ID, primary_key=True),
        sa.Column("opens_on", sa.Date, primary_key=True),
        sa.Column("step_id", sa.Text, primary_key=True),
        sa.Column("step_group", sa.Text, primary_key=True),
        sa.Column("group_while_waiting", sa.Text, primary_key=True, comment="The group before `opens_on`."),
        sa.Column("clients", sa.BigInteger, nullable=False),
        sa.Column("passed", sa.BigInteger, nullable=False, comment="Numerator of the pass-through rate."),
        sa.Column("passed_while_waiting", sa.BigInteger, nullable=False),
        comment="Clients per step and group.",
    )
    op.create_table(
        "campaigns",
        sa.Column("campaign_id", _ID, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False, comment="0 while only facts of the campaign are known."),
        sa.Column(
            "serving_generation", sa.Integer, nullable=False, comment="The counters that readers see; 0 for none."
        ),
        sa.Column("serving_version", sa.Integer, nullable=False),
        sa.Column(
            "target_generation", sa.Integer, nullable=False, comment="The counters that are being built, or the same."
        ),
        sa.Column("target_version", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("owner_id", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("creator_id", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("target", _MONEY),
        sa.Column("start_date", sa.Date),
        sa.Column("end_date", sa.Date),
        sa.Column("archived", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("deleted", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("created_at", _TIME),
        comment="Each campaign as last defined, and which of its counters are whole.",
    )
    op.create_table(
        "campaign_versions",
        sa.Column("campaign_id", _ID, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("definition", JSONB, nullable=False, comment="CampaignDefined, whole."),
        sa.Column("saved_at", _TIME, nullable=False),
        comment="Every definition received: the plans that generations follow, dated for figures of past days.",
    )
    op.create_table(
        "shares",
        sa.Column("campaign_id", _ID, primary_key=True),
        sa.Column("advisor_id", _ID, primary_key=True),
        sa.Column("amount", _MONEY, nullable=False),
        comment="The target allocation as last defined.",
    )
    op.create_index("shares_by_advisor", "shares", ["advisor_id"])
    op.create_table(
        "advisors",
        sa.Column("user_id", _ID, primary_key=True),
        sa.Column("external_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("unit_id", _ID, nullable=False),
        sa.Column("unit_path", ARRAY(_ID), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        comment="People as the directory last said: reach is computed through them.",
    )
    op.create_index("advisors_by_unit", "advisors", ["unit_id"])
    op.create_index("advisors_by_unit_path", "advisors", ["unit_path"], postgresql_using="gin")
    op.create_table(
        "units",
        sa.Column("unit_id", _ID, primary_key=True),
        sa.Column("external_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("parent_id", _ID),
        sa.Column("path", ARRAY(_ID), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        comment="The structure as the directory last said.",
    )
    op.create_index("units_by_parent", "units", ["parent_id"])
    op.create_index("units_by_path", "units", ["path"], postgresql_using="gin")
    op.create_table(
        "clients",
        sa.Column("client_id", _ID, primary_key=True),
        sa.Column("external_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("advisor_id", _ID, nullable=False, comment="The present advisor."),
        sa.Column("erased", sa.Boolean, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        comment="Clients as the directory last said.",
    )
    op.create_index("clients_by_advisor", "clients", ["advisor_id"])
    op.create_table(
        "checks",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("campaign_id", _ID, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME),
        sa.Column("differences", sa.Integer, comment="Null while it runs, and when the plan changed meanwhile."),
        sa.Column("examples", JSONB, nullable=False, server_default=sa.text("'[]'")),
        comment="Each recomputation of a campaign's counters from its facts, and what it found.",
    )
    op.create_index("checks_by_campaign", "checks", ["campaign_id", "id"])
    op.create_table(
        "refills",
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.Column("after_seq", sa.BigInteger, nullable=False, server_default=sa.text("0"), comment="How far it is."),
        sa.Column(
            "added", sa.BigInteger, nullable=False, server_default=sa.text("0"), comment="Facts that were missing here."
        ),
        sa.Column("ended_at", _TIME),
        comment="Each reading of all facts from the follow-up service.",
    )
    # Every fact rewrites rows of these: room in each page keeps the new version beside the old one.
    op.execute("alter table follow_ups set (fillfactor = 80)")
    op.execute("alter table amount_counters set (fillfactor = 50)")
    op.execute("alter table step_counters set (fillfactor = 50)")
