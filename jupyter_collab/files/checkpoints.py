"""Checkpoints of the contents manager: what people go back to from the File menu."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.services.contents.filecheckpoints import AsyncFileCheckpoints, FileCheckpoints

from ..workers import in_thread
from .problems import file_error, is_name_too_long


class NoCheckpoint(Exception):
    """There can be none of this file: no file can have the name that it would have."""


def has_checkpoint(manager: Any, path: str) -> bool | None:
    """Whether there is a checkpoint of a file; ``None`` where only the manager can tell.

    It looks at the disk, in the thread of its caller.
    """
    checkpoints = manager.checkpoints
    if type(checkpoints) not in (AsyncFileCheckpoints, FileCheckpoints):
        return None
    try:
        return Path(checkpoints.checkpoint_path("checkpoint", path)).is_file()
    except Exception:  # noqa: BLE001 - the manager is asked next, and it is for it to complain
        return None


async def make_checkpoint(manager: Any, path: str) -> None:
    """Make a checkpoint of the file as it is; raises what the manager raises, and
    :class:`NoCheckpoint`."""
    try:
        if type(manager.checkpoints) is FileCheckpoints:
            await in_thread(manager.create_checkpoint, path)
        else:
            await ensure_async(manager.create_checkpoint(path))
    except Exception as error:
        if is_name_too_long(error):
            raise NoCheckpoint(path) from error
        raise


async def keep_before_emptying(manager: Any, path: str) -> None:
    """Make a checkpoint of a file that is about to be saved as an empty document.

    Raises :class:`~jupyter_collab.errors.FileError` where that fails, but not where the manager
    has no checkpoints at all, or never any of this file: what its users delete is deleted.
    """
    try:
        await make_checkpoint(manager, path)
    except (NotImplementedError, NoCheckpoint):
        return
    except Exception as error:
        raise file_error(error, path, "saved") from error
