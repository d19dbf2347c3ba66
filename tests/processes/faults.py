"""Disks that fail, each in a way that a test can begin and end, also for the superuser."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SIZE = 2 * 1024 * 1024
"""Bytes of a small disk."""


def can_mount(folder: Path) -> bool:
    """Make ``folder`` a small disk, if that is possible here."""
    if shutil.which("mount") is None:
        return False
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    return subprocess.run(mount, capture_output=True).returncode == 0


def unmount(folder: Path) -> None:
    subprocess.run(["umount", str(folder)], check=True)


@contextmanager
def full_disk(folder: Path) -> Iterator[None]:
    """No byte is left on the small disk at ``folder``."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        while os.statvfs(folder).f_bavail:
            file.write(bytes(4096))
    yield
    filler.unlink()


@contextmanager
def quota(process: int, size: int) -> Iterator[None]:
    """The process may make no file larger than ``size`` bytes."""
    before = resource.prlimit(process, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    yield
    resource.prlimit(process, resource.RLIMIT_FSIZE, before)


@contextmanager
def read_only(*paths: Path) -> Iterator[None]:
    """Nobody may write to ``paths``, files or folders; but for a superuser with all rights."""
    modes = [path.stat().st_mode for path in paths]
    for path, mode in zip(paths, modes, strict=True):
        path.chmod(mode & ~0o222)
    yield
    for path, mode in zip(paths, modes, strict=True):
        path.chmod(mode)
