"""Structured logs, one JSON object per line on standard output. Tokens, names and notes are never logged.

An exception is logged as its traceback, without the values of local variables: those hold people's data.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from shared.runtime.settings import Settings

_SECRETS = frozenset(
    {"authorization", "token", "access_token", "id_token", "refresh_token", "password", "secret", "cookie",
     "name", "email", "phone", "note", "text"}
)  # fmt: skip


def configure(settings: Settings, *, role: str) -> None:
    """Set up structlog and the standard library's loggers of this process."""
    level = logging.getLevelNamesMapping()[settings.log_level]
    structlog.contextvars.bind_contextvars(role=role)
    processors: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        without_secrets,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if settings.log_format == "json" else _as_text()
    )
    structlog.configure(
        processors=[*processors, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=processors, processor=renderer))
    logging.basicConfig(handlers=[handler], level=max(level, logging.WARNING), force=True)


def before_configured() -> None:
    """Log as text until `configure` says how: a tool or a test may never call it."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.StackInfoRenderer(),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            without_secrets,
            _as_text(),
        ]
    )


def logger(name: str) -> structlog.typing.FilteringBoundLogger:
    """The logger of one module; its lines carry `module`."""
    bound: structlog.typing.FilteringBoundLogger = structlog.get_logger(module=name)
    return bound


def without_secrets(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor that drops the value of every field that may hold a secret or a person's name."""
    for key in event.keys() & _SECRETS:
        event[key] = "[withheld]"
    return event


def _as_text() -> structlog.dev.ConsoleRenderer:
    # Where `rich` is installed, structlog would show each frame's local values.
    return structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)


before_configured()
