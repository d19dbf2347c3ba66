"""The formats of a document: from a file's bytes to a shared model's source and back.

Each format also knows the contents manager's form of the same thing (type, format and the
``content`` member of a model). Errors carry the path, for messages. This module is pure.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from io import BytesIO
from typing import Any, ClassVar, Protocol

from ..errors import FileError, NotANotebook, NotUtf8
from .json_text import Readable
from .line_endings import to_editor, to_file
from .notebook_json import BadNotebook, Encoder, Notebook, decode, encode, require_shallow
from .port import Source


class Format(Protocol):
    """How a document is kept in a file. There is one for each open document."""

    contents_type: ClassVar[str]
    contents_format: ClassVar[str]
    needs_before: ClassVar[bool]
    """Whether ``encode`` looks at the bytes that the file has."""

    def decode(self, file: Readable, path: str) -> Source:
        """What a file says, which is read from its beginning.

        Raises :class:`~jupyter_collab.errors.FileUnreadable`.
        """

    def encode(self, source: Source, before: bytes, path: str) -> bytes:
        """The bytes of ``source`` for a file that contains ``before``.

        Raises :class:`~jupyter_collab.errors.FileError` where the source cannot be written.
        """

    def encode_again(self, source: Source, before: bytes, path: str) -> bytes:
        """As ``encode``, for one document that is encoded again and again: parts of ``source`` that
        are the objects of the last time must be what they were."""

    def is_blank(self, source: Source) -> bool:
        """Whether there is nothing in the document that anybody could miss."""

    def to_model(self, source: Source, data: bytes) -> Any:
        """The ``content`` of a contents model that says what ``source`` and ``data`` say.

        Nothing of ``source`` is shared with it that a contents manager could change.
        """

    def from_model(self, content: Any, path: str) -> tuple[Source, bytes]:
        """The source in a contents model, and the bytes that stand for it."""


class TextFormat:
    """UTF-8 text; ``\\n`` line ends on our side, those of the file on the other."""

    contents_type: ClassVar[str] = "file"
    contents_format: ClassVar[str] = "text"
    needs_before: ClassVar[bool] = True

    def decode(self, file: Readable, path: str) -> Source:
        try:
            return to_editor(file.read().decode())
        except UnicodeDecodeError as error:
            raise NotUtf8(path, error.start) from error

    def encode(self, source: Source, before: bytes, path: str) -> bytes:
        old = before.decode(errors="replace")
        try:
            return to_file(_text(source, path), old).encode()
        except UnicodeEncodeError as error:
            raise FileError(
                path,
                f"{path} was not saved: its text has half a character (a lone surrogate) at"
                f" position {error.start}, which no UTF-8 file can hold. Delete it.",
            ) from error

    encode_again = encode

    def is_blank(self, source: Source) -> bool:
        return not source or bool(source.isspace())

    def to_model(self, source: Source, data: bytes) -> Any:
        return data.decode()

    def from_model(self, content: Any, path: str) -> tuple[Source, bytes]:
        data = _text(content, path).encode()
        return self.decode(BytesIO(data), path), data


class NotebookFormat:
    """A Jupyter notebook, as a plain ``dict`` in the form of :mod:`nbformat` version 4."""

    contents_type: ClassVar[str] = "notebook"
    contents_format: ClassVar[str] = "json"
    needs_before: ClassVar[bool] = False

    def __init__(self) -> None:
        self._encoder = Encoder()

    def decode(self, file: Readable, path: str) -> Source:
        try:
            return decode(file)
        except UnicodeDecodeError as error:
            raise NotUtf8(path, error.start) from error
        except BadNotebook as error:
            raise NotANotebook(path, str(error)) from error

    def encode(self, source: Source, before: bytes, path: str) -> bytes:
        return self._encode(encode, source, path)

    def encode_again(self, source: Source, before: bytes, path: str) -> bytes:
        return self._encode(self._encoder.encode, source, path)

    def _encode(self, encode: Callable[[Notebook], bytes], source: Source, path: str) -> bytes:
        try:
            return encode(source)
        except (TypeError, KeyError, ValueError, AttributeError) as error:
            raise FileError(
                path, f"{path} was not saved: the document is no valid notebook ({error!r})"
            ) from error

    def is_blank(self, source: Source) -> bool:
        return not any(
            cell.get("source") or cell.get("outputs") or cell.get("attachments")
            for cell in source.get("cells", ())
        )

    def to_model(self, source: Source, data: bytes) -> Any:
        return _copy(source)

    def from_model(self, content: Any, path: str) -> tuple[Source, bytes]:
        if not isinstance(content, dict):
            raise NotANotebook(path, "the contents manager returned no notebook")
        try:
            require_shallow(content)
        except BadNotebook as error:
            raise NotANotebook(path, str(error)) from error
        source: Notebook = _copy(content)
        return source, self.encode(source, b"", path)


class BytesFormat:
    """Any file, as bytes."""

    contents_type: ClassVar[str] = "file"
    contents_format: ClassVar[str] = "base64"
    needs_before: ClassVar[bool] = False

    def decode(self, file: Readable, path: str) -> Source:
        return file.read()

    def encode(self, source: Source, before: bytes, path: str) -> bytes:
        return bytes(source)

    encode_again = encode

    def is_blank(self, source: Source) -> bool:
        return not source

    def to_model(self, source: Source, data: bytes) -> Any:
        return base64.b64encode(data).decode("ascii")

    def from_model(self, content: Any, path: str) -> tuple[Source, bytes]:
        data = base64.b64decode(content)
        return data, data


def format_of(format: str, type: str) -> Format:
    """The format for a room id's ``format`` and ``type``.

    ``type`` names the shared model. Only notebooks have a contents type of their own: what
    other models share is a file for the contents manager.
    """
    if type == "notebook":
        return NotebookFormat()
    return BytesFormat() if format == "base64" else TextFormat()


ALGORITHM = "sha256"
"""That of digests which nobody else has a say in."""


def digest(data: bytes, algorithm: str = ALGORITHM) -> str:
    """Identifies bytes."""
    return hashlib.new(algorithm, data).hexdigest()


def _text(source: Source, path: str) -> str:
    if not isinstance(source, str):
        raise FileError(path, f"{path} was not saved: the document is no text")
    return source


def _copy(value: Any) -> Any:
    """Plain ``dict`` and ``list`` all the way down, shared with nobody."""
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_copy(item) for item in value]
    return value
