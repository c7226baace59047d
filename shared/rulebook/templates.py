"""The fields that the texts of an e-mail may name, and how they are filled in (docs/domain.md, Steps)."""

import re
from collections.abc import Mapping

FIELDS = ("client_name", "advisor_name", "campaign_name", "start_date", "end_date", "step_title")
"""Written as `{{client_name}}`; the dates are those of the campaign."""
_FIELD = re.compile(r"\{\{([^{}]*)\}\}")
_BRACES = re.compile(r"\{\{|\}\}")


def unknown_fields(template: str) -> list[str]:
    """What stands between double braces and is no field, and braces that open or close nothing, each once."""
    named = [name.strip() for name in _FIELD.findall(template) if name.strip() not in FIELDS]
    return list(dict.fromkeys([*named, *_BRACES.findall(_FIELD.sub("", template))]))


def fill(template: str, values: Mapping[str, str]) -> str:
    """The text with every field's value; what a value says is never read as a field itself. Others stay as written."""
    return _FIELD.sub(lambda found: values.get(found[1].strip(), found[0]), template)


def unfilled_fields(template: str, values: Mapping[str, str]) -> tuple[str, ...]:
    """The fields that the text names and that have no value, each once, in the order in which they appear."""
    named = (name.strip() for name in _FIELD.findall(template))
    return tuple(dict.fromkeys(name for name in named if name not in values))
