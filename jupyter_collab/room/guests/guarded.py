"""What of a notebook guests may not write: whatever could run in the browser of somebody else.

Scripts are in outputs, the mark ``trusted`` lets them run, and interfaces and their extensions
obey metadata. Guests write sources and attachments, and they insert, delete and move cells.
A cell that comes back as it was, because it was moved, pasted or undone, is as good as before.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from pycrdt import Array, Map, Text

from ..content.build import CELL_TYPES
from ..content.values import shared

FREE = frozenset(("id", "source", "attachments", "metadata"))
"""Members of a cell that guests may write; of ``metadata`` only :data:`FREE_METADATA`."""

FREE_METADATA = frozenset(
    ("collapsed", "heading_collapsed", "jupyter", "name", "scrolled", "slideshow", "tags")
)
"""What a cell looks like, and its labels."""

_NEW = {"cell_type", "outputs", "execution_count", "execution_state"}

Guarded = dict[str, Any]


def guarded(cell: Mapping[str, Any]) -> Guarded:
    """What of ``cell``, as plain values, is not for guests to write."""
    metadata = cell.get("metadata")
    private = (
        {key: value for key, value in metadata.items() if key not in FREE_METADATA}
        if isinstance(metadata, Mapping)
        else {}
    )
    rest = {key: value for key, value in cell.items() if key not in FREE}
    return {**rest, "metadata": private}


def guarded_of(ycell: Any) -> Guarded:
    """The same of a cell in a document; of what is no cell, nothing."""
    if not isinstance(ycell, Map):
        return {}
    rest = {key: _plain(value) for key, value in ycell.items() if key not in FREE}
    return guarded({**rest, "metadata": _plain(ycell.get("metadata"))})


def guarded_metadata(ycell: Map[Any]) -> dict[str, Any]:
    """What of its metadata is not for guests to write."""
    part: dict[str, Any] = guarded({"metadata": _plain(ycell.get("metadata"))})["metadata"]
    return part


def digest(part: Guarded) -> bytes:
    """Tells whether two cells show the same and may do the same; that may be large.

    How often a cell was run says nothing of that: frontends leave it out of copies.
    """
    shown = {key: value for key, value in part.items() if not key.startswith("execution_")}
    text = json.dumps(shown, sort_keys=True, default=repr)
    return sha256(text.encode("utf-8", "surrogatepass")).digest()


def is_cell(ycell: Any) -> bool:
    """Whether frontends can show it: its parts are of the kinds that they expect."""
    if not isinstance(ycell, Map) or not isinstance(ycell.get("id"), str):
        return False
    outputs = isinstance(ycell.get("outputs"), Array) or ycell.get("cell_type") != "code"
    typed = isinstance(ycell.get("source"), Text) and isinstance(ycell.get("metadata"), Map)
    return typed and outputs and _is_count(ycell.get("execution_count"))


def _is_count(value: Any) -> bool:
    return value is None or (type(value) in (int, float) and value >= 0 and value % 1 == 0)


def is_blank(ycell: Any) -> bool:
    """Whether it is a cell as somebody inserts it who wants to write.

    JupyterLab marks new code cells as trusted, which says nothing without outputs.
    """
    if not is_cell(ycell):
        return False
    part = guarded_of(ycell)
    return (
        part.pop("metadata") in ({}, {"trusted": True})
        and part.get("cell_type") in CELL_TYPES
        and not part.get("outputs")
        and part.keys() <= _NEW
    )


def restore(ycell: Map[Any], before: Guarded) -> None:
    """Give the guarded parts of ``ycell`` back what they were."""
    now = guarded_of(ycell)
    for key in [key for key in now if key not in before]:
        del ycell[key]
    for key, value in before.items():
        if key == "metadata":
            _restore_metadata(ycell, now.get("metadata", {}), value)
        elif key not in now or now[key] != value:
            _put(ycell, key, value)
    if not isinstance(ycell.get("source"), Text):
        ycell["source"] = Text("")


def blank(ycell: Map[Any]) -> None:
    """Take from an inserted cell all that guests may not write."""
    kind = ycell.get("cell_type")
    kind = kind if kind in CELL_TYPES else "raw"
    code: Guarded = {"outputs": [], "execution_count": None, "execution_state": "idle"}
    restore(ycell, {"cell_type": kind, **(code if kind == "code" else {}), "metadata": {}})
    if kind == "code" and not isinstance(ycell.get("outputs"), Array):
        ycell["outputs"] = Array()


def restore_map(ymap: Map[Any], before: Mapping[str, Any], free: frozenset[str]) -> None:
    """Give ``ymap`` back what it was, but for the ``free`` members."""
    for key in [key for key, _ in ymap.items() if key not in before and key not in free]:
        del ymap[key]
    for key, value in before.items():
        if key in free or (key in ymap and _plain(ymap[key]) == value):
            continue
        inner = ymap.get(key)
        if isinstance(inner, Map) and isinstance(value, dict):
            restore_map(inner, value, frozenset())
        else:
            is_map = key == "metadata" and isinstance(value, dict)
            ymap[key] = Map(shared(value)) if is_map else shared(value)


def _restore_metadata(ycell: Map[Any], now: Guarded, before: Guarded) -> None:
    if not isinstance(ycell.get("metadata"), Map):
        ycell["metadata"] = Map()
        now = {}
    ymetadata = ycell["metadata"]
    for key in [key for key in now if key not in before]:
        del ymetadata[key]
    for key, value in before.items():
        if key not in now or now[key] != value:
            ymetadata[key] = shared(value)


def _put(ycell: Map[Any], key: str, value: Any) -> None:
    if key != "outputs" or not isinstance(value, list):
        ycell[key] = shared(value)
        return
    youtputs = ycell.get("outputs")
    if not isinstance(youtputs, Array):
        ycell["outputs"] = youtputs = Array()
        youtputs = ycell["outputs"]
    youtputs.clear()
    youtputs.extend([_output(output) for output in value])


def _output(value: Any) -> Any:
    """An output as frontends keep it: streams grow, so their text is a text that is shared."""
    if not isinstance(value, dict):
        return shared(value)
    output = shared(value)
    if value.get("output_type") == "stream" and isinstance(value.get("text"), str):
        output["text"] = Text(value["text"])
    return Map(output)


def _plain(value: Any) -> Any:
    if isinstance(value, Map):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Array):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Text) else value
