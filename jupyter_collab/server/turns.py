"""How long a thread that computes may keep the others waiting."""

from __future__ import annotations

import sys

SWITCH_INTERVAL = 0.001
"""Seconds; Python's own is 5 ms. While a save is put into bytes the event loop waits for that long
each time it comes back from the system, and a keystroke goes to the system several times."""


def share_the_interpreter() -> None:
    """Let threads take turns at least every :data:`SWITCH_INTERVAL`, in the whole process."""
    if sys.getswitchinterval() > SWITCH_INTERVAL:
        sys.setswitchinterval(SWITCH_INTERVAL)
