"""Replicas of advisors and clients: state readers, the highest revision wins."""

from collections.abc import Sequence

import sqlalchemy as sa

from shared.contracts.directory import ClientChanged, UserChanged
from shared.runtime.database import Database

_USERS = sa.text(
    """
    insert into advisors (advisor_id, name, email, unit_path, revision)
    values (:advisor_id, :name, :email, cast(:unit_path as uuid[]), :revision)
    on conflict (advisor_id) do update
    set name = excluded.name, email = excluded.email, unit_path = excluded.unit_path, revision = excluded.revision
    where advisors.revision < excluded.revision
    """
)
_CLIENTS = sa.text(
    """
    insert into clients (client_id, name, phone, email, advisor_id, revision)
    select * from unnest(cast(:ids as uuid[]), cast(:names as text[]), cast(:phones as text[]), cast(:emails as text[]),
                         cast(:advisors as uuid[]), cast(:revisions as bigint[]))
    on conflict (client_id) do update
    set name = excluded.name, phone = excluded.phone, email = excluded.email, advisor_id = excluded.advisor_id,
        revision = excluded.revision
    where clients.revision < excluded.revision
    """
)
_FOLLOW = sa.text(
    """
    update follow_ups f set advisor_id = c.advisor_id, overruled_advisor_id = null
    from clients c
    where c.client_id = f.client_id and c.client_id = any(cast(:ids as uuid[]))
      and (c.advisor_id <> f.advisor_id or f.overruled_advisor_id is not null)
      and f.overruled_advisor_id is distinct from c.advisor_id
    """
)
_MOVED = sa.text(
    """
    select f.follow_up_id::text, c.advisor_id::text, c.revision
    from follow_ups f join clients c on c.client_id = f.client_id
    where c.client_id = any(cast(:ids as uuid[])) and f.closing is null
      and c.advisor_id <> (f.state ->> 'advisor_id')::uuid and f.overruled_advisor_id is distinct from c.advisor_id
    """
)


class PostgresPeople:
    """Who advises whom, and where they sit."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep_users(self, users: Sequence[UserChanged]) -> None:
        """Keep the users as last told."""
        latest = {user.user_id: user for user in sorted(users, key=lambda user: user.revision)}
        rows = [
            {
                "advisor_id": user.user_id,
                "name": user.name,
                "email": user.email,
                "unit_path": list(user.unit_path),
                "revision": user.revision,
            }
            for _, user in sorted(latest.items())
        ]
        async with self._database.transaction() as conn:
            await conn.execute(_USERS, rows)

    async def keep_clients(self, clients: Sequence[ClientChanged]) -> Sequence[tuple[str, str, int]]:
        """Keep the clients as last told; answers (follow-up, advisor, revision) for open ones under another advisor."""
        latest = {client.client_id: client for client in sorted(clients, key=lambda client: client.revision)}
        kept = [client for _, client in sorted(latest.items())]
        parameters = {
            "ids": [client.client_id for client in kept],
            "names": [client.name for client in kept],
            "phones": [client.phone for client in kept],
            "emails": [client.email for client in kept],
            "advisors": [client.advisor_id for client in kept],
            "revisions": [client.revision for client in kept],
        }
        async with self._database.transaction() as conn:
            await conn.execute(_CLIENTS, parameters)
            # Pages go by the present advisor, whether or not the follow-up is open (spec 5.11). What a job gave to
            # somebody else stays there while the directory says what it said then (ADR 0056).
            await conn.execute(_FOLLOW, {"ids": parameters["ids"]})
            moved = (await conn.execute(_MOVED, {"ids": parameters["ids"]})).all()
        return [(row[0], row[1], row[2]) for row in moved]
