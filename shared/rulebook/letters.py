"""The text of an e-mail from its step's template (docs/domain.md, Interactions; spec 2.3, 5.4)."""

import re
from collections.abc import Mapping

LETTER_FIELDS = (
    "campaign.name",
    "campaign.start_date",
    "campaign.end_date",
    "client.name",
    "advisor.name",
)
"""What a template may name between double braces, as in `{{client.name}}`."""
_FIELD = re.compile(r"\{\{\s*([A-Za-z_.]{1,60})\s*\}\}")


def filled(template: str, values: Mapping[str, str]) -> str:
    """The template with its fields in place; one that is unknown or without a value stays as it is written.

    Values are put in as they are: what looks like a field in a client's name is not filled again.
    """
    return _FIELD.sub(lambda found: values.get(found[1], found[0]), template)


def unfilled_fields(template: str, values: Mapping[str, str]) -> tuple[str, ...]:
    """The fields that the template names and nobody can fill, each once, in the order in which they appear."""
    return tuple(dict.fromkeys(name for name in _FIELD.findall(template) if name not in values))
