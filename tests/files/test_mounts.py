"""File systems on which events tell only a part (F6)."""

from __future__ import annotations

from pathlib import Path

from jupyter_collab.files.mounts import is_remote
from jupyter_collab.mounts import MountTable

TABLE = MountTable(
    [
        "/dev/vda / ext4 rw,relatime 0 0",
        "server:/data /data nfs4 rw,vers=4.2 0 0",
        "/dev/vdb /data/local\\040disk xfs rw 0 0",
        "s3fs /mnt/s3 fuse.s3fs rw 0 0",
        "nonsense",
    ]
)


def test_the_nearest_mount_decides() -> None:
    assert not is_remote(Path("/var/lib"), TABLE)
    assert is_remote(Path("/data"), TABLE)
    assert is_remote(Path("/data/ada/work"), TABLE)
    assert not is_remote(Path("/data/local disk/ada"), TABLE)
    assert is_remote(Path("/mnt/s3/bucket"), TABLE)
    assert not is_remote(Path("/databank"), TABLE)


def test_without_a_table_nothing_is_remote() -> None:
    assert not is_remote(Path("/data"), MountTable([]))
