"""Where a page of a list by day ended, as `next` says it: a day and a follow-up's id."""

import re
from datetime import date

from shared.rulebook.errors import Invalid

_CURSOR = re.compile(r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2}):(?P<follow_up_id>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})")


def day_cursor(text: str | None) -> tuple[date, str] | None:
    """The place; None for the first page. Invalid `cursor_invalid` for anything that no page ended with."""
    if text is None:
        return None
    found = _CURSOR.fullmatch(text)
    if found is None:
        raise Invalid("cursor_invalid")
    try:
        return date.fromisoformat(found["day"]), found["follow_up_id"]
    except ValueError:
        raise Invalid("cursor_invalid") from None
