"""The settings of the extension, checked, as one value."""

from __future__ import annotations

from dataclasses import dataclass

from .room.opening import RoomPolicy
from .room.saving import SavePolicy
from .store.compaction import BY_DEFAULT, CompactionPolicy

FLUSH_WINDOW = 0.018
"""Seconds that edits wait for company after others have just gone out."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Times in seconds.

    ``document_save_delay`` ``None`` saves on request only, ``document_cleanup_delay``
    ``None`` keeps rooms until the server stops, ``file_poll_interval`` 0 looks at files only
    when they are saved. ``compaction`` says how much of a history is kept.
    """

    document_save_delay: float | None
    document_save_max_wait: float
    document_cleanup_delay: float | None
    file_poll_interval: float
    compaction: CompactionPolicy = BY_DEFAULT

    @property
    def room_policy(self) -> RoomPolicy:
        return RoomPolicy(
            save=SavePolicy(self.document_save_delay, self.document_save_max_wait),
            cleanup_delay=self.document_cleanup_delay,
            flush_window=FLUSH_WINDOW,
        )
