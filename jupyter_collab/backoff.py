"""How long to wait before what has failed is tried again. Pure."""

from __future__ import annotations


def back_off(failures: int, first: float, longest: float) -> float:
    """Seconds until the next attempt, after so many ``failures`` in a row, of which there is at
    least one: ``first``, then twice as long each time, ``longest`` at most."""
    return min(first * 2.0 ** min(failures - 1, 10), longest)
