"""Changes in directories, as Linux tells them.

One kernel object serves all directories, and the event loop reads it: no thread, and no cost
while nothing happens. (The watchdog package starts a thread for each directory, and is told
of each file that anybody opens for reading, ourselves included.)
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import struct
from collections.abc import Callable, Iterator
from enum import Enum, IntFlag
from pathlib import Path


class Event(IntFlag):
    """The bits of inotify that are used here; see inotify(7)."""

    ATTRIB = 0x4
    CLOSE_WRITE = 0x8
    MOVED_FROM = 0x40
    MOVED_TO = 0x80
    CREATE = 0x100
    DELETE = 0x200
    DELETE_SELF = 0x400
    MOVE_SELF = 0x800
    UNMOUNT = 0x2000
    Q_OVERFLOW = 0x4000
    IGNORED = 0x8000
    ONLYDIR = 0x1000000


class Happening(Enum):
    """What happened to a file."""

    COMPLETE = "complete"
    """A writer has closed it, or moved a finished file to this name."""
    OTHER = "other"
    """It was created, deleted, moved away, or its permissions were changed."""


Notify = Callable[[Path, str, Happening], None]
"""Called with a directory, a name in it, and what happened. The name is empty when nothing
is known but that events were lost, or that the directory itself is gone or elsewhere."""

# As plain numbers: an operation on flags takes many times as long, and each write has several.
_COMPLETE = int(Event.CLOSE_WRITE | Event.MOVED_TO)
_OVERFLOW = int(Event.Q_OVERFLOW)
_SELF = int(Event.DELETE_SELF | Event.MOVE_SELF | Event.UNMOUNT | Event.IGNORED)
_MASK = _COMPLETE | int(
    Event.ATTRIB
    | Event.MOVED_FROM
    | Event.CREATE
    | Event.DELETE
    | Event.DELETE_SELF
    | Event.MOVE_SELF
    | Event.ONLYDIR
)
"""Not MODIFY: a large log in the same directory would wake us with each line."""

_HEADER = struct.Struct("iIII")


class Inotify:
    """Watches directories. Raises ``OSError`` where the system does not offer that.

    Belongs to one event loop. ``notify`` is called in it.
    """

    def __init__(self, notify: Notify) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        if not hasattr(self._libc, "inotify_init1"):
            raise OSError("this system has no inotify")
        self._notify = notify
        self._directories: dict[int, set[Path]] = {}
        self._descriptors: dict[Path, int] = {}
        self._fd = self._checked(self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._fd, self._read)

    def add(self, directory: Path) -> None:
        """Watch a directory; raises ``OSError``, for one when the system's limit is reached."""
        name = os.fsencode(directory)
        descriptor = self._checked(self._libc.inotify_add_watch(self._fd, name, _MASK))
        # Two paths may lead to one directory, and then have one descriptor.
        self._directories.setdefault(descriptor, set()).add(directory)
        self._descriptors[directory] = descriptor

    def remove(self, directory: Path) -> None:
        """Stop watching a directory; nothing happens if it is not watched."""
        descriptor = self._descriptors.pop(directory, None)
        if descriptor is None:
            return
        paths = self._directories[descriptor]
        paths.discard(directory)
        if not paths:
            del self._directories[descriptor]
            self._libc.inotify_rm_watch(self._fd, descriptor)

    def watches(self, directory: Path) -> bool:
        return directory in self._descriptors

    def close(self) -> None:
        if self._fd >= 0:
            self._loop.remove_reader(self._fd)
            os.close(self._fd)
            self._fd = -1
            self._directories.clear()
            self._descriptors.clear()

    def _checked(self, result: int) -> int:
        if result < 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
        return result

    def _read(self) -> None:
        try:
            data = os.read(self._fd, 65536)
        except BlockingIOError:
            return
        for descriptor, bits, name in _parse(data):
            if bits & _OVERFLOW:
                for directory in list(self._descriptors):
                    self._notify(directory, "", Happening.OTHER)
            else:
                self._dispatch(descriptor, bits, name)

    def _dispatch(self, descriptor: int, bits: int, name: str) -> None:
        for directory in list(self._directories.get(descriptor, ())):
            if bits & _SELF:
                self.remove(directory)
                self._notify(directory, "", Happening.OTHER)
            elif name:
                complete = bits & _COMPLETE
                self._notify(directory, name, Happening.COMPLETE if complete else Happening.OTHER)


def _parse(data: bytes) -> Iterator[tuple[int, int, str]]:
    at = 0
    while at < len(data):
        descriptor, mask, _, length = _HEADER.unpack_from(data, at)
        at += _HEADER.size
        yield descriptor, mask, os.fsdecode(data[at : at + length].rstrip(b"\0"))
        at += length
