"""Mends files of :class:`pycrdt.store.FileYStore` whose last write was cut off.

A process that is killed while it writes leaves the beginning of an entry at the end of the
file. Nobody was told that this entry was safe, but pycrdt cannot read the file any more, or
takes what is appended next for the rest of the entry.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from logging import Logger
from pathlib import Path

from pycrdt.store import BaseYStore, FileYStore

from ...protocol.varint import encode_varuint

Entry = tuple[bytes, bytes]
"""An update and its metadata."""

_TIMESTAMP_SIZE = 8


def is_plain_file(store: BaseYStore) -> bool:
    """Whether ``store`` has a file in the form that pycrdt gives it, not one of its own."""
    return (
        isinstance(store, FileYStore)
        and type(store).write is FileYStore.write
        and type(store).read is FileYStore.read
    )


def mend(store: BaseYStore, entries: Iterable[Entry], log: Logger) -> bool:
    """Cut what follows ``entries``, all that could be read, off the file of a plain store.

    Returns whether there was something to cut off; the file as it was is kept under another
    name. Works on the disk: not for the event loop.
    """
    assert isinstance(store, FileYStore)
    path = Path(store.path)
    if not path.exists():
        return False
    header = len(f"VERSION:{store.version}\n")
    size = header + sum(_size(entry) for entry in entries)
    if path.stat().st_size == size:
        return False
    kept = path.with_name(f"{path.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S}")
    shutil.copy2(path, kept)
    if size > header:
        os.truncate(path, size)
    else:
        path.unlink()
    log.warning("The last write to %s had been cut off; %s is the file as it was", path, kept.name)
    return True


def _size(entry: Entry) -> int:
    return sum(_framed(len(part)) for part in entry) + _framed(_TIMESTAMP_SIZE)


def _framed(size: int) -> int:
    return len(encode_varuint(size)) + size
