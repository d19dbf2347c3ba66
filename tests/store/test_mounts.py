"""On which file systems a write-ahead log is used."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_collab.mounts import MountTable
from jupyter_collab.store.sqlite.mounts import allows_wal

MOUNTS = r"""/dev/vda / ext4 rw,relatime 0 0
proc /proc proc rw 0 0
server:/home /home nfs4 rw,vers=4.2 0 0
/dev/vdb /home/local xfs rw 0 0
host:/data /mnt/with\040space fuse.sshfs rw 0 0
//server/share /mnt/share cifs rw 0 0
tmpfs /mnt/share/scratch tmpfs rw 0 0
lustre /scratch lustre rw 0 0
drvfs /mnt/c 9p rw 0 0
what /mnt/what unheard-of rw 0 0
server:/over /over nfs rw 0 0
/dev/vdc /over ext4 rw 0 0
broken line
"""


@pytest.fixture
def mounts(tmp_path: Path) -> Path:
    path = tmp_path / "mounts"
    path.write_text(MOUNTS)
    return path


@pytest.mark.parametrize(
    ("path", "kind", "safe"),
    [
        ("/srv/store.db", "ext4", True),
        ("/home/me/store.db", "nfs4", False),
        ("/homework/store.db", "ext4", True),
        ("/home/local/store.db", "xfs", True),
        ("/mnt/with space/store.db", "fuse.sshfs", False),
        ("/mnt/share/store.db", "cifs", False),
        ("/mnt/share/scratch/store.db", "tmpfs", True),
        ("/scratch/store.db", "lustre", False),
        ("/mnt/c/store.db", "9p", False),
        ("/mnt/what/store.db", "unheard-of", False),
        ("/over/store.db", "ext4", True),
    ],
)
def test_a_write_ahead_log_needs_a_local_file_system(
    mounts: Path, path: str, kind: str, safe: bool
) -> None:
    assert MountTable.of_system(mounts).type_of(Path(path)) == kind
    assert allows_wal(Path(path), mounts) is safe


def test_where_nothing_tells_the_file_system_is_taken_for_local(tmp_path: Path) -> None:
    assert allows_wal(tmp_path, tmp_path / "missing")
