"""When what has come in goes out (pure: times come in as arguments, in seconds)."""

from __future__ import annotations


class FlushWindow:
    """The first news after a pause goes out at once, the next goes out together: there is at
    least ``window`` between two flushes. ``at`` is when the next one is due, if one is."""

    def __init__(self, window: float, now: float) -> None:
        self._window = window
        self._last = now - window
        self.at: float | None = None

    def schedule(self, now: float) -> None:
        """Something has come in."""
        if self.at is None:
            self.at = max(now, self._last + self._window)

    def is_due(self, now: float) -> bool:
        return self.at is not None and self.at <= now

    def begin(self, now: float) -> None:
        """A flush begins, whether it was due or not."""
        self.at, self._last = None, now
