"""Makes a document's history from the content of its file.

The same content gives byte for byte the same history, in any process and on any machine,
so a server that lost its store makes again the history that its clients still hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from jupyter_ydoc import ydocs
from pycrdt import Doc

from ...errors import NotANotebook
from ...protocol.identity import ClientId, FileFormat, Lineage
from ..yjs.parts import Made
from ..yjs.updates import Json, UpdateWriter, utf8, varstring

CODEC = 2
"""Raised by one whenever the same content would give other bytes than before."""

CELL_TYPES = ("code", "markdown", "raw")

EMPTY_CELL = "an-empty-notebook"
"""The id of the cell that an empty notebook shows; see :func:`is_placeholder`."""

_ANYBODY = 1 << 52
"""Bit 52 keeps the ids of built histories apart from those of browsers, which have 32 bits."""


@dataclass(frozen=True, slots=True)
class Built:
    """``update`` applied to an empty document gives the document of ``lineage``.

    ``client`` made it, and must not be taken for any other edit. ``made`` says where the update
    can be parted. ``clock`` is how much there is of ``client``, which is all there is, without a
    ``state`` and without deletions; it is not known of what models of other packages have made.
    """

    made: Made
    lineage: Lineage
    client: ClientId
    clock: int | None = None

    @property
    def update(self) -> bytes:
        return self.made.update


def build(format: FileFormat, type: str, source: Any) -> Built:
    """The history of a document that was just read from its file.

    Takes no document and touches none, so it may run in any thread. Raises
    :class:`~jupyter_collab.errors.NotANotebook` where ``source`` cannot be shown as ``type``.
    """
    if type == "notebook":
        writer = _write_notebook(source)
    elif type == "blob":
        writer = UpdateWriter()
        writer.add_value(source, "source", "bytes")
    elif is_text(type):
        writer = UpdateWriter()
        writer.add_string(source, "source")
    else:
        return _build_other(format, type, source)
    digest = writer.digest(str(CODEC), format, type)
    client = _client(digest)
    return Built(writer.finish(client), _lineage(digest), client, writer.clock)


def lineage(format: FileFormat, type: str, source: Any) -> Lineage:
    """The lineage of the history that :func:`build` makes of ``source``."""
    return build(format, type, source).lineage


def is_text(type: str) -> bool:
    """Whether documents of ``type`` are one text; types that nobody knows are."""
    return type in ("file", "unicode") or type not in ydocs


def suits(type: str, source: Any) -> bool:
    """Whether documents of ``type`` can have ``source``: text has no bytes, and bytes no text. What
    the types of other packages take is for them to say."""
    if type == "blob":
        return isinstance(source, bytes)
    return isinstance(source, str) or not is_text(type)


def is_placeholder(cell: Mapping[str, Json]) -> bool:
    """Whether ``cell`` is what an empty notebook shows, and nobody has used it yet.

    JupyterLab adds no cell to an empty notebook that is shared, since two people would add
    two. It is in the document, not in the file.
    """
    return (
        cell.get("id") == EMPTY_CELL
        and cell.get("cell_type") == "code"
        and not cell.get("source")
        and not cell.get("outputs")
        and cell.get("execution_count") is None
    )


def placeholder() -> dict[str, Json]:
    return {
        "id": EMPTY_CELL,
        "cell_type": "code",
        "execution_count": None,
        "metadata": {"trusted": True},
        "outputs": [],
        "source": "",
    }


def derived_id(*parts: str | int) -> str:
    """A cell id that depends on ``parts`` and on nothing else."""
    return sha256(b"".join(varstring(str(part)) for part in parts)).hexdigest()[:16]


def unique_id(taken: set[str], *parts: str | int) -> str:
    """A :func:`derived_id` that is not in ``taken``; it is added there."""
    count = 0
    while (new := derived_id(*parts, count)) in taken:
        count += 1
    taken.add(new)
    return new


def joined(text: Json) -> Json:
    """Multi-line text is a list of lines in some files."""
    if isinstance(text, list) and all(isinstance(line, str) for line in text):
        return "".join(text)
    return text


def _build_other(format: FileFormat, type: str, source: Any) -> Built:
    """Types of other packages are built by their own model, once; the bytes are what they are."""
    client = _client(_digest(format, type, utf8(repr(source))))
    model = ydocs[type](Doc(client_id=client))
    model.set(source)
    update = model.ydoc.get_update()
    return Built(Made(update), _lineage(_digest(format, type, update)), client)


def _digest(format: str, type: str, content: bytes) -> bytes:
    return sha256(b"".join((*map(varstring, (str(CODEC), format, type)), content))).digest()


def _lineage(digest: bytes) -> Lineage:
    return Lineage(digest[:16].hex())


def _client(digest: bytes) -> ClientId:
    return ClientId(_ANYBODY | int.from_bytes(digest[-8:], "big") >> 12)


def _write_notebook(source: Json) -> UpdateWriter:
    if not isinstance(source, dict) or not isinstance(source.get("cells"), list):
        raise NotANotebook("", "it has no list of cells")
    writer = UpdateWriter()
    metadata = source.get("metadata", {})
    writer.add_values({k: v for k, v in source.items() if k not in ("cells", "metadata")}, "meta")
    writer.add_values(_object(metadata, "metadata"), writer.add_map("meta", "metadata"))
    left = None
    outputs = []
    for cell in identified(source["cells"]) or [placeholder()]:
        left, place = _write_cell(writer, cell, left)
        if place is not None:
            outputs.append((place, _list(cell.get("outputs", []), "outputs")))
    # The outputs come last: who opens the document sees its cells before all of them are there.
    for place, those in outputs:
        _write_outputs(writer, place, those)
    return writer


def identified(cells: list[Json]) -> list[dict[str, Json]]:
    """Check that ``cells`` can be shown, and give each an id that no other one has."""
    result = []
    taken = {cell["id"] for cell in cells if isinstance(cell, dict) and _has_id(cell)}
    seen: set[str] = set()
    for index, cell in enumerate(cells):
        _object(cell, f"cell {index + 1}")
        if cell.get("cell_type") not in CELL_TYPES:
            raise NotANotebook("", f"cell {index + 1} has the type {cell.get('cell_type')!r}")
        text = joined(cell.get("source", ""))
        if not isinstance(text, str):
            raise NotANotebook("", f"the source of cell {index + 1} is not text")
        id = cell["id"] if _has_id(cell) and cell["id"] not in seen else None
        seen.add(id := id or unique_id(taken, index, cell["cell_type"], text))
        result.append({**cell, "id": id, "source": text})
    return result


def _has_id(cell: Mapping[str, Json]) -> bool:
    return isinstance(cell.get("id"), str) and cell["id"] != ""


def _write_cell(
    writer: UpdateWriter, cell: dict[str, Json], left: int | None
) -> tuple[int, int | None]:
    """The clocks of a cell and of the place for its outputs, if it has one."""
    at = writer.add_map("cells", left=left)
    plain = {k: v for k, v in cell.items() if k not in ("source", "metadata", "outputs")}
    if cell["cell_type"] == "code":
        plain["execution_state"] = "idle"
    writer.add_values(plain, at)
    writer.add_text(cell["source"], at, "source")
    writer.add_values(_object(cell.get("metadata", {}), "metadata"), writer.add_map(at, "metadata"))
    if cell["cell_type"] == "code":
        return at, writer.add_array(at, "outputs")
    if "outputs" in cell:
        writer.add_value(cell["outputs"], at, "outputs")
    return at, None


def _write_outputs(writer: UpdateWriter, place: int, outputs: list[Json]) -> None:
    last = None
    for output in outputs:
        writer.mark()
        last = _write_output(writer, _object(output, "an output"), place, last)


def _write_output(
    writer: UpdateWriter, output: dict[str, Json], parent: int, left: int | None
) -> int:
    at = writer.add_map(parent, left=left)
    text = joined(output.get("text", "")) if output.get("output_type") == "stream" else None
    if isinstance(text, str):
        writer.add_values({k: v for k, v in output.items() if k != "text"}, at)
        writer.add_text(text, at, "text")
    else:
        writer.add_values(output, at)
    return at


def _object(value: Json, name: str) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise NotANotebook("", f"{name} is not an object")
    return value


def _list(value: Json, name: str) -> list[Json]:
    if not isinstance(value, list):
        raise NotANotebook("", f"{name} is not a list")
    return value
