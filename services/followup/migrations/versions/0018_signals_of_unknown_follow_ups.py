"""A signal for a client who is in no such campaign is on that client's timeline: it says whose it is."""

import sqlalchemy as sa
from alembic import op

from shared.rulebook.ids import client_id

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("commands", sa.Column("client_id", sa.UUID(as_uuid=False)))
    op.create_index("commands_of_a_client", "commands", ["client_id"], postgresql_where="client_id is not null")
    conn = op.get_bind()
    known = sa.text("select command_id, data ->> 'client' from commands where code = 'follow_up_unknown'")
    named = [{"command": command, "client": client_id(name)} for command, name in conn.execute(known) if name]
    if named:
        whose = sa.text("update commands set client_id = cast(:client as uuid) where command_id = :command")
        conn.execute(whose, named)
