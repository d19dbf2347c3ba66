"""Tells on which file systems SQLite's write-ahead log can be used.

A write-ahead log needs shared memory between the processes that have the database open,
and locks that work. Network file systems give neither: a database in WAL mode on one of
them is damaged sooner or later (https://www.sqlite.org/wal.html).
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

# fmt: off
LOCAL = frozenset({
    "apfs", "bcachefs", "btrfs", "exfat", "ext2", "ext3", "ext4", "f2fs", "fuseblk", "hfs", "jfs",
    "msdos", "ntfs", "ntfs3", "overlay", "ramfs", "reiserfs", "tmpfs", "ufs", "vfat", "xfs", "zfs",
})
# fmt: on
"""File systems of one machine. What is not named here is taken for a network's: a rollback
journal is slower there by a few milliseconds a commit, and safe everywhere."""

MOUNTS = Path("/proc/mounts")


def allows_wal(path: Path, mounts: Path = MOUNTS) -> bool:
    """Whether a database at ``path`` may have a write-ahead log."""
    if sys.platform == "win32":
        return not str(path).startswith("\\\\")
    kind = file_system(path, mounts)
    return kind is None or kind in LOCAL


def file_system(path: Path, mounts: Path = MOUNTS) -> str | None:
    """The type of the file system that ``path`` is on; ``None`` where nothing tells.

    macOS and the BSDs have no list of mounts to read; there the answer is ``None``.
    """
    try:
        lines = mounts.read_text(errors="surrogateescape").splitlines()
    except OSError:
        return None
    wanted = path.resolve()
    found: tuple[int, str] | None = None
    for line in lines:
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = Path(_unescape(fields[1]))
        # A later mount on the same place covers the earlier one.
        if wanted.is_relative_to(point) and (found is None or len(point.parts) >= found[0]):
            found = (len(point.parts), fields[2])
    return None if found is None else found[1]


def _unescape(field: str) -> str:
    """Spaces and the like stand in the list of mounts as ``\\040``."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), field)
