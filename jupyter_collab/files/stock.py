"""What we know of the insides of Jupyter's own contents managers, in one place.

They have no public way to ask where a file lies, or whether hooks are there. Everything in
here holds for ``jupyter_server`` 2; a manager that has overridden one of the methods that
we stand in for is not treated as one of Jupyter's own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_core.paths import is_hidden
from jupyter_server.services.contents.filemanager import FileContentsManager

_MANAGER_METHODS = (
    "get",
    "save",
    "atomic_writing",
    "check_and_sign",
    "mark_trusted_cells",
    "_base_model",
    "_file_model",
    "_notebook_model",
    "_get_os_path",
    "_read_file",
    "_read_notebook",
    "_save_file",
    "_save_notebook",
)

_NOTARY_METHODS = ("check_cells", "check_signature", "compute_signature", "mark_cells", "sign")


def is_stock(manager: Any) -> bool:
    """Whether the manager reads, signs and writes files as Jupyter Server itself does."""
    return (
        isinstance(manager, FileContentsManager)
        and _inherits(manager, _MANAGER_METHODS, "jupyter_server.services.contents.")
        and _inherits(manager.notary, _NOTARY_METHODS, "nbformat.")
    )


def _inherits(instance: object, names: tuple[str, ...], home: str) -> bool:
    own = vars(instance)
    return all(
        name not in own and getattr(type(instance), name).__module__.startswith(home)
        for name in names
    )


def keeps_files(manager: object) -> bool:
    """Whether the manager keeps its files on the local disk, one file for each path."""
    return isinstance(manager, FileContentsManager)


def place_of(manager: Any, path: str) -> Path:
    """Where the file lies on disk; raises ``HTTPError`` where no file may be."""
    return Path(manager._get_os_path(path))  # noqa: SLF001


def is_refused(manager: Any, place: Path) -> bool:
    """Whether Jupyter does not serve this file because it is hidden."""
    return not manager.allow_hidden and bool(is_hidden(str(place), manager.root_dir))


def has_pre_save_hooks(manager: Any) -> bool:
    return manager.pre_save_hook is not None or bool(manager._pre_save_hooks)  # noqa: SLF001


def has_post_save_hooks(manager: Any) -> bool:
    return manager.post_save_hook is not None or bool(manager._post_save_hooks)  # noqa: SLF001
