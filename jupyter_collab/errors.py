"""What can go wrong, as types.

::

    CollabError
    +-- ProtocolError          a client sent bytes that are no message
    +-- BadRoomId              a room id that cannot be one
    +-- TooMuch                a limit of the server was reached
    +-- ServerStopping         nothing is opened any more
    +-- RightsChanged          somebody may do more, or less, than when they came
    +-- NotNow                 what a link opens cannot be told at the moment
    +-- SharingError           a link cannot be made, or does not open
    |   +-- LinkRefused        the settings of this server do not allow such a link
    |   +-- LinkUnknown        no link has this secret, or this id
    |   +-- LinkEnded          it has expired, was revoked, or its document is nowhere
    |   +-- NotGranted         the link does not open this
    |   +-- HubForbids         a JupyterHub does not let somebody share this server
    |   +-- HubSilent          it gives no answer that can be used
    |   +-- NoSuchShare        it has no such share code
    +-- FileError              the document's file cannot be read or written
    |   +-- FileMissing        there is no such file
    |   +-- FileForbidden      the server may not read or write it
    |   +-- FileUnreadable     its bytes are not what its type promises
    |   |   +-- NotUtf8
    |   |   +-- WrongFormat    it is asked for in a form that such documents do not have
    |   |   +-- NotANotebook
    |   +-- FileTooLarge       it is larger than the server accepts
    |   +-- FileFull           no space is left where it lies
    |   +-- FileChanged        it is no longer the version that was expected
    +-- StoreError             the store of histories failed
        +-- StoreConflict      it holds another history than the one to be continued

Each error has a ``reason``, a short word that goes over the wire and that clients translate,
and a message in plain English for logs and for clients that do not know the word.
"""

from __future__ import annotations

from typing import ClassVar


class CollabError(Exception):
    """Base of all errors that this package raises on purpose."""

    reason: ClassVar[str] = "error"

    detail: str = ""
    """What exactly is wrong, and where, for clients that have their own words for the reason."""


class ProtocolError(CollabError):
    reason = "malformed"


class BadRoomId(CollabError):
    reason = "bad-room-id"

    def __init__(self, room_id: str) -> None:
        super().__init__(
            f"{room_id[:100]!r} is not a room id; one looks like json:notebook:<file id>"
        )


class TooMuch(CollabError):
    reason = "too-much"


class ServerStopping(CollabError):
    reason = "stopping"


class RightsChanged(CollabError):
    reason = "rights-changed"


class NotNow(CollabError):
    """It is worth another try: a lock, or a disk that is not there for a moment."""

    reason = "not-now"

    def __init__(self, why: str = "") -> None:
        super().__init__(
            why
            or "The server cannot tell at the moment what this link opens; try again in a moment"
        )


class SharingError(CollabError):
    reason = "sharing"


class LinkRefused(SharingError):
    reason = "link-refused"


class LinkUnknown(SharingError):
    reason = "link-unknown"

    def __init__(self) -> None:
        super().__init__(
            "This link is not known here. It may be cut off, or have ended long ago; "
            "ask the person who gave it to you for a new one"
        )


class LinkEnded(SharingError):
    """``state`` is ``expired``, ``revoked``, or ``missing`` where its document is nowhere."""

    reason = "link-ended"

    def __init__(self, state: str) -> None:
        super().__init__(
            f"{_ENDS.get(state, _ENDS['expired'])}. If you still need the document, "
            "ask the person who gave it to you for a new one"
        )
        self.state = state


_ENDS = {
    "expired": "This link has expired",
    "revoked": "This link was revoked",
    "missing": "The document of this link is not there any more",
}


class NotGranted(SharingError):
    reason = "not-allowed"


class HubForbids(SharingError):
    reason = "hub-forbids"


class HubSilent(SharingError):
    reason = "hub-silent"


class NoSuchShare(SharingError):
    reason = "no-such-share"


class FileError(CollabError):
    """The file at ``path`` cannot be read or written, and ``str(error)`` says why."""

    reason = "file-error"

    def __init__(self, path: str, message: str) -> None:
        super().__init__(message)
        self.path = path


class FileMissing(FileError):
    reason = "no-such-file"

    def __init__(self, path: str) -> None:
        super().__init__(path, f"There is no file {path}")


class FileForbidden(FileError):
    reason = "not-allowed"


class FileUnreadable(FileError):
    """``reason`` tells more: the bytes are not UTF-8, or not a notebook."""

    reason = "unreadable"


class NotUtf8(FileUnreadable):
    """``position`` is that of the first byte that is wrong, if it is known."""

    reason = "not-utf8"

    def __init__(self, path: str, position: int | None = None) -> None:
        self.detail = "" if position is None else f"byte {position}"
        where = f" ({self.detail})" if self.detail else ""
        super().__init__(
            path,
            f"{path} is not UTF-8 text{where}. Convert it to UTF-8, or open it with a viewer for"
            " binary files.",
        )


class WrongFormat(FileUnreadable):
    """The file was asked for in a ``format`` that documents of ``type`` do not have."""

    reason = "wrong-format"

    def __init__(self, path: str, format: str, type: str) -> None:
        self.detail = f"{format}:{type}"
        super().__init__(
            path,
            f"{path} cannot be opened as {self.detail}: text is text:file, and bytes are"
            " base64:blob.",
        )


class NotANotebook(FileUnreadable):
    """``why`` says what is wrong, and where in the file; ``path`` may be empty where the file is
    not known."""

    reason = "not-a-notebook"

    def __init__(self, path: str, why: str) -> None:
        self.detail = why
        super().__init__(
            path,
            f"{path or 'The file'} cannot be read as a notebook: {why}. Open it as text to mend"
            " it, or restore it from a checkpoint.",
        )


class FileTooLarge(FileError):
    reason = "too-large"


class FileFull(FileError):
    reason = "disk-full"


class FileUnfinished(FileError):
    """The file was written, and a checkpoint or a hook, which belong to a save, has failed."""

    reason = "unfinished"

    def __init__(self, path: str, why: str) -> None:
        super().__init__(
            path,
            f"{path} was written, but a checkpoint or a hook of the server failed: {why}. It is"
            " tried again.",
        )


class FileChanged(FileError):
    """Another program wrote the file since the version that the caller knows."""

    reason = "changed"


class StoreError(CollabError):
    reason = "store-error"


class StoreConflict(StoreError):
    reason = "store-conflict"
