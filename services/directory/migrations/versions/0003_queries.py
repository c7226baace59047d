"""Saved queries, the attributes that clients have, and the index that finds clients by them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0004"
branch_labels = None
depends_on = None

_ID = sa.Uuid(as_uuid=False)
_FRENCH_ORDER = (
    r"regexp_replace(normalize(replace(replace(lower({}), 'œ', 'oe'), 'æ', 'ae'), NFD), '[\u0300-\u036f]', '', 'g')"
)
# Null, the empty text and nested values have no kind; the name is noted all the same.
_NOTED = """
    insert into client_attributes (name, kind)
    select distinct given.key, case
            when one.value is null or jsonb_typeof(one.value) not in ('string', 'number', 'boolean') then 'none'
            when one.value = '""' then 'none'
            when jsonb_typeof(one.value) <> 'string' then jsonb_typeof(one.value)
            when one.value #>> '{}' ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' then 'date'
            else 'text'
        end
    from SOURCE as written
    cross join jsonb_each(written.attributes) as given
    left join lateral jsonb_path_query(given.value, '$[*]') as one (value) on true
    on conflict do nothing
"""
_NOTE = f"""
create function note_client_attributes() returns trigger language plpgsql as $body$
begin
    {_NOTED.replace("SOURCE", "written")};
    return null;
end
$body$
"""


def upgrade() -> None:
    op.execute(
        "create function folded(text) returns text language sql immutable strict parallel safe"
        f" return {_FRENCH_ORDER.format('$1')}"
    )
    op.execute("create index clients_by_attributes on clients using gin (attributes jsonb_path_ops)")
    _catalogue()
    _saved()


def _catalogue() -> None:
    op.create_table(
        "client_attributes",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.CheckConstraint("kind in ('text', 'number', 'date', 'boolean', 'none')", name="client_attributes_kind"),
        comment="Every attribute that some client ever had, with the kinds of its values; kept by triggers on clients.",
    )
    op.execute(_NOTE)
    for event in ("insert", "update"):
        op.execute(
            f"create trigger attributes_of_{event} after {event} on clients referencing new table as written"
            " for each statement execute function note_client_attributes()"
        )
    op.execute(_NOTED.replace("SOURCE", "clients"))


def _saved() -> None:
    op.create_table(
        "saved_queries",
        sa.Column("query_id", _ID, primary_key=True),
        sa.Column("owner_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("sort_key", sa.Text, sa.Computed(_FRENCH_ORDER.format("name"), persisted=True)),
        sa.Column("filter", JSONB, nullable=False),
        sa.Column("shared_with", _ID, sa.ForeignKey("units.unit_id")),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("owner_id", "name", name="saved_queries_name_once_per_owner"),
    )
    op.create_index("ix_saved_queries_shared_with", "saved_queries", ["shared_with"])
    op.create_index("saved_queries_in_french_order", "saved_queries", ["sort_key", "query_id"])


def downgrade() -> None:
    op.drop_table("saved_queries")
    for event in ("insert", "update"):
        op.execute(f"drop trigger attributes_of_{event} on clients")
    op.execute("drop function note_client_attributes()")
    op.drop_table("client_attributes")
    op.drop_index("clients_by_attributes", "clients")
    op.execute("drop function folded(text)")
