"""A form as it stands on the page: what was typed, and what is wrong where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from services.portal.forms import Sent
from services.portal.upstream import UpstreamProblem


@dataclass(slots=True)
class Filled:
    """Values by the name of their field. `errors` are sentences by field; `refusal` is shown above the form."""

    values: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    refusal: str | None = None

    @classmethod
    def of(cls, form: Sent) -> Self:
        """What somebody sent."""
        names = set(form.fields)
        return cls({name: form.text(name) for name in names}, {name: form.texts(name) for name in names})

    def value(self, name: str, default: object = "") -> str:
        """What stands in the field."""
        return self.values.get(name, "" if default is None else str(default))

    def holds(self, name: str, value: str) -> bool:
        """Whether this box is ticked or this choice is made."""
        return value in self.lists.get(name, ())

    def error(self, name: str) -> str:
        """What is wrong with the field; empty when nothing is."""
        return self.errors.get(name, "")

    def refuse(self, problem: UpstreamProblem, fields: Mapping[str, str] | None = None) -> None:
        """Say what an API refused: at the field that `fields` names for the code, else above the form."""
        name = (fields or {}).get(problem.code)
        if name is None:
            self.refusal = problem.detail
        else:
            self.errors[name] = problem.detail

    @property
    def is_wrong(self) -> bool:
        """Whether something has to be corrected."""
        return bool(self.errors) or self.refusal is not None
