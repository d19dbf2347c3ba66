"""Which directories are on a file system that other machines write to as well.

Linux tells of changes made on this machine only. Where that is not enough, files are polled.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

_REMOTE_TYPES = {
    *("9p", "afs", "beegfs", "ceph", "cifs", "davfs", "glusterfs", "gpfs", "lustre", "ncpfs"),
    *("nfs", "nfs4", "ocfs2", "orangefs", "prl_fs", "smb3", "smbfs", "vboxsf", "virtiofs"),
    "vmhgfs",
}

_OCTAL = re.compile(r"\\([0-7]{3})")


def is_remote(directory: Path) -> bool:
    """Whether another machine may change files in ``directory`` unnoticed by this one.

    ``directory`` must not contain symbolic links. On systems other than Linux the answer is
    no, and does not matter.
    """
    mounts = _mounts()
    for parent in (directory, *directory.parents):
        kind = mounts.get(str(parent))
        if kind is not None:
            return kind in _REMOTE_TYPES or kind.startswith("fuse")
    return False


@lru_cache(maxsize=1)
def _mounts() -> dict[str, str]:
    """The type of the file system at each mount point, as of the first question."""
    try:
        lines = Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return {}
    return parse_mounts(lines)


def parse_mounts(lines: list[str]) -> dict[str, str]:
    """Mount points and file system types, from the lines of ``/proc/self/mountinfo``."""
    result = {}
    for line in lines:
        left, _, right = line.partition(" - ")
        fields = left.split(" ")
        if len(fields) > 4 and right:
            point = _OCTAL.sub(lambda match: chr(int(match[1], 8)), fields[4])
            result[point] = right.split(" ", 1)[0]
    return result
