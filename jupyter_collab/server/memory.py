"""Gives memory that is not used any more back to the system."""

from __future__ import annotations

import asyncio
import ctypes
from collections.abc import Callable
from functools import partial
from threading import Thread

from ..workers import let_go

PAUSE = 1.0
"""Seconds without openings and closings after which memory is given back."""

LONGEST = 5.0
"""Seconds after which it is given back although rooms go on being opened and closed."""

_M_ARENA_MAX = -8
"""The name of the setting for ``mallopt``, as glibc numbers it."""


def system_trim() -> Callable[[], object] | None:
    """What gives freed memory back, where the C library has that (glibc) and keeps it otherwise."""
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError, TypeError):
        return None
    return partial(_give_back, partial(trim, 0))


def _give_back(trim: Callable[[], object]) -> None:
    """Call ``trim`` when the threads that worked on documents have ended.

    A thread keeps up to seven freed pieces of each size for itself (glibc's tcache), and no page
    is given back of which a piece is kept: after 200 rooms that was 3 MB.
    """
    ending = let_go()

    def run() -> None:
        if ending is not None:
            ending.shutdown()
        trim()

    # Where a thread never ends, as on a file system that is gone, nobody waits for this one.
    Thread(target=run, name="collab-memory", daemon=True).start()


def share_one_heap() -> None:
    """Let all threads allocate from one heap, where the C library is glibc.

    Each thread would have one of its own, with holes of its own. Python's lock lets them allocate
    one after the other mostly, so that they need not wait for each other.
    """
    try:
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)
    except (OSError, AttributeError, TypeError):
        return


class Trimmer:
    """Calls ``trim`` once things have settled.

    glibc keeps what was freed, in each thread that has ever allocated something, in the hope of
    using it again. After a document of 50 MB was read that is many times its size.
    """

    def __init__(self, trim: Callable[[], object] | None) -> None:
        self._trim = trim
        self._timer: asyncio.TimerHandle | None = None
        self._since: float | None = None

    def stirred(self) -> None:
        """Much was just allocated or freed."""
        if self._trim is None:
            return
        loop = asyncio.get_running_loop()
        now = loop.time()
        if self._since is None:
            self._since = now
        self.stop()
        self._timer = loop.call_at(min(now + PAUSE, self._since + LONGEST), self._run)

    def stop(self) -> None:
        """Do nothing any more, until the next call of :meth:`stirred`."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _run(self) -> None:
        self._timer = self._since = None
        assert self._trim is not None
        self._trim()
