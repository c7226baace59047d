"""People and clients as the directory last said: the highest revision of each is kept."""

import json
from collections.abc import Sequence

from sqlalchemy import text

from shared.contracts.directory import ClientChanged, UserChanged
from shared.runtime.database import Database

_KEEP_USERS = text(
    "insert into users (user_id, external_id, name, unit_id, unit_path, active, revision)"
    " select distinct on (user_id) user_id, external_id, name, unit_id, unit_path, active, revision"
    " from jsonb_to_recordset(cast(:rows as jsonb)) as told"
    " (user_id uuid, external_id text, name text, unit_id uuid, unit_path uuid[], active boolean, revision bigint)"
    " order by user_id, revision desc"
    " on conflict (user_id) do update set external_id = excluded.external_id, name = excluded.name,"
    " unit_id = excluded.unit_id, unit_path = excluded.unit_path, active = excluded.active,"
    " revision = excluded.revision where users.revision < excluded.revision"
)
_KEEP_CLIENTS = text(
    "insert into clients (client_id, external_id, name, advisor_id, erased, revision)"
    " select distinct on (client_id) client_id, external_id, name, advisor_id, erased, revision"
    " from jsonb_to_recordset(cast(:rows as jsonb)) as told"
    " (client_id uuid, external_id text, name text, advisor_id uuid, erased boolean, revision bigint)"
    " order by client_id, revision desc"
    " on conflict (client_id) do update set external_id = excluded.external_id, name = excluded.name,"
    " advisor_id = excluded.advisor_id, erased = excluded.erased,"
    " revision = excluded.revision where clients.revision < excluded.revision"
)
_USER_FIELDS = {"user_id", "external_id", "name", "unit_id", "unit_path", "active", "revision"}
_CLIENT_FIELDS = {"client_id", "external_id", "name", "advisor_id", "erased", "revision"}


class PostgresReplicas:
    """What this service keeps of the directory."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep_users(self, told: Sequence[UserChanged]) -> None:
        """Keep each user's highest revision; earlier and repeated messages change nothing."""
        rows = [user.model_dump(mode="json", include=_USER_FIELDS) for user in told]
        async with self._database.transaction() as connection:
            await connection.execute(_KEEP_USERS, {"rows": json.dumps(rows)})

    async def keep_clients(self, told: Sequence[ClientChanged]) -> None:
        """Keep each client's highest revision; earlier and repeated messages change nothing."""
        rows = [client.model_dump(mode="json", include=_CLIENT_FIELDS) for client in told]
        async with self._database.transaction() as connection:
            await connection.execute(_KEEP_CLIENTS, {"rows": json.dumps(rows)})
