"""The clients of a campaign."""

from services.portal.locale.text import Text

TEXTS: dict[str, Text] = {}
