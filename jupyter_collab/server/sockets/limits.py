"""How much one connection may send, and leave unread: settings, and what holds a client to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from traitlets import HasTraits, Int, TraitError, validate

_MEBIBYTE = 2**20

FRAME_WEIGHT = 16 * 1024
"""A frame counts once more for each so many bytes."""

REST = 10.0
"""Seconds of the allowed rate that a client may send at once, after it was quiet for as long."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes in one frame, bytes that wait for a client to read, frames a second."""

    frame_size: int = 256 * _MEBIBYTE
    unread_size: int = 64 * _MEBIBYTE
    frame_rate: int = 5000


class LimitTraits(HasTraits):
    """The limits as settings of the extension."""

    max_frame_size = Int(
        Limits().frame_size,
        config=True,
        help="Bytes that a client may send in one frame, which may be a whole document. A "
        "connection that sends more is closed with 1009.",
    )
    max_unread_size = Int(
        Limits().unread_size,
        config=True,
        help="Bytes that may wait for a client that does not read, besides the frame that it is "
        "reading. Beyond that it is dropped with 4408, and catches up when it connects again.",
    )
    max_frame_rate = Int(
        Limits().frame_rate,
        config=True,
        help="Frames a second that are read of one connection, on an average of ten seconds; a "
        "frame counts once more for each 16 KiB. Who sends more is read more slowly, and loses "
        "nothing.",
    )

    @validate("max_frame_size", "max_unread_size", "max_frame_rate")
    def _at_least_one(self, proposal: Any) -> int:
        value: int = proposal["value"]
        if value < 1:
            raise TraitError(
                f"YDocExtension.{proposal['trait'].name} is {value}: it has to be 1 or more"
            )
        return value

    @property
    def limits(self) -> Limits:
        return Limits(self.max_frame_size, self.max_unread_size, self.max_frame_rate)


class Pace:
    """How fast one connection is read (times come in as arguments, in seconds).

    ``rate`` frames a second on average; after a pause :data:`REST` seconds' worth at once.
    """

    def __init__(self, rate: int, now: float) -> None:
        self._rate = rate
        self._left = rate * REST
        self._at = now

    def take(self, size: int, now: float) -> float:
        """A frame of ``size`` bytes was read; in how many seconds to read the next one."""
        self._left = min(self._rate * REST, self._left + (now - self._at) * self._rate)
        self._at = now
        self._left -= 1 + size / FRAME_WEIGHT
        return max(0.0, -self._left / self._rate)
