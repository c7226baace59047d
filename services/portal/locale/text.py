"""What a text is."""

from typing import NamedTuple


class Plural(NamedTuple):
    """A text that depends on the number `n`."""

    one: str
    other: str


Text = tuple[str | Plural, str | Plural]
"""French, English."""
