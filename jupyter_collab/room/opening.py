"""What a room starts from, and by which times it goes."""

from __future__ import annotations

from dataclasses import dataclass

from ..files.port import FileVersion, Source
from ..protocol.identity import Lineage, Position
from ..store.port import SavedMark
from .replica import Replica
from .saving import SavePolicy


@dataclass(frozen=True, slots=True)
class RoomPolicy:
    """Times in seconds. ``cleanup_delay`` ``None`` keeps an empty room for ever;
    ``flush_window`` is how long edits wait for company before they go out together."""

    save: SavePolicy
    cleanup_delay: float | None
    flush_window: float


@dataclass(frozen=True, slots=True)
class Opening:
    """What a room starts from.

    ``position`` is the number of updates that the log has of it, ``saved`` what of them is
    in the file as it was last known, and ``version`` the file as it is now. ``base`` is what is
    in the file, where the history cannot tell. ``fresh``: the history was just built from the
    file, and the log had none, so nobody can hold it yet.
    """

    lineage: Lineage
    replica: Replica
    position: Position
    saved: SavedMark
    path: str
    version: FileVersion
    base: Source | None = None
    fresh: bool = False
