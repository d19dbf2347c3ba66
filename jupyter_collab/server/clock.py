"""The time, for the parts that may not look at a clock themselves."""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], float]
"""Gives seconds since the epoch, and never goes back."""


def make_clock() -> Clock:
    """A clock that starts at the system's time and then runs on monotonically, so that a
    system clock that is set neither fires deadlines nor holds them up."""
    offset = time.time() - time.monotonic()
    return lambda: offset + time.monotonic()
