"""The HTTP shapes of a person's preferences."""

from services.notification.ports.digests import Language
from services.notification.schemas.notices import Shown
from shared.contracts.wire import Incoming


class PreferencesIn(Incoming):
    """What a person wants: a daily digest by e-mail or none, in a language; null is the one that the CRM names."""

    digest: bool
    language: Language | None = None


class PreferencesShown(Shown):
    """What was chosen; `speaks` is the language in which digests are written, `mail` whether any can be sent."""

    digest: bool
    language: Language | None
    speaks: Language
    mail: bool
