"""Bulk writes: one statement per kind whatever the number of rows, and rows that say nothing new are left alone."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.directory.ports import Client, Profile, Unit, User
from services.directory.store.auditing import WritesAudit
from services.directory.store.holdings import WritesHoldings
from services.directory.store.present import LooksUp
from services.directory.store.rows import profile_of_row, unit_of_row, user_of_row
from services.directory.store.statements import write
from services.directory.tables import profiles
from shared.contracts.wire import Event
from shared.rulebook.access import Rights
from shared.runtime.outbox import enqueue

# One writer at a time, so that paths, references and the order of principal changes hold without further locks.
ONE_WRITER = text("select pg_advisory_xact_lock(hashtext('directory'), hashtext('writing'))")

_SAVE_UNITS = text(
    "insert into units (unit_id, external_id, name, parent_id, path, active, revision)"
    " select unit_id, external_id, name, parent_id, path, active, 1"
    " from jsonb_to_recordset(cast(:rows as jsonb)) as given"
    " (unit_id uuid, external_id text, name text, parent_id uuid, path uuid[], active boolean)"
    " on conflict (unit_id) do update set name = excluded.name, parent_id = excluded.parent_id, path = excluded.path,"
    " active = excluded.active, revision = units.revision + 1"
    " where (units.name, units.parent_id, units.path, units.active)"
    " is distinct from (excluded.name, excluded.parent_id, excluded.path, excluded.active)"
    " returning unit_id, external_id, name, parent_id, path, active, revision"
)
_MOVE_USERS = text(
    "update users set revision = users.revision + 1, principal_change = nextval('principal_changes')"
    " from units where units.unit_id = users.unit_id and users.unit_id = any(cast(:units as uuid[]))"
    " returning users.*, units.path as unit_path"
)
_SAVE_PROFILES = text(
    "insert into profiles (profile_id, external_id, name, manage_campaigns, access_level, administrator, operator,"
    " active, revision)"
    " select profile_id, external_id, name, manage_campaigns, access_level, administrator, operator, active, 1"
    " from jsonb_to_recordset(cast(:rows as jsonb)) as given (profile_id uuid, external_id text, name text,"
    " manage_campaigns boolean, access_level text, administrator boolean, operator boolean, active boolean)"
    " on conflict (profile_id) do update set name = excluded.name, manage_campaigns = excluded.manage_campaigns,"
    " access_level = excluded.access_level, administrator = excluded.administrator, operator = excluded.operator,"
    " active = excluded.active, revision = profiles.revision + 1"
    " where (profiles.name, profiles.manage_campaigns, profiles.access_level, profiles.administrator,"
    " profiles.operator, profiles.active) is distinct from (excluded.name, excluded.manage_campaigns,"
    " excluded.access_level, excluded.administrator, excluded.operator, excluded.active)"
    " returning *"
)
_PRINCIPALS_OF_PROFILES = text(
    "update users set principal_change = nextval('principal_changes') where profile_id = any(cast(:profiles as uuid[]))"
)
_SAVE_USERS = text(
    "with saved as (insert into users (user_id, external_id, name, email, language, unit_id, profile_id,"
    " manage_campaigns, access_level, administrator, operator, active, revision, principal_change)"
    " select user_id, external_id, name, email, language, unit_id, profile_id,"
    " manage_campaigns, access_level, administrator, operator, active, 1, nextval('principal_changes')"
    " from jsonb_to_recordset(cast(:rows as jsonb)) as given"
    " (user_id uuid, external_id text, name text, email text, language text, unit_id uuid, profile_id uuid,"
    " manage_campaigns boolean, access_level text, administrator boolean, operator boolean, active boolean)"
    " on conflict (user_id) do update set name = excluded.name, email = excluded.email, language = excluded.language,"
    " unit_id = excluded.unit_id, profile_id = excluded.profile_id, manage_campaigns = excluded.manage_campaigns,"
    " access_level = excluded.access_level, administrator = excluded.administrator, operator = excluded.operator,"
    " active = excluded.active, revision = users.revision + 1, principal_change = excluded.principal_change"
    " where (users.name, users.email, users.language, users.unit_id, users.profile_id, users.manage_campaigns,"
    " users.access_level, users.administrator, users.operator, users.active) is distinct from"
    " (excluded.name, excluded.email, excluded.language, excluded.unit_id, excluded.profile_id,"
    " excluded.manage_campaigns, excluded.access_level, excluded.administrator, excluded.operator, excluded.active)"
    " returning *)"
    " select saved.*, units.path as unit_path from saved join units using (unit_id)"
)
_SAVE_CLIENTS = text(
    "insert into clients (client_id, external_id, name, phone, email, advisor_id, attributes, active, revision,"
    " changed_at)"
    " select client_id, external_id, name, phone, email, advisor_id, attributes, active, 1, :now"
    " from jsonb_to_recordset(cast(:rows as jsonb)) as given (client_id uuid, external_id text, name text,"
    " phone text, email text, advisor_id uuid, attributes jsonb, active boolean)"
    " on conflict (client_id) do update set name = excluded.name, phone = excluded.phone, email = excluded.email,"
    " advisor_id = excluded.advisor_id, attributes = excluded.attributes, active = excluded.active,"
    " revision = clients.revision + 1,"
    " changed_at = excluded.changed_at"
    " where (clients.name, clients.phone, clients.email, clients.advisor_id, clients.attributes, clients.active)"
    " is distinct from (excluded.name, excluded.phone, excluded.email, excluded.advisor_id, excluded.attributes,"
    " excluded.active)"
    " returning client_id, revision"
)


class PostgresWriting(LooksUp, WritesHoldings, WritesAudit):
    """One writing transaction; see `ports.Writing`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def begin(self) -> None:
        """Wait until no other writes."""
        await self._connection.execute(ONE_WRITER)

    async def save_units(self, units: Sequence[Unit]) -> Sequence[Unit]:
        """Write those that differ; answers them with their new revision."""
        rows = [
            {
                "unit_id": unit.id,
                "external_id": unit.external_id,
                "name": unit.name,
                "parent_id": unit.parent_id,
                "path": unit.path,
                "active": unit.active,
            }
            for unit in units
        ]
        return [unit_of_row(row) for row in await write(self._connection, _SAVE_UNITS, rows)]

    async def move_users_of(self, unit_ids: Collection[str]) -> Sequence[User]:
        """A new revision for the users of these units; answers them."""
        moved = await self._connection.execute(_MOVE_USERS, {"units": list(unit_ids)})
        return [user_of_row(row) for row in moved]

    async def save_profiles(self, given: Sequence[Profile]) -> Sequence[Profile]:
        """Write those that differ and note their users' principals; answers them with their new revision."""
        rows = [
            {
                "profile_id": profile.id,
                "external_id": profile.external_id,
                "name": profile.name,
                "active": profile.active,
                **_rights(profile.rights),
            }
            for profile in given
        ]
        saved = [profile_of_row(row) for row in await write(self._connection, _SAVE_PROFILES, rows)]
        await self._connection.execute(_PRINCIPALS_OF_PROFILES, {"profiles": [profile.id for profile in saved]})
        return saved

    async def delete_profile(self, profile_id: str) -> None:
        """Forget a profile that nobody has."""
        await self._connection.execute(profiles.delete().where(profiles.c.profile_id == profile_id))

    async def save_users(self, users: Sequence[User]) -> Sequence[User]:
        """Write those that differ and note their principals; answers them as saved."""
        rows = [
            {
                "user_id": user.id,
                "external_id": user.external_id,
                "name": user.name,
                "email": user.email,
                "language": user.language,
                "unit_id": user.unit_id,
                "profile_id": user.profile_id,
                "active": user.active,
                **_rights(user.rights),
            }
            for user in users
        ]
        return [user_of_row(row) for row in await write(self._connection, _SAVE_USERS, rows)]

    async def save_clients(self, clients: Sequence[Client], *, now: datetime) -> Sequence[Client]:
        """Write those that differ; answers them with their new revision."""
        rows = [
            {
                "client_id": client.id,
                "external_id": client.external_id,
                "name": client.name,
                "phone": client.phone,
                "email": client.email,
                "advisor_id": client.advisor_id,
                "attributes": dict(client.attributes),
                "active": client.active,
            }
            for client in clients
        ]
        revisions = {
            str(row.client_id): row.revision for row in await write(self._connection, _SAVE_CLIENTS, rows, now=now)
        }
        return [replace(client, revision=revisions[client.id]) for client in clients if client.id in revisions]

    async def publish(self, events: Sequence[Event]) -> None:
        """Into the outbox."""
        await enqueue(self._connection, events, source="directory")


def _rights(rights: Rights) -> dict[str, Any]:
    return {
        "manage_campaigns": rights.manage_campaigns,
        "access_level": rights.access_level.value,
        "administrator": rights.administrator,
        "operator": rights.operator,
    }
