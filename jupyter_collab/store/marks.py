"""Saved marks as JSON, for adapters that keep text or bytes."""

from __future__ import annotations

import json
from typing import Any

from ..protocol.identity import Position
from .port import SavedMark


def mark_to_json(mark: SavedMark) -> dict[str, Any]:
    """``mark`` as plain values; what is empty is left out."""
    plain: dict[str, Any] = {"position": mark.position, "fingerprint": mark.fingerprint}
    if mark.merged:
        plain["merged"] = list(mark.merged)
    if mark.writing is not None:
        plain["writing"] = mark.writing
    if mark.live:
        plain["live"] = True
    if mark.copied is not None:
        plain["copied"] = mark.copied
    return plain


def mark_from_json(plain: dict[str, Any]) -> SavedMark:
    """The mark that :func:`mark_to_json` gave; raises ``KeyError`` for anything else."""
    writing = plain.get("writing")
    return SavedMark(
        Position(plain["position"]),
        plain["fingerprint"],
        tuple(Position(position) for position in plain.get("merged", ())),
        None if writing is None else Position(writing),
        bool(plain.get("live", False)),  # older versions did not know it
        plain.get("copied"),
    )


def encode_mark(mark: SavedMark) -> str:
    return json.dumps(mark_to_json(mark), separators=(",", ":"))


def decode_mark(text: str) -> SavedMark:
    return mark_from_json(json.loads(text))


def highest_position(mark: SavedMark) -> Position:
    """The last position that ``mark`` speaks of."""
    return max(mark.position, *mark.merged, mark.writing or mark.position)
