"""The tables of the follow-up service's schema."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from services.followup.tables.jobs import job_tables
from shared.runtime.document_tables import document_tables
from shared.runtime.outbox import outbox_table

metadata = sa.MetaData()
_id = UUID(as_uuid=False)
_at = sa.DateTime(timezone=True)

campaigns = sa.Table(
    "campaigns",
    metadata,
    sa.Column("campaign_id", _id, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("definition", JSONB, nullable=False),
    sa.Column("archived", sa.Boolean, nullable=False),
    sa.Column("deleted", sa.Boolean, nullable=False),
    sa.Column("engine_version", sa.Integer, nullable=False, server_default="0"),
    sa.Column("settled_version", sa.Integer, nullable=False, server_default="0"),
    sa.Column("reserved_steps", ARRAY(sa.Text)),
    sa.Column("reserved_whole", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("reserved_by", sa.Text),
    sa.Column("reserved_until", _at),
    sa.Column("dated_version", sa.Integer, nullable=False, server_default="0"),
    sa.Column("dated_calendar", sa.Integer, nullable=False, server_default="0"),
    sa.Column("dated_plan", sa.Text),
    # Up to which version what there is to do was gone through again, of which plan; and how far a later one is.
    sa.Column("to_do_version", sa.Integer, nullable=False, server_default="0"),
    sa.Column("to_do_plan", sa.Text),
    sa.Column("to_do_reaching", sa.Integer, nullable=False, server_default="0"),
    sa.Column("to_do_after", _id),
    sa.Index("campaigns_reserved", "reserved_until", postgresql_where=sa.text("reserved_until is not null")),
)

advisors = sa.Table(
    "advisors",
    metadata,
    sa.Column("advisor_id", _id, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("email", sa.Text),
    sa.Column("unit_path", ARRAY(_id), nullable=False),
    sa.Column("revision", sa.BigInteger, nullable=False),
    sa.Index("advisors_unit_path", "unit_path", postgresql_using="gin"),
)

clients = sa.Table(
    "clients",
    metadata,
    sa.Column("client_id", _id, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("phone", sa.Text),
    sa.Column("email", sa.Text),
    sa.Column("advisor_id", _id, nullable=False),
    sa.Column("revision", sa.BigInteger, nullable=False),
)

follow_ups = sa.Table(
    "follow_ups",
    metadata,
    sa.Column("follow_up_id", _id, primary_key=True),
    sa.Column("campaign_id", _id, nullable=False),
    sa.Column("client_id", _id, nullable=False),
    # The client's present advisor, through whom pages are reached; the advisor of record is in the state.
    sa.Column("advisor_id", _id, nullable=False),
    sa.Column("job_id", _id, nullable=False),
    sa.Column("closing", sa.Text),
    sa.Column("entry_date", sa.Date, nullable=False),
    sa.Column("potential", sa.Numeric(18, 2), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("state", JSONB, nullable=False),
    sa.Column("known_version", sa.Integer, nullable=False),
    sa.Column("started", sa.Boolean, nullable=False, server_default=sa.false()),
    # Whom the directory names while a job gave the follow-up to somebody else; its next word counts again.
    sa.Column("overruled_advisor_id", _id),
    # Where it stands, since when and until when (ADR 0060): kept up where its campaign sets a delay, as of fact
    # `dated_number`, under a definition and a calendar; can be computed again from the facts.
    sa.Column("position", sa.Text),
    sa.Column("position_since", sa.Date),
    sa.Column("due_on", sa.Date),
    sa.Column("overdue", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("dated_number", sa.Integer, nullable=False, server_default="0"),
    sa.Column("dated_version", sa.Integer, nullable=False, server_default="0"),
    sa.Column("dated_calendar", sa.Integer, nullable=False, server_default="0"),
    # The step that the last completion offers, and since when a conclusion is waited for (ADR 0084): as due dates are.
    sa.Column("offered_step", sa.Text),
    sa.Column("offered_on", sa.Date),
    sa.Column("concludes_since", sa.Date),
    sa.UniqueConstraint("campaign_id", "client_id"),
    sa.Index("follow_ups_advisor", "advisor_id", "campaign_id", "follow_up_id"),
    sa.Index("follow_ups_client", "client_id"),
    sa.Index("follow_ups_job", "job_id"),
    sa.Index("follow_ups_not_started", "follow_up_id", postgresql_where=sa.text("not started")),
    sa.Index("follow_ups_open", "campaign_id", "follow_up_id", postgresql_where=sa.text("closing is null")),
    sa.Index("follow_ups_due", "advisor_id", "due_on", "follow_up_id", postgresql_where=sa.text("due_on is not null")),
    sa.Index(
        "follow_ups_offered",
        "advisor_id",
        "offered_on",
        "follow_up_id",
        postgresql_where=sa.text("offered_on is not null"),
    ),
    sa.Index(
        "follow_ups_to_conclude",
        "advisor_id",
        "concludes_since",
        "follow_up_id",
        postgresql_where=sa.text("concludes_since is not null"),
    ),
    sa.Index("follow_ups_to_mark", "due_on", postgresql_where=sa.text("due_on is not null and not overdue")),
)

facts = sa.Table(
    "facts",
    metadata,
    sa.Column("seq", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("follow_up_id", _id, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("command_id", _id),
    sa.Column("event", JSONB, nullable=False),
    sa.Column("recorded_at", _at, nullable=False),
    sa.UniqueConstraint("follow_up_id", "number"),
    sa.UniqueConstraint("command_id"),
    sa.Index(
        "facts_by_campaign",
        sa.text("(event ->> 'campaign_id')"),
        sa.text("((event -> 'fact') ->> 'kind')"),
        sa.text("((event -> 'fact') ->> 'step_id')"),
        postgresql_where=sa.text(
            "event -> 'fact' ->> 'kind' in"
            " ('StepBegun', 'StepCompleted', 'InteractionRecorded', 'InteractionPlanned', 'Concluded')"
        ),
    ),
)

commands = sa.Table(
    "commands",
    metadata,
    sa.Column("command_id", _id, primary_key=True),
    sa.Column("seq", sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("source_id", sa.Text, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("follow_up_id", _id),
    sa.Column("client_id", _id),
    sa.Column("body", JSONB, nullable=False),
    sa.Column("note", sa.Text),
    sa.Column("details", JSONB),
    sa.Column("door", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("occurred_at", _at, nullable=False),
    sa.Column("received_at", _at, nullable=False),
    sa.Column("leased_until", _at),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("parked", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("park_until", _at),
    sa.Column("verdict", sa.Text),
    sa.Column("code", sa.Text),
    sa.Column("data", JSONB),
    sa.Column("number", sa.Integer),
    sa.Column("decided_at", _at),
    sa.Column("dismissed", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.UniqueConstraint("source", "source_id"),
    sa.Index("commands_undecided", "follow_up_id", "seq", postgresql_where=sa.text("verdict is null")),
    sa.Index("commands_due", "leased_until", postgresql_where=sa.text("verdict is null and not parked")),
    sa.Index("commands_parked", "park_until", postgresql_where=sa.text("verdict is null and parked")),
    sa.Index("commands_follow_up", "follow_up_id", "seq"),
    sa.Index("commands_refused", "seq", postgresql_where=sa.text("verdict = 'refused' and not dismissed")),
    sa.Index("commands_of_a_client", "client_id", postgresql_where=sa.text("client_id is not null")),
    sa.Index("commands_parked_of", "follow_up_id", "seq", postgresql_where=sa.text("verdict is null and parked")),
)

# What operators did about commands that were held, and what those said before: nothing is overwritten.
interventions = sa.Table(
    "interventions",
    metadata,
    sa.Column("intervention_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("command_id", _id, nullable=False),
    sa.Column("follow_up_id", _id),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("before", JSONB, nullable=False),
    sa.Column("at", _at, nullable=False),
    sa.Index("interventions_follow_up", "follow_up_id"),
)

# What is said of each interaction as it stands; what was said before is with the commands of its facts.
interactions = sa.Table(
    "interactions",
    metadata,
    sa.Column("follow_up_id", _id, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("step_id", sa.Text),
    sa.Column("number", sa.Integer),
    sa.Column("kind", sa.Text),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("details", JSONB, nullable=False),
    sa.Column("fact_number", sa.Integer, nullable=False),
    sa.Index("interactions_open", "follow_up_id", postgresql_where=sa.text("state = 'OPEN'")),
)

targeting = sa.Table(
    "targeting",
    metadata,
    sa.Column("job_id", _id, primary_key=True),
    sa.Column("batch", sa.Integer, primary_key=True),
    sa.Column("already", sa.Integer, nullable=False),
)

bulk_jobs, bulk_items = job_tables(metadata)

incidents = sa.Table(
    "incidents",
    metadata,
    sa.Column("incident_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("follow_up_id", _id, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("data", JSONB, nullable=False),
    sa.Column("at", _at, nullable=False, server_default=sa.func.now()),
)

letters = sa.Table(
    "letters",
    metadata,
    sa.Column("letter_id", _id, primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("source_id", sa.Text, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("follow_up_id", _id, nullable=False),
    sa.Column("step_id", sa.Text),
    sa.Column("recipient", sa.Text, nullable=False),
    sa.Column("reply_to", sa.Text),
    sa.Column("sender_name", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("asked_at", _at, nullable=False),
    sa.Column("state", sa.Text, nullable=False, server_default="WAITING"),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("problem", sa.Text),
    sa.Column("settled_at", _at),
    sa.Column("started", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("sending", sa.Integer, nullable=False, server_default="1"),
    sa.Column("again_by", sa.Text),
    sa.Column("again_at", _at),
    sa.UniqueConstraint("source", "source_id"),
    sa.Index("letters_of_a_follow_up", "follow_up_id", "asked_at"),
    sa.Index("letters_not_started", "asked_at", postgresql_where=sa.text("not started")),
    sa.Index("letters_not_sent", "letter_id", postgresql_where=sa.text("state <> 'SENT'")),
)

calendar = sa.Table(
    "calendar",
    metadata,
    sa.Column("one", sa.Boolean, sa.CheckConstraint("one"), primary_key=True, server_default=sa.text("true")),
    sa.Column("country", sa.Text),
    sa.Column("subdivision", sa.Text),
    sa.Column("closing_days", ARRAY(sa.Date), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
)

_secret_hash = sa.Column("secret_hash", sa.Text, nullable=False, unique=True)
_owner, _made_at = sa.Column("advisor_id", _id, primary_key=True), sa.Column("made_at", _at, nullable=False)
calendar_feeds = sa.Table("calendar_feeds", metadata, _owner, _secret_hash, _made_at)

documents = document_tables(metadata)
outbox = outbox_table(metadata)
