"""Notebooks as bytes and as plain values, as :mod:`nbformat` reads and writes them.

``encode`` gives exactly the bytes that ``nbformat.write`` puts into a file, and ``decode``
the value that ``nbformat.reads`` gives, but as plain ``dict`` and ``list``, cell by cell.
The standard library's parser and writer hold the interpreter lock for as long as one call
takes, which for a notebook of 50 MB stops the event loop even from another thread. Here a call
takes a cell's output, or a short notebook. This module is pure, but for the file that it is given.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from json.decoder import JSONDecodeError
from typing import Any

import nbformat

from ..protocol.nesting import is_deeper
from .json_text import JsonText, Readable
from .port import MAX_DEPTH

Notebook = dict[str, Any]

_SPLIT_TYPES = ("application/javascript", "image/svg+xml")
_KNOWN_OUTPUTS = ("stream", "display_data", "execute_result", "error")
TRANSIENT = ("orig_nbformat", "orig_nbformat_minor", "signature")
"""Members of a notebook's metadata that must not be in a file."""

_STEPWISE = ("cells", "outputs")
"""Members whose value is a long list: it is read and written element by element."""


class BadNotebook(ValueError):
    """The text is no notebook; ``str(error)`` says why, with the position where known."""


def decode(file: Readable) -> Notebook:
    """Read a notebook of any format version as version 4; raises :class:`BadNotebook`, and
    ``UnicodeDecodeError`` where the bytes are no UTF-8. ``file`` is read from its beginning.

    The minor version stays what it is. ``trusted`` marks and other things that must not be
    in a file are removed.
    """
    text = JsonText(file)
    try:
        notebook = _parse_all(text)
        text.end()
    except JSONDecodeError as error:
        position = f"line {error.lineno}, column {error.colno}"
        raise BadNotebook(f"{error.msg} ({position})") from error
    except RecursionError as error:
        raise BadNotebook("it is nested too deeply") from error
    if not isinstance(notebook, dict):
        raise BadNotebook("the file holds no JSON object")
    if notebook.get("nbformat") != 4:
        notebook = _upgrade(notebook)
    require_shallow(notebook)
    if text.has_surrogates:
        notebook = _without_lone_surrogates(notebook)
    return _normalize(notebook)


def require_shallow(notebook: Notebook) -> None:
    """Refuse what lies so deep that a document would lose it; raises :class:`BadNotebook`."""
    if is_deeper(notebook, MAX_DEPTH + 1):
        raise BadNotebook(f"it is nested too deeply, in more than {MAX_DEPTH} levels")


def encode(notebook: Notebook) -> bytes:
    """The bytes that ``nbformat.write`` would write for this notebook, without checking it."""
    return b"".join(_pieces(notebook, encode_cell))


class Encoder:
    """Encodes one notebook again and again.

    Only cells that are not the objects of the last time are encoded; the others are kept in bytes,
    which takes as much memory as the file. Where all of them are others each time, as where a hook
    is given copies, nothing is kept.
    """

    def __init__(self) -> None:
        self._is_of_use = True
        # By the id of a cell, which is nobody else's while the cell is held.
        self._known: dict[int, tuple[dict[str, Any], bytes]] = {}

    def encode(self, notebook: Notebook) -> bytes:
        """As :func:`encode`; its cells must not be changed any more."""
        now: dict[int, tuple[dict[str, Any], bytes]] = {}

        def take(cell: dict[str, Any]) -> bytes:
            known = self._known.get(id(cell)) or (cell, encode_cell(cell))
            now[id(cell)] = known
            return known[1]

        data = b"".join(_pieces(notebook, take))
        if self._known and self._known.keys().isdisjoint(now):
            self._is_of_use = False
        self._known = now if self._is_of_use else {}
        return data


# Reading


def _parse_all(text: JsonText) -> Any:
    """The value that is there: with one call if it is short, else in small steps; so as well what
    is wrong, for they tell it better."""
    if text.is_short:
        with suppress(JSONDecodeError):
            return text.value()
    return _parse(text, depth=0)


def _parse(text: JsonText, depth: int) -> Any:
    """The value that comes next, in small steps.

    An object is opened here only down to the outputs (notebook, cell, output), and only
    the lists of cells and outputs: everything else is left to the fast scanner.
    """
    if depth > 2 or not text.accept("{"):
        return text.value()
    result: dict[str, Any] = {}
    goes_on = not text.accept("}")
    while goes_on:
        key = text.key()
        in_steps = key in _STEPWISE and text.accept("[")
        result[key] = _parse_list(text, depth + 1) if in_steps else text.value()
        goes_on = text.goes_on("}")
    return result


def _parse_list(text: JsonText, depth: int) -> list[Any]:
    """The elements of a list that has begun."""
    result: list[Any] = []
    goes_on = not text.accept("]")
    while goes_on:
        result.append(_parse(text, depth))
        goes_on = text.goes_on("]")
    return result


def _upgrade(notebook: Notebook) -> Notebook:
    """A notebook of format version 1, 2 or 3, as version 4.

    nbformat gives each cell a random id; ids made from the content instead let the same
    file give the same document each time it is read.
    """
    try:
        upgraded: Any = nbformat.reads(json.dumps(notebook), as_version=4)
    except Exception as error:  # nbformat raises a dozen kinds for a wrong structure
        raise BadNotebook(f"{error}"[:300]) from error
    notebook = json.loads(json.dumps(upgraded))
    for index, cell in enumerate(notebook["cells"]):
        seed = f"{index}\n{cell['cell_type']}\n{cell['source']}"
        cell["id"] = hashlib.sha256(seed.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return notebook


def _normalize(notebook: Notebook) -> Notebook:
    """Join what is split into lines and drop what belongs to a session, in place."""
    cells = notebook.setdefault("cells", [])
    metadata = notebook.setdefault("metadata", {})
    if not isinstance(cells, list) or not isinstance(metadata, dict):
        raise BadNotebook("cells must be a list, and metadata an object")
    notebook.setdefault("nbformat_minor", 0)
    for name in TRANSIENT:
        metadata.pop(name, None)
    for number, cell in enumerate(cells, start=1):
        try:
            _normalize_cell(cell)
        except (TypeError, AttributeError, KeyError) as error:
            raise BadNotebook(f"cell {number} is no cell: {error}") from error
    return notebook


def _normalize_cell(cell: dict[str, Any]) -> None:
    if not isinstance(cell["cell_type"], str):
        raise TypeError("its type is not a text")
    cell["source"] = _joined(cell.get("source", ""))
    if not isinstance(cell["source"], str):
        raise TypeError("its source is not a text")
    cell.setdefault("metadata", {}).pop("trusted", None)
    for bundle in cell.get("attachments", {}).values():
        _join_bundle(bundle)
    if cell["cell_type"] != "code":
        return
    cell.setdefault("execution_count", None)
    for output in cell.setdefault("outputs", []):
        _normalize_output(output)


def _normalize_output(output: dict[str, Any]) -> None:
    """An output that is none of those that nbformat knows is one of an unknown type: as such it is
    kept and written as it is."""
    kind = output.get("output_type")
    if kind in ("execute_result", "display_data") and isinstance(output.get("data", {}), dict):
        _join_bundle(output.get("data", {}))
        return
    if "text" in output:
        output["text"] = _joined(output["text"])
    is_known = kind == "error" or (kind == "stream" and isinstance(output.get("text"), str))
    if not is_known and (not isinstance(kind, str) or kind in _KNOWN_OUTPUTS):
        output["output_type"] = f"unknown-{kind}" if isinstance(kind, str) else "unknown"


def _joined(value: Any) -> Any:
    if isinstance(value, list):
        with suppress(TypeError):
            return "".join(value)
    return value


def _join_bundle(bundle: dict[str, Any]) -> None:
    for mime, value in bundle.items():
        if not _is_json(mime):
            bundle[mime] = _joined(value)


def _is_json(mime: str) -> bool:
    return mime == "application/json" or (
        mime.startswith("application/") and mime.endswith("+json")
    )


def _without_lone_surrogates(value: Any) -> Any:
    """Half a character cannot be shared nor written as UTF-8; the replacement mark can."""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return value
    if isinstance(value, list):
        return [_without_lone_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {
            _without_lone_surrogates(key): _without_lone_surrogates(item)
            for key, item in value.items()
        }
    return value


# Writing


def _pieces(notebook: Notebook, in_bytes: Callable[[dict[str, Any]], bytes]) -> Iterator[bytes]:
    opening = "{\n"
    for key in sorted(notebook):
        yield f"{opening} {json.dumps(key, ensure_ascii=False)}: ".encode()
        value = notebook[key]
        if key == "cells" and value:
            yield b"[\n  "
            yield in_bytes(value[0])
            for cell in value[1:]:
                yield b",\n  "
                yield in_bytes(cell)
            yield b"\n ]"
        else:
            yield _dump(_metadata(value) if key == "metadata" else value, "\n ").encode()
        opening = ",\n"
    yield b"\n}\n" if notebook else b"{}\n"


def encode_cell(cell: dict[str, Any]) -> bytes:
    """The bytes of a cell within those of a notebook."""
    return _dump(_split_cell(cell), "\n  ").encode()


def _dump(value: Any, line: str) -> str:
    """``value`` as nbformat lays it out; ``line`` is a line break and where lines begin."""
    pieces: list[str] = []
    _lay_out(value, line, pieces.append)
    return "".join(pieces)


def _lay_out(value: Any, line: str, write: Callable[[str], object]) -> None:
    """Write ``value`` piece by piece.

    The standard library's writer is Python where it indents, with a call for each line of an
    output. So the layout is made here, and what lies in it by the fast one.
    """
    kind, inner = type(value), line + " "
    if kind is str:
        write(_quoted(value))
    elif kind is dict and _are_texts(value):
        opening = "{"
        for key in sorted(value):
            write(f"{opening}{inner}{_quoted(key)}: ")
            _lay_out(value[key], inner, write)
            opening = ","
        write(line + "}")
    elif kind is list and _are_texts(value):
        write("[" + inner + f",{inner}".join(map(_quoted, value)) + line + "]")
    elif kind is list and value:
        opening = "["
        for element in value:
            write(opening + inner)
            _lay_out(element, inner, write)
            opening = ","
        write(line + "]")
    elif not value or kind is int:
        write(_compact(value))
    else:
        # A line break in a string is written as \n: those in the text are all layout.
        write(_indented(value).replace("\n", line))


def _are_texts(values: Iterable[object]) -> bool:
    return set(map(type, values)) == {str}


def _ascii(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("ascii")
    raise TypeError(f"a notebook cannot hold a {type(value).__name__}")


_quoted = json.encoder.encode_basestring
_compact = json.JSONEncoder(default=_ascii, ensure_ascii=False).encode
_indented = json.JSONEncoder(
    default=_ascii, ensure_ascii=False, indent=1, sort_keys=True, separators=(",", ": ")
).encode


def _metadata(metadata: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in metadata.items() if key not in TRANSIENT}


def _split_cell(cell: dict[str, Any]) -> dict[str, Any]:
    """A copy of the cell in which long texts are lists of lines, and without ``trusted``."""
    result = dict(cell)
    result["metadata"] = {k: v for k, v in cell["metadata"].items() if k != "trusted"}
    if isinstance(cell.get("source"), str):
        result["source"] = cell["source"].splitlines(keepends=True)
    if "attachments" in cell:
        result["attachments"] = {k: _split_bundle(v) for k, v in cell["attachments"].items()}
    if cell["cell_type"] == "code":
        result["outputs"] = [_split_output(output) for output in cell["outputs"]]
    return result


def _split_output(output: dict[str, Any]) -> dict[str, Any]:
    kind = output["output_type"]
    if kind in ("execute_result", "display_data") and "data" in output:
        return {**output, "data": _split_bundle(output["data"])}
    if kind == "stream" and isinstance(output["text"], str):
        return {**output, "text": output["text"].splitlines(keepends=True)}
    return output


def _split_bundle(bundle: dict[str, Any]) -> dict[str, Any]:
    return {
        mime: value.splitlines(keepends=True)
        if isinstance(value, str) and (mime.startswith("text/") or mime in _SPLIT_TYPES)
        else value
        for mime, value in bundle.items()
    }
