"""Writes docs/reference: one OpenAPI document per service, one AsyncAPI document per owner of events or questions.

`python -m tools.reference` writes; `--check` fails when what is committed differs. No server needs to run.
"""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from shared.contracts.problems import Problem
from shared.contracts.registry import EVENTS, QUESTIONS
from shared.contracts.wire import Answer, CloudEvent, Event, Question
from shared.runtime.streams import stream_of

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "reference"
SERVICES = ("directory", "campaign", "followup", "notification", "reporting")
_REFERENCE = "#/components/schemas/{model}"


def main(arguments: list[str]) -> int:
    """Write the documents, or tell which differ; answers the exit status."""
    wanted = dict(documents())
    if "--check" not in arguments:
        _write(wanted)
        return 0
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    stale += [path for path in _written() if path not in wanted]
    for path in stale:
        print(f"{path.relative_to(ROOT)} is out of date: run `make docs` and commit it", file=sys.stderr)
    return 1 if stale else 0


def documents() -> Iterator[tuple[Path, str]]:
    """Every document: where it lies and its text."""
    for service in SERVICES:
        if (ROOT / "services" / service / "app.py").exists():
            yield FOLDER / "openapi" / f"{service}.yaml", _as_yaml(openapi(service))
    for owner in sorted({_owner(event.type) for event in EVENTS} | {_owner(asked.subject) for asked, _ in QUESTIONS}):
        yield FOLDER / "asyncapi" / f"{owner}.yaml", _as_yaml(asyncapi(owner))


def openapi(service: str) -> dict[str, Any]:
    """The HTTP interface of one service."""
    settings = import_module(f"services.{service}.settings").Settings()
    app = import_module(f"services.{service}.app").create_app(settings)
    document: dict[str, Any] = app.openapi()
    return document


def asyncapi(owner: str) -> dict[str, Any]:
    """The events that one service publishes and the questions that it answers, in AsyncAPI 3."""
    events = [event for event in EVENTS if _owner(event.type) == owner]
    questions = [(asked, answer) for asked, answer in QUESTIONS if _owner(asked.subject) == owner]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": f"Jalon {owner}: events and questions",
            "version": "1.0.0",
            "description": "Events travel by NATS JetStream as CloudEvents 1.0, questions by NATS request and reply.",
        },
        "defaultContentType": "application/json",
        "channels": {
            **{_name(event.type): _event_channel(event) for event in events},
            **{_name(asked.subject): _question_channel(asked, answer) for asked, answer in questions},
        },
        "operations": {
            **{f"publish_{_name(event.type)}": _publishes(event) for event in events},
            **{f"answer_{_name(asked.subject)}": _answers(asked, answer) for asked, answer in questions},
        },
        "components": {"schemas": _schemas(events, questions)},
    }


def _event_channel(event: type[Event]) -> dict[str, Any]:
    return {
        "address": f"{event.type}.{{key}}",
        "description": f"Stream {stream_of(event)}.",
        "parameters": {"key": {"description": "What the event is about."}},
        "messages": {event.__name__: _message(event, _envelope(event).__name__)},
    }


def _question_channel(asked: type[Question], answer: type[Answer]) -> dict[str, Any]:
    return {
        "address": asked.subject,
        "messages": {
            asked.__name__: _message(asked, asked.__name__),
            answer.__name__: _message(answer, answer.__name__),
            "Problem": _message(Problem, "Problem"),
        },
    }


def _message(model: type[BaseModel], schema: str) -> dict[str, Any]:
    return {
        "summary": (model.__doc__ or "").partition("\n")[0],
        "payload": {"$ref": _REFERENCE.format(model=_schema_name(schema))},
    }


def _publishes(event: type[Event]) -> dict[str, Any]:
    channel = f"#/channels/{_name(event.type)}"
    return {
        "action": "send",
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{event.__name__}"}],
    }


def _answers(asked: type[Question], answer: type[Answer]) -> dict[str, Any]:
    channel = f"#/channels/{_name(asked.subject)}"
    replies = [{"$ref": f"{channel}/messages/{name}"} for name in (answer.__name__, "Problem")]
    return {
        "action": "receive",
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{asked.__name__}"}],
        "reply": {"channel": {"$ref": channel}, "messages": replies},
    }


def _schemas(events: list[type[Event]], questions: list[tuple[type[Question], type[Answer]]]) -> dict[str, Any]:
    models: list[type[BaseModel]] = [_envelope(event) for event in events]
    models += [model for pair in questions for model in pair]
    if questions:
        models.append(Problem)
    _, schema = models_json_schema([(model, "serialization") for model in models], ref_template=_REFERENCE)
    return dict(sorted(schema["$defs"].items()))


def _envelope(event: type[Event]) -> type[BaseModel]:
    return CloudEvent[event]  # type: ignore[valid-type]


def _owner(name: str) -> str:
    return name.split(".")[1]


def _name(subject: str) -> str:
    """`campaigns.followup.fact_recorded.v1` as a key: AsyncAPI allows no dots there."""
    return "_".join(subject.split(".")[2:])


def _schema_name(name: str) -> str:
    """As pydantic names a generic model's schema."""
    return name.replace("[", "_").replace("]", "_")


def _as_yaml(document: dict[str, Any]) -> str:
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)


def _written() -> list[Path]:
    return sorted([*(FOLDER / "openapi").glob("*"), *(FOLDER / "asyncapi").glob("*")])


def _write(wanted: dict[Path, str]) -> None:
    for path in _written():
        if path not in wanted:
            path.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
