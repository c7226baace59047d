"""How workflows ask for something outside: an activity that is retried until it succeeds."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy

_Asked = TypeVar("_Asked")
_RETRY = RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(minutes=1))


async def ask(activity: Callable[[Any, _Asked], Awaitable[None]], asked: _Asked) -> None:
    """Return once the activity, a method of a `ports` class, has done what was asked."""
    await workflow.execute_activity_method(
        activity, asked, start_to_close_timeout=timedelta(seconds=10), retry_policy=_RETRY
    )
