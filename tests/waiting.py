"""What tests wait with: they wait for conditions, and never longer than something may take."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from contextvars import ContextVar
from typing import Any, ParamSpec, Protocol, TypeVar

P = ParamSpec("P")


class Closable(Protocol):
    """What lets go of files, threads and tasks when it is closed, also if it was before."""

    @property
    def close(self) -> Callable[[], Awaitable[Any]]: ...


C = TypeVar("C", bound=Closable)

_test: ContextVar[AsyncExitStack] = ContextVar("_test")

TIMEOUT = 20.0
"""Seconds that an event may take on a busy machine."""


def asynchronous(test: Callable[P, Awaitable[None]]) -> Callable[P, None]:
    """Run an asynchronous test in an event loop of its own, for a bounded time."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        async def main() -> None:
            async with asyncio.timeout(3 * TIMEOUT), AsyncExitStack() as stack:
                _test.set(stack)
                await test(*args, **kwargs)

        asyncio.run(main())

    return run


def closed_at_the_end(opened: C) -> C:
    """``opened``, which is closed when the asynchronous test ends that it is made in."""
    _test.get().push_async_callback(opened.close)
    return opened


async def until(condition: Callable[..., object], timeout: float = TIMEOUT) -> None:
    """Wait for something that nobody tells of, for at most ``timeout`` seconds."""
    async with asyncio.timeout(timeout):
        while not condition():
            await asyncio.sleep(0.005)
