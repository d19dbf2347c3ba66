"""Which directories are on a file system that other machines write to as well.

Linux tells of changes made on this machine only. Where that is not enough, files are polled.
"""

from __future__ import annotations

from pathlib import Path

from ..mounts import MountTable

_REMOTE_TYPES = {
    *("9p", "afs", "beegfs", "ceph", "cifs", "davfs", "glusterfs", "gpfs", "lustre", "ncpfs"),
    *("nfs", "nfs4", "ocfs2", "orangefs", "prl_fs", "smb3", "smbfs", "vboxsf", "virtiofs"),
    "vmhgfs",
}


def is_remote(directory: Path, mounts: MountTable) -> bool:
    """Whether another machine may change files in ``directory`` unnoticed by this one.

    ``directory`` must not contain symbolic links.
    """
    kind = mounts.type_of(directory)
    return kind is not None and (kind in _REMOTE_TYPES or kind.startswith("fuse"))
