"""Tells on which file systems SQLite's write-ahead log can be used.

A write-ahead log needs shared memory between the processes that have the database open,
and locks that work. Network file systems give neither: a database in WAL mode on one of
them is damaged sooner or later (https://www.sqlite.org/wal.html).
"""

from __future__ import annotations

import sys
from pathlib import Path

from ...mounts import MOUNTS, MountTable

# fmt: off
LOCAL = frozenset({
    "apfs", "bcachefs", "btrfs", "exfat", "ext2", "ext3", "ext4", "f2fs", "fuseblk", "hfs", "jfs",
    "msdos", "ntfs", "ntfs3", "overlay", "ramfs", "reiserfs", "tmpfs", "ufs", "vfat", "xfs", "zfs",
})
# fmt: on
"""File systems of one machine. What is not named here is taken for a network's: a rollback
journal is slower there by a few milliseconds a commit, and safe everywhere."""


def allows_wal(path: Path, mounts: Path = MOUNTS) -> bool:
    """Whether a database at ``path`` may have a write-ahead log.

    macOS and the BSDs have no list of mounts to read: there it may.
    """
    if sys.platform == "win32":
        return not str(path).startswith("\\\\")
    kind = MountTable.of_system(mounts).type_of(path.resolve())
    return kind is None or kind in LOCAL
