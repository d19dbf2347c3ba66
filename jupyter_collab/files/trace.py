"""What was seen of a file when, and whether that is enough. This module is pure."""

from __future__ import annotations

from dataclasses import dataclass

from .access import Sighting, Sign


@dataclass(slots=True)
class Trace:
    """What one document has seen of its file. Times are seconds of a clock that only grows."""

    sign: Sign | None = None
    """What was last seen without reading, first at ``since``."""
    since: float = 0.0
    seen: Sighting | None = None
    """What was last read, looked at or written."""
    settled: bool = False
    """Whether ``sign`` proves that the file is still what was ``seen``."""

    def note(self, sign: Sign, now: float) -> None:
        """The file has this sign."""
        if sign != self.sign:
            self.sign, self.since, self.settled = sign, now, False

    def took(self, sighting: Sighting, began: float) -> None:
        """The file was read or written, which began at ``began``."""
        self.seen = sighting
        self.settled = False
        if sighting.sign is not None:
            self.note(sighting.sign, began)
            self.settled = sighting.sign.old or began - self.since >= sighting.sign.window

    @property
    def is_current(self) -> bool:
        """Whether the file looks as it did when it was last read."""
        return self.sign is not None and self.seen is not None and self.seen.sign == self.sign

    def wait(self, now: float, quiet: float) -> float | None:
        """In how many seconds the file should be looked at; ``None`` if there is no need.

        A file that has changed is left alone until its sign has stayed the same for
        ``quiet`` seconds, because the writer may not be done. One that looks the same is
        looked at once more after the time in which a second change could hide.
        """
        if self.sign is None:
            return 0.0
        age = now - self.since
        if self.is_current:
            return None if self.settled else max(0.0, self.sign.window - age)
        return 0.0 if self.sign.old or self.sign.atomic else max(0.0, quiet - age)
