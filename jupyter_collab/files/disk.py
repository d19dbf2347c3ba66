"""Plain operations on local files, made for worker threads: nothing here knows asyncio."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, TypeVar

from .access import Sign, Unstable
from .problems import too_large

T = TypeVar("T")

FINE_WINDOW = 0.05
"""Seconds in which two changes may get the same time stamp on a usual file system."""

COARSE_WINDOW = 2.1
"""The same for file systems that keep whole seconds, or every other second."""

OLD = 10.0
"""A file last modified so many seconds ago is not being written now, skewed clocks or not."""

LONG_AGO = 24 * 60 * 60.0
"""The same where times are whole seconds: such file systems are often another machine's, or have
local times. A second that only seems to be over, as clocks disagree, may hide somebody's change."""

_MOMENT = 5.0
"""Seconds in which Jupyter's atomic write, once it has copied a file, has emptied it."""

MOST_ENTRIES = 20_000
"""How many directory entries a search for a moved file may look at."""

LONGEST_NAME = 255
"""Bytes that a file's name may have on usual file systems; on some fewer."""


def sign_of(info: os.stat_result, now: float | None = None) -> Sign:
    """The sign of a file with this ``stat``; ``now`` is the time of day in seconds."""
    coarse = info.st_mtime_ns % 1_000_000_000 == 0
    age = (time.time() if now is None else now) - info.st_mtime
    return Sign(
        key=(info.st_dev, info.st_ino, info.st_mtime_ns, info.st_size, info.st_ctime_ns),
        window=COARSE_WINDOW if coarse else FINE_WINDOW,
        old=age > (LONG_AGO if coarse else OLD),
        atomic=False,
        size=info.st_size,
    )


def stat_file(place: Path) -> os.stat_result:
    """``stat`` of a regular file; raises ``OSError`` for anything else."""
    info = place.stat()
    if stat.S_ISDIR(info.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(place))
    if not stat.S_ISREG(info.st_mode):
        # Reading a pipe or a device may block for ever.
        raise OSError(errno.EINVAL, "it is no regular file", str(place))
    return info


def take_file(
    place: Path, path: str, max_size: int | None, take: Callable[[BinaryIO], T]
) -> tuple[T, os.stat_result]:
    """What ``take`` makes of a file which it reads to the end, and the ``stat`` that goes with it.

    Raises :class:`Unstable` if somebody has changed the file meanwhile, whatever else was raised.
    """
    stat_file(place)
    with place.open("rb") as file:
        before = os.fstat(file.fileno())
        if max_size is not None and before.st_size > max_size:
            raise too_large(path, before.st_size, max_size)
        try:
            taken = take(file)
        finally:
            after = os.fstat(file.fileno())
            if sign_of(before) != sign_of(after):
                raise Unstable(path)
        if file.tell() != after.st_size:
            raise Unstable(path)
    return taken, after


def read_file(place: Path, path: str, max_size: int | None) -> tuple[bytes, os.stat_result]:
    """All bytes; see :func:`take_file`."""
    return take_file(place, path, max_size, lambda file: file.read())


class Hashed:
    """A file that is hashed as it is read; what is read again after :meth:`seek` is not."""

    def __init__(self, file: BinaryIO, algorithm: str) -> None:
        self._file = file
        self._hash = hashlib.new(algorithm)
        self._again = False

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        if not self._again:
            self._hash.update(data)
        return data

    def seek(self, offset: int) -> int:
        self._again = True
        return self._file.seek(offset)

    def digest(self) -> str:
        """The digest of what was read."""
        return self._hash.hexdigest()


def find_moved(missing: Path, was: Sign, root: Path) -> Path | None:
    """Where the file of sign ``was``, gone from ``missing``, is now; ``None`` if not found.

    Looks in the same directory first, then through the tree below ``root``, at no more
    than ``MOST_ENTRIES`` entries, and not into hidden directories. The time of the last
    change has to agree beside the inode, because file systems reuse inode numbers at once.
    """
    budget = MOST_ENTRIES
    device, inode, modified, size = was.key[:4]
    for entries in _listings(missing.parent, root):
        for entry in entries:
            if entry.inode() != inode or _is_backup(entry.name):
                continue
            info = entry.stat(follow_symlinks=False)
            if (info.st_dev, info.st_mtime_ns, info.st_size) == (device, modified, size):
                return Path(entry.path)
        budget -= len(entries)
        if budget <= 0:
            return None
    return None


def _listings(first: Path, root: Path) -> Iterator[list[os.DirEntry[str]]]:
    """The entries of ``first``, then those of each directory below ``root``, level by level."""
    yield _list(first)
    waiting = [root]
    while waiting:
        directory = waiting.pop(0)
        entries = _list(directory)
        waiting += [
            Path(entry.path)
            for entry in entries
            if not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False)
        ]
        if directory != first:
            yield entries


def _list(directory: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(directory) as entries:
            return list(entries)
    except OSError:
        return []


def _is_backup(name: str) -> bool:
    """Names under which editors keep the old file for a moment while they write a new one."""
    return name.startswith(".") or name.endswith("~")


def age(place: Path) -> float:
    """Seconds since the file was last modified, by the clock of this machine."""
    return time.time() - place.stat().st_mtime


def copy_of(place: Path) -> Path:
    """Where a copy of the file lies while it is written, as Jupyter's atomic write names it."""
    return _beside(place, before=".~")


def invalid_of(place: Path) -> Path:
    """Where a broken file is kept that its copy takes the place of, as Jupyter names it."""
    return _beside(place, after=".invalid")


def _beside(place: Path, *, before: str = "", after: str = "") -> Path:
    """Where something lies that is named after the file; after a digest of its name where no file
    can have a name so long, which Jupyter itself has no answer to."""
    place = Path(os.path.realpath(place))
    name = f"{before}{place.name}{after}"
    if len(os.fsencode(name)) > _longest_name(place.parent):
        digest = hashlib.sha256(os.fsencode(place.name)).hexdigest()
        name = f"{before}{digest}{after}"
    return place.with_name(name)


def _longest_name(folder: Path) -> int:
    """Some file systems say more than they take: they count characters."""
    try:
        return min(os.pathconf(folder, "PC_NAME_MAX"), LONGEST_NAME)
    except (AttributeError, OSError, ValueError):  # not every system can tell
        return LONGEST_NAME


def is_left_empty(place: Path) -> bool:
    """Whether the file is as Jupyter's atomic write leaves it that was cut short at its beginning:
    empty, beside a copy that was made in the moment in which it was emptied."""
    try:
        file = place.stat()
        if file.st_size:
            return False
        copy = copy_of(place).stat()
    except OSError:
        return False
    return copy.st_size > 0 and abs(file.st_mtime - copy.st_ctime) < _MOMENT


def is_torn(place: Path, data: bytes) -> bytes | None:
    """The file's bytes if they are a true beginning of ``data``, which was being written."""
    try:
        found = place.read_bytes()
    except OSError:
        return None
    return found if len(found) < len(data) and data.startswith(found) else None
