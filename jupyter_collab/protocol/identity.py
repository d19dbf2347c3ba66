"""Names that must not be mixed up: each kind of id is a type of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NewType

from ..errors import BadRoomId

Lineage = NewType("Lineage", str)
"""Which history a document has. ``sessionId`` on the wire."""

FileId = NewType("FileId", str)
"""The file id manager's name for a file, stable over renames."""

ConnectionId = NewType("ConnectionId", int)
"""One WebSocket, for as long as it is open."""

ClientId = NewType("ClientId", int)
"""The Yjs client that wrote an edit or a presence state."""

Position = NewType("Position", int)
"""How many updates a room's log holds; the first one is at position 1."""

Access = Literal["view", "edit"]
"""What a connection may do."""

FileFormat = Literal["text", "json", "base64"]
FILE_FORMATS: tuple[FileFormat, ...] = ("text", "json", "base64")

GLOBAL_AWARENESS = "JupyterLab:globalAwareness"
"""The room where everybody on the server is present; it has no document."""


@dataclass(frozen=True, slots=True)
class RoomId:
    """Names one document of one file: ``{format}:{type}:{file id}``."""

    format: FileFormat
    type: str
    file_id: FileId

    def __str__(self) -> str:
        return f"{self.format}:{self.type}:{self.file_id}"

    @classmethod
    def parse(cls, text: str) -> RoomId:
        """Read a room id as it stands in an address; raises :class:`BadRoomId`."""
        parts = text.split(":", 2)
        if len(parts) != 3 or not all(parts):
            raise BadRoomId(text)
        format, type, file_id = parts
        for known in FILE_FORMATS:
            if format == known:
                return cls(known, type, FileId(file_id))
        raise BadRoomId(text)
