"""Bounded waits: a condition is asked for again until it holds, and a test that waits in vain says so."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

Value = TypeVar("Value")


async def until(ask: Callable[[], Awaitable[Value]], *, within: float = 15.0) -> Value:
    """The first truthy answer."""
    async with asyncio.timeout(within):
        while not (value := await ask()):
            await asyncio.sleep(0.02)
    return value
