"""What contents managers and the operating system raise, as this package's errors."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from typing import Literal

from tornado.web import HTTPError

from ..errors import (
    FileError,
    FileForbidden,
    FileFull,
    FileMissing,
    FileTooLarge,
    NotANotebook,
    NotUtf8,
)

Action = Literal["read", "saved"]

_FULL = (errno.ENOSPC, errno.EDQUOT)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
_MISSING = (errno.ENOENT, errno.ENOTDIR)

_NAME = r"[^\s'\"\\/]+(?: [^\s'\"\\/]+)*"
_FOLDERS = re.compile(rf"(?<![\w.:\\/])(?:[A-Za-z]:)?[\\/](?:{_NAME}[\\/]+)*")
"""Where an absolute path begins, up to its last part. Names may have blanks."""


def file_error(error: BaseException, path: str, action: Action) -> FileError:
    """The :class:`FileError` that says what ``error`` says.

    Contents managers wrap what the system raised into an ``HTTPError``, often of status
    500: the chain of causes tells more than the status, and the text more than nothing.
    """
    if isinstance(error, FileError):
        return error
    causes = list(_chain(error))
    numbers = [c.errno for c in causes if isinstance(c, OSError) and c.errno is not None]
    # A full disk has the last word: what fails afterwards, such as putting back a copy
    # that was never made, only hides it.
    for number in sorted(numbers, key=lambda number: number not in _FULL):
        found = _of_errno(number, path, action)
        if found is not None:
            return found
    text = in_words(error)
    found = _of_text(text, path, action)
    if found is not None:
        return found
    if isinstance(error, HTTPError):
        found = _of_status(error.status_code, path, action, text)
        if found is not None:
            return found
    return FileError(path, f"{path} could not be {action}: {text[:300]}")


def is_name_too_long(error: BaseException) -> bool:
    return any(isinstance(c, OSError) and c.errno == errno.ENAMETOOLONG for c in _chain(error))


def in_words(error: BaseException) -> str:
    """What was raised, and why."""
    return "; ".join(dict.fromkeys(map(_text, _chain(error))))


def forbidden(path: str, action: Action) -> FileForbidden:
    if action == "read":
        return FileForbidden(
            path, f"The server is not allowed to read {path}. Check the file's permissions."
        )
    return FileForbidden(
        path,
        f"{path} was not saved: the server is not allowed to write it. Check the permissions"
        " of the file and its folder.",
    )


def full(path: str) -> FileFull:
    return FileFull(
        path,
        f"{path} was not saved: no space is left on the disk, or the quota is used up. Free"
        " some space; the document is kept and saving is tried again.",
    )


def too_large(path: str, size: int | None = None, limit: int | None = None) -> FileTooLarge:
    sizes = "" if size is None or limit is None else f" ({_size(size)}; at most {_size(limit)})"
    return FileTooLarge(
        path, f"{path} is too large to be opened or saved as a shared document{sizes}."
    )


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


def _text(error: BaseException) -> str:
    """What an error says, without the folders that only the server knows by these names."""
    return _FOLDERS.sub("", _said(error))


def _said(error: BaseException) -> str:
    if isinstance(error, HTTPError):
        message = error.log_message or error.reason or f"status {error.status_code}"
        if error.args and error.log_message:
            try:
                return message % error.args
            except (TypeError, ValueError):
                return message
        return message
    return str(error) or type(error).__name__


def _of_errno(number: int, path: str, action: Action) -> FileError | None:
    if number in _FULL:
        return full(path)
    if number in _FORBIDDEN:
        return forbidden(path, action)
    if number in _MISSING:
        return FileMissing(path)
    if number == errno.EFBIG:
        return too_large(path)
    if number == errno.ENAMETOOLONG:
        return FileError(
            path, f"{path} could not be {action}: its name is too long. Give it a shorter one."
        )
    if number == errno.EISDIR:
        return FileError(path, f"{path} is a folder, not a file")
    return None


def _of_text(text: str, path: str, action: Action) -> FileError | None:
    """What was lost but for the words: managers often drop the cause."""
    lower = text.lower()
    if "no space left" in lower or "quota exceeded" in lower:
        return full(path)
    if "not utf-8" in lower:
        return NotUtf8(path)
    if action == "read" and "unreadable notebook" in lower:
        return NotANotebook(path, text.partition("Unreadable Notebook:")[2].strip()[:300] or text)
    if "permission denied" in lower or "read-only file system" in lower:
        return forbidden(path, action)
    return None


def _of_status(status: int, path: str, action: Action, text: str) -> FileError | None:
    if status == 404:
        return FileMissing(path)
    if status in (401, 403):
        return forbidden(path, action)
    if status == 413:
        return too_large(path)
    if status == 507:
        return full(path)
    return None
