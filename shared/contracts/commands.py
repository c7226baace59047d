"""The rulebook's commands and facts as JSON: `{"command": "CompleteStep", …}`, one adapter per command."""

from collections.abc import Mapping
from typing import Annotated, Any, get_args

from pydantic import PlainSerializer, PlainValidator, TypeAdapter, WithJsonSchema

from shared.rulebook.commands import Command

_ADAPTERS: dict[str, TypeAdapter[Any]] = {kind.__name__: TypeAdapter(kind) for kind in get_args(Command)}
COMMAND_KINDS = tuple(_ADAPTERS)


def command_to_wire(command: Command) -> dict[str, Any]:
    """The command as JSON-ready values, its kind first."""
    kind = type(command).__name__
    return {"command": kind, **_ADAPTERS[kind].dump_python(command, mode="json")}


def command_from_wire(wire: object) -> Command:
    """The command that such values describe; ValueError when they describe none."""
    if not isinstance(wire, Mapping):
        return wire  # type: ignore[return-value]  # already a command: pydantic validates defaults and copies too
    fields = dict(wire)
    adapter = _ADAPTERS.get(str(fields.pop("command", None)))
    if adapter is None:
        message = f"command must be one of {', '.join(COMMAND_KINDS)}"
        raise ValueError(message)
    command: Command = adapter.validate_python(fields)
    return command


WireCommand = Annotated[
    Command,
    PlainValidator(command_from_wire),
    PlainSerializer(command_to_wire),
    WithJsonSchema(
        {"type": "object", "required": ["command"], "properties": {"command": {"enum": list(COMMAND_KINDS)}}}
    ),
]
"""A field of a pydantic model that holds a command."""
