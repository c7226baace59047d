"""The one tree of errors that the rules raise.

RuleBroken                    a rule of docs/domain.md says no; carries a stable code and the data behind it
├── Refused                   the command contradicts the present state (HTTP 409)
├── Invalid                   the command or definition is wrong in itself (HTTP 422)
└── Forbidden                 the principal lacks a right, named in `missing` (HTTP 403)
    └── NotVisible            the principal may not even know of it (HTTP 404)
"""

from collections.abc import Mapping


class RuleBroken(Exception):  # noqa: N818  the name is the vocabulary's: a rule was broken
    """A rule said no. `code` is stable and public; `data` holds JSON-ready values that explain it."""

    def __init__(self, code: str, data: Mapping[str, object] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.data: dict[str, object] = dict(data or {})


class Refused(RuleBroken):
    """The state as it stands does not allow this."""


class Invalid(RuleBroken):
    """What was asked is wrong in itself, whatever the state."""


class Forbidden(RuleBroken):
    """The principal lacks the right named in `data["missing"]`."""


class NotVisible(Forbidden):
    """The principal may not see the thing at all: answer as if it did not exist."""
