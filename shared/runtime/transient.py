"""Which failures pass by themselves: a server that is away or restarting, never the data."""

import nats.errors
import psycopg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from shared.runtime.questions import NobodyAnswers

_CONNECTION_STATES = ("08", "57P")
"""SQLSTATE classes: connection exceptions, and a server that shuts down or starts."""


def is_transient(error: BaseException) -> bool:
    """Whether the same work may succeed later without any change: an outage, a lock, a deadlock, a timeout."""
    return isinstance(
        error,
        OperationalError
        | InterfaceError
        | PoolTimeoutError
        | psycopg.OperationalError
        | psycopg.InterfaceError
        | nats.errors.Error
        | NobodyAnswers
        | TimeoutError
        | OSError,
    )


def connection_lost(error: BaseException) -> bool:
    """Whether a server could not be reached at all, so that trying part of the work would tell nothing."""
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None)
        return error.connection_invalidated or (
            isinstance(error, OperationalError) and (state is None or state.startswith(_CONNECTION_STATES))
        )
    return isinstance(error, NobodyAnswers | ConnectionError | PoolTimeoutError | nats.errors.ConnectionClosedError)
