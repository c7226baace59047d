"""/api/notifications/preferences: whether I am sent a daily digest, and in which language."""

from collections.abc import Callable

from fastapi import APIRouter

from services.notification.api.notices import Reader
from services.notification.ports.digests import People, Preference, Preferences
from services.notification.schemas.preferences import PreferencesIn, PreferencesShown
from shared.rulebook.errors import Refused
from shared.runtime.clock import Clock


def preference_routes(preferences: Preferences, people: People, clock: Clock, *, mail: Callable[[], bool]) -> APIRouter:
    """The routes; `mail` says whether there is a mail server."""
    router = APIRouter(prefix="/api/notifications/preferences", tags=["notifications"])

    @router.get("")
    async def my_preferences(reader: Reader) -> PreferencesShown:
        """What I chose; no digest until I do."""
        return shown(await preferences.of(reader.user_id), reader.user_id)

    @router.put("")
    async def choose(reader: Reader, body: PreferencesIn) -> PreferencesShown:
        """Choose. A digest is sent from the next working day on. 409 `digest_needs_mail` without a mail server."""
        if body.digest and not mail():
            raise Refused("digest_needs_mail")
        chosen = Preference(body.digest, body.language)
        await preferences.keep(reader.user_id, chosen, clock.now())
        return shown(chosen, reader.user_id)

    def shown(chosen: Preference, user_id: str) -> PreferencesShown:
        return PreferencesShown(
            digest=chosen.digest,
            language=chosen.language,
            speaks=chosen.language or people.language(user_id),
            mail=mail(),
        )

    return router
