"""Notices errors that a store only logs."""

from __future__ import annotations

import logging

from ..sqlite.failures import is_damage


class WatchedLog(logging.Logger):
    """Passes records on to ``target``, and counts those of errors."""

    def __init__(self, target: logging.Logger) -> None:
        super().__init__(target.name)
        self.parent = self._target = target
        self._problems: list[str] = []
        self.found_damage = False
        """Whether one of them was that a database is damaged."""

    def isEnabledFor(self, level: int) -> bool:  # noqa: N802 - the name of the base class
        return level >= logging.ERROR or self._target.isEnabledFor(level)

    def handle(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.ERROR:
            cause = record.exc_info[1] if record.exc_info else None
            self._problems.append(str(cause or record.getMessage()))
            self.found_damage |= cause is not None and is_damage(cause)
        if self._target.isEnabledFor(record.levelno):
            super().handle(record)

    def take_problem(self) -> str | None:
        """The first error since the last call."""
        problems, self._problems = self._problems, []
        return problems[0] if problems else None
