"""How much a connection may send in a while."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """Per second on average, and ``burst`` at once after a pause."""

    per_second: float
    burst: float


GUEST_FRAMES = Rate(100, 1000)
GUEST_BYTES = Rate(2 * 2**20, 32 * 2**20)

COSTLY = 50
"""So many frames does one count that makes the server handle the whole document."""

MAX_GUEST_FRAME = 16 * 2**20
"""Bytes in one frame of a guest, who writes no outputs: a very long text, or a picture."""


def guest_frame(usual: int) -> int:
    """Bytes that a guest may send in one frame, where others may send ``usual``."""
    return min(usual, MAX_GUEST_FRAME)


class Bucket:
    """Holds what may be sent at ``now`` (seconds); fills as time passes."""

    def __init__(self, rate: Rate, now: float) -> None:
        self._rate = rate
        self._left = rate.burst
        self._at = now

    def take(self, amount: float, now: float) -> bool:
        """Whether there is ``amount`` in it; it is taken then."""
        gained = (now - self._at) * self._rate.per_second
        self._left, self._at = min(self._rate.burst, self._left + gained), now
        if amount > self._left:
            return False
        self._left -= amount
        return True


class GuestAllowance:
    """What one connection of a guest may send."""

    def __init__(self, now: float) -> None:
        self._frames = Bucket(GUEST_FRAMES, now)
        self._bytes = Bucket(GUEST_BYTES, now)

    def take(self, size: int, now: float, *, costly: bool = False) -> bool:
        """Whether a frame of ``size`` bytes may be sent at ``now``.

        ``costly`` is one that asks for the whole document, or for writing it.
        """
        frames = COSTLY if costly else 1
        return self._frames.take(frames, now) and self._bytes.take(size, now)
