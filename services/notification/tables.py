"""The tables of the notification service; only its store and its migrations touch them (docs/domain.md, Home page)."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

metadata = MetaData()
_ID = Uuid(as_uuid=False)
_TIME = DateTime(timezone=True)

users = Table(
    "users",
    metadata,
    Column("user_id", _ID, primary_key=True),
    Column("unit_id", _ID, nullable=False, index=True),
    Column("unit_path", ARRAY(_ID), nullable=False),
    Column("revision", BigInteger, nullable=False),
    Index("users_by_unit_path", "unit_path", postgresql_using="gin"),
    comment="Where each person sits, as the directory last said: reach is computed through it.",
)

clients = Table(
    "clients",
    metadata,
    Column("client_id", _ID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("phone", Text),
    Column("revision", BigInteger, nullable=False),
    comment="Clients as the directory last said; an erased one has an empty name.",
)

campaigns = Table(
    "campaigns",
    metadata,
    Column("campaign_id", _ID, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("start_date", Date, nullable=False),
    Column("end_date", Date, nullable=False),
    Column("hidden", Boolean, nullable=False, comment="Archived or deleted: its notices are not shown."),
    Column("sharers", ARRAY(_ID), nullable=False, comment="Advisors with a share of the target."),
    comment="Campaigns in their highest version.",
)

reached = Table(
    "reached",
    metadata,
    Column("campaign_id", _ID, primary_key=True),
    Column("reached_on", Date, nullable=False),
    comment="Campaigns whose notice date has come; once reached, for ever.",
)

_OPEN = "closing is null"
_NOT_ANNOUNCED = "(announced_to is distinct from advisor_id or announced_entry is distinct from entry_date)"

follow_ups = Table(
    "follow_ups",
    metadata,
    Column("follow_up_id", _ID, primary_key=True),
    Column("campaign_id", _ID, nullable=False),
    Column("client_id", _ID, nullable=False),
    Column("advisor_id", _ID, nullable=False),
    Column("number", Integer, nullable=False, comment="The fact that this row follows."),
    Column("entry_date", Date, nullable=False),
    Column("potential", Numeric(18, 2), nullable=False),
    Column("closing", Text),
    Column("contacted", Boolean, nullable=False, comment="Some step or interaction was recorded, even undone since."),
    Column("announced_to", _ID, comment="The advisor whose notice has counted this client as new."),
    Column("announced_entry", Date, comment="The entry date for which it did."),
    Index("follow_ups_to_contact", "advisor_id", "campaign_id", postgresql_where=text(_OPEN)),
    Index(
        "follow_ups_not_announced",
        "campaign_id",
        "entry_date",
        postgresql_where=text(f"{_OPEN} and {_NOT_ANNOUNCED}"),
    ),
    # Most facts change only number and potential, which no index holds: room on the page keeps such updates cheap.
    postgresql_with={"fillfactor": "80"},
    comment="Each follow-up after its highest fact seen.",
)

joiners = Table(
    "joiners",
    metadata,
    Column("campaign_id", _ID, primary_key=True),
    Column("advisor_id", _ID, primary_key=True),
    comment="Advisors who came to have a share or a client, until the announcer has looked at them.",
)

notices = Table(
    "notices",
    metadata,
    Column("notice_id", _ID, primary_key=True),
    Column("campaign_id", _ID, nullable=False),
    Column("advisor_id", _ID, nullable=False),
    Column("news", Integer, nullable=False, comment="Clients who came since the notice was last read."),
    Column("unread", Boolean, nullable=False),
    Column("revision", Integer, nullable=False, comment="Grows whenever the notice gains clients."),
    Column("created_at", _TIME, nullable=False),
    Column("renewed_at", _TIME, nullable=False, comment="When it last gained clients; newest first is by this."),
    Index("notices_newest_first", "advisor_id", text("renewed_at desc"), text("notice_id desc")),
    Index("notices_unread", "advisor_id", postgresql_where=text("unread")),
    comment="One per campaign and advisor; the id derives from both.",
)

streams = Table(
    "streams",
    metadata,
    Column("user_id", _ID, primary_key=True),
    Column("last_seq", BigInteger, nullable=False),
    comment="The end of each user's stream; its row lock keeps the order of commit and of numbers the same.",
)

stream_events = Table(
    "stream_events",
    metadata,
    Column("user_id", _ID, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("notice_id", _ID, nullable=False),
    Column("at", _TIME, nullable=False),
    Index("stream_events_at", "at"),
    comment="What is pushed to a user's pages, numbered from 1 without a gap, kept for some days.",
)

preferences = Table(
    "preferences",
    metadata,
    Column("user_id", _ID, primary_key=True),
    Column("digest", Boolean, nullable=False),
    Column("language", Text, comment="As chosen; null for the directory's."),
    Column("digest_since", _TIME, nullable=False, comment="When the digest was switched on or off."),
    comment="What each person chose; nobody is sent a digest who has no row.",
)

digests = Table(
    "digests",
    metadata,
    Column("user_id", _ID, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("state", Text, nullable=False),
    Column("due_at", _TIME, nullable=False),
    Column("leased_until", _TIME),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("problem", Text),
    Column("settled_at", _TIME),
    Index("digests_due", "due_at", postgresql_where=text("state = 'PENDING'")),
    Index("digests_day", "day"),
    comment="One per person and working day, with what became of it; kept for some weeks.",
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("webhook_id", _ID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("event_types", ARRAY(Text), nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, comment="Why it is disabled."),
    Column("failing_since", _TIME),
    Column("secret", Text, nullable=False),
    Column("old_secret", Text),
    Column("old_secret_until", _TIME),
    Column("revision", Integer, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("changed_at", _TIME, nullable=False),
    UniqueConstraint("name", name="webhooks_name"),
    comment="Who is sent which events, and what signs them.",
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("delivery_id", BigInteger, Identity(), primary_key=True),
    Column("webhook_id", _ID, ForeignKey("webhooks.webhook_id", ondelete="CASCADE"), nullable=False),
    Column("event_id", Text, nullable=False),
    Column("event_type", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("told_at", _TIME, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("due_at", _TIME, nullable=False),
    Column("leased_until", _TIME),
    Column("attempted_at", _TIME),
    Column("status", Integer),
    Column("latency_ms", Integer),
    Column("excerpt", Text),
    Column("error", Text),
    UniqueConstraint("webhook_id", "event_id", name="deliveries_once"),
    Index("deliveries_due", "webhook_id", "due_at", postgresql_where=text("state = 'PENDING'")),
    Index("deliveries_log", "webhook_id", "delivery_id"),
    Index("deliveries_told_at", "told_at"),
    comment="One event for one subscription, with its last attempt; kept for some weeks.",
)
