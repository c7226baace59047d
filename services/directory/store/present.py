"""What a writing transaction looks up before it changes anything: what stands now, and what leans on it."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Select, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.directory.ports import Profile, Unit, User
from services.directory.store.rows import profile_of_row, unit_of_row, user_of_row
from services.directory.store.statements import those, unknown
from services.directory.tables import profiles, units, users

_UNKNOWN_USERS = unknown("users", "user_id")
_UNITS_IN_USE = text("select distinct unit_id::text from users where unit_id = any(cast(:ids as uuid[])) and active")
_PROFILES_IN_USE = text(
    "select distinct profile_id::text from users where profile_id = any(cast(:ids as uuid[])) and active"
)
_PROFILES_EVER_USED = text("select distinct profile_id::text from users where profile_id = any(cast(:ids as uuid[]))")
_ADMINISTERED = text(
    "select exists (select from users join profiles using (profile_id)"
    " where users.active and users.user_id <> all(cast(:beside as uuid[]))"
    " and (users.administrator or profile_id = any(cast(:granting as uuid[]))"
    " or (profiles.administrator and profile_id <> all(cast(:denying as uuid[])))))"
)


class LooksUp:
    """See `ports.Writing`."""

    _connection: AsyncConnection

    async def units(self) -> Sequence[Unit]:
        """The whole tree."""
        return [unit_of_row(row) for row in await self._connection.execute(select(units))]

    async def units_named(self, ids: Collection[str]) -> Mapping[str, Unit]:
        """Those of the units that are known."""
        found = await self._connection.execute(select(units).where(units.c.unit_id.in_(ids)))
        return {str(row.unit_id): unit_of_row(row) for row in found}

    async def profiles_named(self, ids: Collection[str]) -> Mapping[str, Profile]:
        """Those of the profiles that are known."""
        found = await self._connection.execute(select(profiles).where(profiles.c.profile_id.in_(ids)))
        return {str(row.profile_id): profile_of_row(row) for row in found}

    async def users_named(self, ids: Collection[str]) -> Mapping[str, User]:
        """Those of the users who are known."""
        found = await self._connection.execute(_users().where(users.c.user_id.in_(ids)))
        return {str(row.user_id): user_of_row(row) for row in found}

    async def unknown_users(self, ids: Collection[str]) -> set[str]:
        """Those of the ids that name no user."""
        return await those(self._connection, _UNKNOWN_USERS, ids)

    async def units_in_use(self, ids: Collection[str]) -> set[str]:
        """Those of the units in which an active user sits."""
        return await those(self._connection, _UNITS_IN_USE, ids)

    async def profiles_in_use(self, ids: Collection[str], *, active: bool = True) -> set[str]:
        """Those of the profiles that an active user has; or any user, who left too."""
        return await those(self._connection, _PROFILES_IN_USE if active else _PROFILES_EVER_USED, ids)

    async def administered(
        self, *, beside: Collection[str] = (), granting: Collection[str] = (), denying: Collection[str] = ()
    ) -> bool:
        """Whether an active user carries ADMINISTRATOR."""
        asked = {"beside": list(beside), "granting": list(granting), "denying": list(denying)}
        return bool(await self._connection.scalar(_ADMINISTERED, asked))


def _users() -> Select[tuple[object, ...]]:
    return select(users, units.c.path.label("unit_path")).join(units, units.c.unit_id == users.c.unit_id)
