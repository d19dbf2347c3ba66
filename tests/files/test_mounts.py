"""File systems on which events tell only a part (F6)."""

from __future__ import annotations

from pathlib import Path

from jupyter_collab.files.mounts import MountTable

TABLE = MountTable(
    [
        "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw",
        "30 27 0:40 / /data rw,relatime shared:1 - nfs4 server:/data rw,vers=4.2",
        "31 30 0:41 / /data/local\\040disk rw - xfs /dev/vdb rw",
        "32 27 0:42 / /mnt/s3 rw - fuse.s3fs s3fs rw",
        "nonsense",
    ]
)


def test_the_nearest_mount_decides() -> None:
    assert not TABLE.is_remote(Path("/var/lib"))
    assert TABLE.is_remote(Path("/data"))
    assert TABLE.is_remote(Path("/data/ada/work"))
    assert not TABLE.is_remote(Path("/data/local disk/ada"))
    assert TABLE.is_remote(Path("/mnt/s3/bucket"))
    assert not TABLE.is_remote(Path("/databank"))


def test_without_a_table_nothing_is_remote() -> None:
    assert not MountTable([]).is_remote(Path("/data"))
