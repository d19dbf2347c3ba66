"""What every adapter refuses, said in the same words."""

from __future__ import annotations

from ..errors import StoreConflict, StoreError
from ..protocol.identity import Lineage, RoomId


def closed() -> StoreError:
    return StoreError("The store of histories is closed")


def not_begun(room: RoomId) -> StoreConflict:
    return StoreConflict(f"The store has no history of {room}")


def already_begun(room: RoomId, lineage: Lineage) -> StoreConflict:
    return StoreConflict(f"The store has the history {lineage} of {room} already")


def other_lineage(room: RoomId, lineage: Lineage, stored: str) -> StoreConflict:
    return StoreConflict(f"The store has the history {stored} of {room}, not {lineage}")


def not_next(room: RoomId, position: int, last: int) -> StoreConflict:
    return StoreConflict(f"Update {position} of {room} does not follow update {last}")


def not_reached(room: RoomId, position: int, last: int) -> StoreConflict:
    return StoreConflict(f"The history of {room} ends at {last}; {position} was never written")


def unreachable(room: RoomId, position: int, base: int, last: int) -> StoreError:
    return StoreError(f"Position {position} of {room} is not among those kept, {base} to {last}")
