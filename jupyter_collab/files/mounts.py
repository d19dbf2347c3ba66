"""Which directories are on a file system that other machines write to as well.

Linux tells of changes made on this machine only. Where that is not enough, files are polled.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

_REMOTE_TYPES = {
    *("9p", "afs", "beegfs", "ceph", "cifs", "davfs", "glusterfs", "gpfs", "lustre", "ncpfs"),
    *("nfs", "nfs4", "ocfs2", "orangefs", "prl_fs", "smb3", "smbfs", "vboxsf", "virtiofs"),
    "vmhgfs",
}

_OCTAL = re.compile(r"\\([0-7]{3})")


class MountTable:
    """What is mounted where, from the lines of ``/proc/self/mountinfo``."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._types: dict[str, str] = {}
        for line in lines:
            left, _, right = line.partition(" - ")
            fields = left.split(" ")
            if len(fields) > 4 and right:
                point = _OCTAL.sub(lambda match: chr(int(match[1], 8)), fields[4])
                self._types[point] = right.split(" ", 1)[0]

    @classmethod
    def of_system(cls) -> MountTable:
        """As it is now; empty on systems other than Linux, where nothing depends on it."""
        try:
            text = Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape")
        except OSError:
            return cls([])
        return cls(text.splitlines())

    def is_remote(self, directory: Path) -> bool:
        """Whether another machine may change files in ``directory`` unnoticed by this one.

        ``directory`` must not contain symbolic links.
        """
        for parent in (directory, *directory.parents):
            kind = self._types.get(str(parent))
            if kind is not None:
                return kind in _REMOTE_TYPES or kind.startswith("fuse")
        return False
