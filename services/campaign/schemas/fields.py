"""Field types that every shape of this service shares: what a line, a text, an amount and a day may be."""

from typing import Annotated

from pydantic import Field, StringConstraints

from shared.contracts.wire import Euros

# Control characters break exports and logs; direction marks make a name look like another one.
_FORBIDDEN = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff"
_UUID = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"

Name = Annotated[str, StringConstraints(pattern=rf"^[^\t\n\r{_FORBIDDEN}]*$")]
"""One line of text; how long it may be is a rule of the definition."""
Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=rf"^[^\t\n\r{_FORBIDDEN}]*$")]
"""One line of text."""
ShortText = Annotated[str, StringConstraints(max_length=500, pattern=rf"^[^\t\n\r{_FORBIDDEN}]*$")]
"""One line, possibly empty."""
Prose = Annotated[str, StringConstraints(max_length=20_000, pattern=rf"^[^{_FORBIDDEN}]*$")]
"""Several lines, possibly none."""
Key = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=rf"^[^\s{_FORBIDDEN}]+$")]
"""A creator's own id."""
StepId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,36}$")]
"""The id of a step or of a checklist item, unique where it stands."""
Uuid = Annotated[str, StringConstraints(pattern=_UUID, to_lower=True)]
"""One of our own ids."""
Amount = Annotated[Euros, Field(ge=0)]
"""Euros, at least 0, exact to the cent."""
