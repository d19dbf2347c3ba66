"""How a history lies in a store that knows only updates and their metadata.

Each write carries in its metadata what it is, as JSON. A store may also hold writes without
that, from before it was used here: they belong to no lineage and are passed over.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from ...protocol.identity import Lineage, Position, RoomId
from ..marks import mark_from_json, mark_to_json
from ..port import SavedMark, StoredHistory

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Record:
    """One write. ``start`` and ``update`` have an update at ``position``, ``saved`` a mark.

    The others may have a mark, too. A ``start`` is valid once there are as many updates as its
    ``rows`` says, which those after the first say as well: until then what was before counts.

    ``number`` counts what is written for the room; 0 is from before that was done.
    """

    kind: Literal["start", "update", "saved"]
    lineage: Lineage
    position: Position
    update: bytes
    saved: SavedMark | None = None
    rows: int = 1
    number: int = 0


@dataclass(frozen=True, slots=True)
class Broken:
    """The records do not follow one another: the store has dropped or rewritten some."""


def encode_metadata(room: RoomId, record: Record) -> bytes:
    plain: dict[str, Any] = {
        "collab": FORMAT,
        "room": str(room),
        "kind": record.kind,
        "lineage": record.lineage,
        "position": record.position,
    }
    if record.saved is not None:
        plain["saved"] = mark_to_json(record.saved)
    if record.rows > 1:
        plain["rows"] = record.rows
    if record.number:
        plain["number"] = record.number
    return json.dumps(plain, separators=(",", ":")).encode()


def decode_record(room: RoomId, update: bytes, metadata: bytes | None) -> Record | None:
    """The record that was written for ``room``; ``None`` if this is not one."""
    try:
        plain = json.loads(metadata or b"null")
        if plain["collab"] != FORMAT or plain["room"] != str(room):
            return None
        saved = mark_from_json(plain["saved"]) if "saved" in plain else None
        return Record(
            plain["kind"],
            Lineage(plain["lineage"]),
            Position(plain["position"]),
            update,
            saved,
            plain.get("rows", 1),
            int(plain.get("number", 0)),
        )
    except (KeyError, TypeError, ValueError):
        return None


def in_order(records: Iterable[Record]) -> list[Record]:
    """``records`` as they were written: a store that gives them by the time of writing, as pycrdt's
    SQLite store does, gives them in another order once the clock was set back."""
    return sorted(records, key=lambda record: record.number)


def replay(records: Iterable[Record]) -> StoredHistory | Broken | None:
    """The history that ``records`` tell: that of the last lineage which was started wholly."""
    history: StoredHistory | Broken | None = None
    updates: list[bytes] = []
    awaited = 0  # rows that a start still needs; until they are there, ``before`` counts
    before: StoredHistory | Broken | None = None
    for record in records:
        if record.kind == "start":
            if awaited == 0:
                before = _with(history, updates)
            updates, awaited = [record.update], record.rows - 1
            history = StoredHistory(record.lineage, (), record.position, record.saved)
            continue
        if awaited and record.rows == 1:
            # The start was never finished, and somebody went on with what was before.
            history, awaited = before, 0
            updates = list(before.updates) if isinstance(before, StoredHistory) else []
        if not isinstance(history, StoredHistory) or record.lineage != history.lineage:
            history = Broken()
        elif record.kind == "saved":
            history = replace(history, saved=record.saved)
        elif record.position == history.position + 1:
            updates.append(record.update)
            saved = record.saved or history.saved
            history = replace(history, position=record.position, saved=saved)
            awaited = max(0, awaited - 1)
        elif record.position > history.position:
            history = Broken()
        # A write that was made again, as it was not known whether it had been done, says
        # nothing new.
    return before if awaited else _with(history, updates)


def _with(
    history: StoredHistory | Broken | None, updates: list[bytes]
) -> StoredHistory | Broken | None:
    if isinstance(history, StoredHistory):
        return replace(history, updates=tuple(updates))
    return history
