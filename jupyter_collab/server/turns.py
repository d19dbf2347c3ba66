"""How long what computes may keep the others waiting: a thread other threads, a step in the event
loop other callbacks."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from functools import partial

SWITCH_INTERVAL = 0.001
"""Seconds; Python's own is 5 ms. While a save is put into bytes the event loop waits for that long
each time it comes back from the system, and a keystroke goes to the system several times."""

BETWEEN_STEPS = 4
"""Turns of the event loop from one step of a long computation to the next. Jupyter answers a
request in about as many, and would wait for a step in each."""


def share_the_interpreter() -> None:
    """Let threads take turns at least every :data:`SWITCH_INTERVAL`, in the whole process."""
    if sys.getswitchinterval() > SWITCH_INTERVAL:
        sys.setswitchinterval(SWITCH_INTERVAL)


def after_others(callback: Callable[[], object], turns: int = BETWEEN_STEPS) -> None:
    """Call ``callback`` when others have had so many ``turns`` of the event loop."""
    following = callback if turns <= 1 else partial(after_others, callback, turns - 1)
    asyncio.get_running_loop().call_soon(following)
