"""Writes a local file in its place.

As Jupyter's atomic write does it: the file stays the same one, with its owner, mode and links,
and beside it lies a copy while it is written, which takes its place where that fails. But
Jupyter's opens the file by its name once it has made the copy, which takes a while for a large
file, and so writes over what another program has put there meanwhile, or makes a file anew that
was moved away. Here the file is opened first, and looked at once more when the copy is made.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import BinaryIO
from weakref import WeakValueDictionary

from .access import Sign
from .disk import copy_of, sign_of

_TURNS: WeakValueDictionary[tuple[int, int], Lock] = WeakValueDictionary()
_TABLE = Lock()
"""Held while ``_TURNS`` is looked at: that is done in several threads."""


class OtherFile(Exception):
    """There is another file than was expected, or none was and there is one."""


class MovedAway(Exception):
    """The file was written, and is not where it was: somebody has moved or deleted it meanwhile."""

    def __init__(self, written: os.stat_result) -> None:
        super().__init__("it was moved away as it was written")
        self.written = written
        """Its ``stat`` by now, wherever it is."""


def replace_content(
    place: Path, data: bytes, sign: Sign | None, *, keeps_copy: bool
) -> os.stat_result:
    """Write ``data`` into the file that has this ``sign``; with ``None`` make the file.

    Returns the ``stat`` of what was written. Raises :class:`OtherFile`, :class:`MovedAway`, and
    ``OSError``, after which the file is as it was; without a copy (``keeps_copy``, or where none
    can be made in its directory, or none with that name) it may have lost its end.
    """
    place = Path(os.path.realpath(place))
    if sign is None:
        return _make(place, data)
    with place.open("r+b") as file, _turn(os.fstat(file.fileno())):
        return _replace(file, place, data, sign, keeps_copy=keeps_copy)


@contextmanager
def _turn(info: os.stat_result) -> Iterator[None]:
    """One at a time writes the file with this ``stat``, by whichever of its names: links make one
    file two documents, of which both would find it as they know it, and then write."""
    with _TABLE:
        lock = _TURNS.setdefault((info.st_dev, info.st_ino), Lock())
    with lock:
        yield


def _replace(
    file: BinaryIO, place: Path, data: bytes, sign: Sign, *, keeps_copy: bool
) -> os.stat_result:
    copy = copy_of(place) if keeps_copy and os.access(place.parent, os.W_OK) else None
    if copy is not None and not _make_copy(place, copy):
        copy = None
    before = os.fstat(file.fileno())
    try:
        _require(_is_at(place, before) and sign_of(before) == sign)
    except BaseException:
        _remove(copy)
        raise
    try:
        file.truncate(0)
        written = _fill(file, data)
    except BaseException:
        with suppress(OSError):
            file.close()  # where the same fails again
        with suppress(OSError):
            if copy is not None and _is_at(place, before):
                copy.replace(place)
        raise
    _remove(copy)
    try:
        _require(_is_at(place, written))
    except FileNotFoundError as error:
        raise MovedAway(written) from error
    return written


def _make(place: Path, data: bytes) -> os.stat_result:
    try:
        file = place.open("xb")
    except FileExistsError as error:
        raise OtherFile from error
    with file:
        try:
            return _fill(file, data)
        except BaseException:
            with suppress(OSError):
                file.close()
            place.unlink(missing_ok=True)
            raise


def _fill(file: BinaryIO, data: bytes) -> os.stat_result:
    file.write(data)
    # A full disk may show up only here, and only in here is it put right.
    file.flush()
    os.fsync(file.fileno())
    # The system notes the time as it begins to write. Who goes by times alone, and has read the
    # file half written, has to look again.
    with suppress(OSError):  # not every file system lets everybody
        os.utime(file.fileno())
    return os.fstat(file.fileno())


def _make_copy(place: Path, copy: Path) -> bool:
    """Returns ``False`` where the file system takes no such name, although the file has its own:
    else the file could never be written."""
    try:
        shutil.copyfile(place, copy)
    except BaseException as error:
        if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
            return False
        _remove(copy)
        raise
    with suppress(OSError):  # not every file system keeps all of it
        shutil.copystat(place, copy)
    return True


def _remove(copy: Path | None) -> None:
    if copy is not None:
        copy.unlink(missing_ok=True)


def _is_at(place: Path, info: os.stat_result) -> bool:
    return os.path.samestat(place.stat(), info)


def _require(is_expected: bool) -> None:
    if not is_expected:
        raise OtherFile
