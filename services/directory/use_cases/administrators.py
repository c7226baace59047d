"""Somebody always administers: no change takes ADMINISTRATOR from the last active user who carries it."""

from collections.abc import Mapping, Sequence

from services.directory.ports import Profile, User, Writing

LAST = "last_administrator"
"""The code of the refusal."""
LAST_DETAIL = "No active user would be ADMINISTRATOR any more; give that right to somebody else first."


async def users_who_must_stay(
    held: Writing, wanted: Sequence[User], present: Mapping[str, User], profiles: Mapping[str, Profile]
) -> set[str]:
    """Those of the users who would lose ADMINISTRATOR so that nobody had it; `profiles` holds those of before, too."""

    def administers(user: User) -> bool:
        return user.active and (user.rights.administrator or profiles[user.profile_id].rights.administrator)

    keeping = {user.id for user in wanted if administers(user)}
    losing = {user.id for user in wanted if user.id in present and administers(present[user.id])} - keeping
    if not losing or keeping or await held.administered(beside=[user.id for user in wanted]):
        return set()
    return losing


async def profiles_that_must_stay(held: Writing, wanted: Sequence[Profile], present: Mapping[str, Profile]) -> set[str]:
    """Those of the profiles that would lose ADMINISTRATOR so that nobody had it."""
    granting = {profile.id for profile in wanted if profile.rights.administrator}
    denying = {profile.id for profile in wanted} - granting
    losing = {
        profile_id for profile_id in denying if profile_id in present and present[profile_id].rights.administrator
    }
    if not losing or await held.administered(granting=granting, denying=denying) or not await held.administered():
        return set()
    return losing
