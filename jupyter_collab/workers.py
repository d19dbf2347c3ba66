"""The threads in which is done what would hold up the event loop.

They are ours alone: another extension, whose calls wait for a slow service in asyncio's own
threads, keeps no document from being read or saved.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Lock
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

NAME = "collab-worker"

_workers: ThreadPoolExecutor | None = None
_turn = Lock()
"""Held while ``_workers`` are given something to do, or others take their place."""


async def in_thread(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Call ``function`` in a thread, as :func:`asyncio.to_thread` does in one of asyncio's."""
    global _workers
    call = partial(contextvars.copy_context().run, partial(function, *args, **kwargs))
    with _turn:
        if _workers is None:
            _workers = ThreadPoolExecutor(thread_name_prefix=NAME)
        done = _workers.submit(call)
    return await asyncio.wrap_future(done)


def let_go() -> ThreadPoolExecutor | None:
    """Have the threads end once they have done what they were given; what comes gets others.

    Returns what can be waited for, or ``None`` where there are none.
    """
    global _workers
    with _turn:
        ending, _workers = _workers, None
    if ending is not None:
        ending.shutdown(wait=False)
    return ending
