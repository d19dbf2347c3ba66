"""What is wrong with the log, and when it is asked again. Pure: times come in, in seconds."""

from __future__ import annotations

from ..backoff import back_off
from .requests import Degraded, News, Recovered

FIRST_RETRY = 0.5
LAST_RETRY = 30.0


class Trouble:
    """Failures one after the other: each is waited for twice as long, and told once.

    ``retry_at`` is when to ask again; ``None``: nothing is wrong.
    """

    def __init__(self) -> None:
        self.retry_at: float | None = None
        self._failures = 0
        self._told: Degraded | None = None

    def fail(self, reason: str, message: str, now: float) -> list[News]:
        """The log has failed, or has what must not be touched."""
        self._failures += 1
        self.retry_at = now + back_off(self._failures, FIRST_RETRY, LAST_RETRY)
        news = Degraded(reason, message)
        if news == self._told:
            return []
        self._told = news
        return [news]

    def retry_now(self) -> None:
        """Do not wait any longer, if something is wrong."""
        if self.retry_at is not None:
            self.retry_at = 0.0

    def end(self) -> list[News]:
        """The log has done what it was asked for."""
        if self.retry_at is None:
            return []
        self.retry_at, self._failures, self._told = None, 0, None
        return [Recovered()]
