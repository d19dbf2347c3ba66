"""How a document is kept, as clients show it: in its file, and in the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, assert_never

from .saving import Clean, Dirty, Failed, Saving, Writing, WritingAgain

MOST_TOLD = 5
"""Of what could not be saved, so much is told."""


@dataclass(frozen=True, slots=True)
class Present:
    """It is there, and can be written."""


@dataclass(frozen=True, slots=True)
class Gone:
    """It is not there, or cannot be written; ``reason`` is for programs, ``message`` for people."""

    reason: str
    message: str


class Status:
    """What clients are told of one document, made anew only where it has changed.

    It is asked for with each key, and most keys change nothing of it.
    """

    def __init__(self, saving: Saving) -> None:
        self._saving = saving
        self._of: tuple[object, ...] = ()
        self._told: Mapping[str, Any] = {}

    def of(
        self,
        path: str,
        hash: str,
        saved_at: float,
        left_out: tuple[str, ...],
        file: Present | Gone,
        history: Present | Gone,
    ) -> Mapping[str, Any]:
        """The status of the document at ``path``; the same object until that changes.

        ``hash`` is that of its file, which was saved at the time ``saved_at`` without what was
        ``left_out`` of the document.
        """
        state = self._saving.state
        kind = state if isinstance(state, Failed | WritingAgain) else type(state)
        of = (kind, self._saving.by_itself, path, hash, saved_at, left_out, file, history)
        if of != self._of:
            self._of = of
            self._told = {
                "save": self._save(hash, saved_at, left_out),
                "history": _problem("kept", "degraded", history),
                "file": {"path": path} | _problem("present", "gone", file),
            }
        return self._told

    def _save(self, hash: str, saved_at: float, left_out: tuple[str, ...]) -> dict[str, Any]:
        match self._saving.state:
            case Clean():
                return {"state": "saved", "hash": hash, "at": saved_at} | _incomplete(left_out)
            case Failed(_, _, retry_at, reason, message) | WritingAgain(
                Failed(_, _, retry_at, reason, message)
            ):
                return {
                    "state": "failed",
                    "reason": reason,
                    "message": message,
                    "retryAt": retry_at,
                }
            case Writing():
                return {"state": "saving"}
            case Dirty():
                return {"state": "unsaved" if self._saving.by_itself else "off"}
            case _:
                assert_never(self._saving.state)


def _incomplete(left_out: tuple[str, ...]) -> dict[str, str]:
    """What is told of a save that could not take all of the document."""
    if not left_out:
        return {}
    told = list(dict.fromkeys(left_out))
    rest = len(told) - MOST_TOLD
    if rest > 0:
        told[MOST_TOLD:] = [f"and {rest} more"]
    return {"reason": "incomplete", "message": "; ".join(told)}


def _problem(well: str, ill: str, state: Present | Gone) -> dict[str, Any]:
    match state:
        case Present():
            return {"state": well}
        case Gone(reason, message):
            return {"state": ill, "reason": reason, "message": message}
