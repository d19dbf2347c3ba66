"""From what users configure to an update log."""

from __future__ import annotations

from importlib import import_module
from inspect import isabstract
from logging import Logger
from pathlib import Path
from stat import S_ISREG
from typing import Any, TypeGuard

from pycrdt.store import BaseYStore, FileYStore
from traitlets.config import Config

from .classes import JupyterSQLiteYStore, TempFileYStore
from .compaction import CompactionPolicy
from .memory import MemoryUpdateLog
from .port import UpdateLog
from .sqlite.log import SQLiteUpdateLog
from .sqlite.witness import Witness
from .ystores.file import HEADER
from .ystores.log import YStoreUpdateLog

DEFAULT = "jupyter_collab.JupyterSQLiteYStore"

_TODAY: dict[str, tuple[str, type[BaseYStore]]] = {
    "SQLiteYStore": ("jupyter_collab.JupyterSQLiteYStore", JupyterSQLiteYStore),
    "JupyterSQLiteYStore": ("jupyter_collab.JupyterSQLiteYStore", JupyterSQLiteYStore),
    "TempFileYStore": ("jupyter_collab.TempFileYStore", TempFileYStore),
    "JupyterTempFileYStore": ("jupyter_collab.TempFileYStore", TempFileYStore),
    "FileYStore": ("pycrdt.store.FileYStore", FileYStore),
}

_OLDER_MODULES = (
    "ypy_websocket.ystore",
    "pycrdt_websocket.ystore",
    "jupyter_collaboration.stores",
    "jupyter_server_ydoc.stores",
    "jupyter_server_ydoc.ydoc",
)


def resolve_ystore_class(given: object) -> tuple[type[BaseYStore], str | None]:
    """The store class that ``given`` means, and what to tell its user, if anything.

    ``given`` is a class or its dotted name; names that older packages had are understood.
    Raises ``ValueError``, which says what is expected, for everything else.
    """
    name = f"{given.__module__}.{given.__qualname__}" if isinstance(given, type) else str(given)
    module, _, last = name.rpartition(".")
    if module in _OLDER_MODULES and last in _TODAY:
        today, found = _TODAY[last]
        return found, f"YDocExtension.ystore_class={name} is now called {today}; please change it"
    named = given if isinstance(given, type) else _import(given, module, last)
    if not (isinstance(named, type) and issubclass(named, BaseYStore)):
        raise _unusable(given, "is no such class")
    if isabstract(named):
        missing = ", ".join(sorted(named.__abstractmethods__))
        raise _unusable(given, f"cannot be used, as it lacks {missing}")
    return named, None


def make_update_log(
    ystore_class: type[BaseYStore], *, config: Config | None, log: Logger
) -> UpdateLog:
    """The log that keeps its histories as ``ystore_class`` says, configured by ``config``."""
    config = config or Config()
    if not _is_our_sqlite(ystore_class):
        _tell_what_has_no_effect(ystore_class, config, log)
        return YStoreUpdateLog(ystore_class, log=log, config=config)
    chosen = ystore_class(path="", config=_with_older(config, log), log=log)
    if chosen.db_path == ":memory:":
        return MemoryUpdateLog()
    if chosen.transforms:
        # What somebody encrypts must not lie in ours as it is.
        return YStoreUpdateLog(ystore_class, log=log, config=config)
    path = Path(chosen.db_path).expanduser()
    if path.is_dir():
        raise ValueError(
            f"JupyterSQLiteYStore.db_path is {chosen.db_path!r}, which is a folder. It has to be"
            " the path of a file, which may be a new one"
        )
    if _was_never_a_store(path):
        raise ValueError(
            f"JupyterSQLiteYStore.db_path is {chosen.db_path!r}, which is no store of histories,"
            " and stays as it is. It has to be the path of such a store or of a new file; set"
            " another"
        )
    return SQLiteUpdateLog(
        path,
        forget_after=chosen.forget_after,
        forget_unsaved_after=chosen.forget_unsaved_after,
        log=log,
    )


def _was_never_a_store(path: Path) -> bool:
    """Whether there is something else than a database or a store that is damaged, which would be
    set aside: a file that somebody has named by mistake is theirs."""
    try:
        kind = path.stat()
        if not S_ISREG(kind.st_mode):
            return True
        if path.name == JupyterSQLiteYStore.db_path.default_value or Witness(path).path.exists():
            return False
        with path.open("rb") as file:
            return file.read(len(HEADER)) not in (b"", HEADER)
    except OSError:  # it is new, or SQLite says what is wrong
        return False


def place_of(update_log: UpdateLog, ystore_class: type[BaseYStore]) -> str:
    """Where ``update_log`` keeps histories, in words for the server's log."""
    if isinstance(update_log, SQLiteUpdateLog):
        return str(update_log.path)
    if isinstance(update_log, MemoryUpdateLog):
        return "memory, until the server stops"
    return f"{ystore_class.__module__}.{ystore_class.__qualname__}"


def compaction_policy(ystore_class: type[BaseYStore], config: Config | None) -> CompactionPolicy:
    """How much of a history is kept, as ``config`` says."""
    if not _is_our_sqlite(ystore_class):
        return CompactionPolicy()
    return CompactionPolicy.of_size(ystore_class(path="", config=config or Config()).history_size)


def _import(given: object, module: str, last: str) -> Any:
    if not module:
        raise _unusable(given, "is not a dotted name")
    try:
        return getattr(import_module(module), last)
    except (ImportError, AttributeError) as error:
        raise _unusable(given, f"cannot be imported ({error})") from error


def _unusable(given: object, problem: str) -> ValueError:
    return ValueError(
        f"YDocExtension.ystore_class is {given!r}, which {problem}. It has to be a subclass of"
        f" pycrdt.store.BaseYStore or its dotted name, for example {DEFAULT}"
    )


def _is_our_sqlite(ystore_class: type[BaseYStore]) -> TypeGuard[type[JupyterSQLiteYStore]]:
    """Whether ``ystore_class`` is ours, or only sets other values in a class statement."""
    return (
        issubclass(ystore_class, JupyterSQLiteYStore)
        and ystore_class.write is JupyterSQLiteYStore.write
        and ystore_class.read is JupyterSQLiteYStore.read
    )


def _tell_what_has_no_effect(ystore_class: type[BaseYStore], config: Config, log: Logger) -> None:
    section = JupyterSQLiteYStore.__name__
    if config.get(section) and not issubclass(ystore_class, JupyterSQLiteYStore):
        log.warning(
            "%s: without effect, as YDocExtension.ystore_class is %s",
            ", ".join(f"{section}.{name}" for name in sorted(config[section])),
            ystore_class.__name__,
        )


def _with_older(config: Config, log: Logger) -> Config:
    """``config`` with what it says under jupyter-collaboration's name for the class."""
    if "SQLiteYStore" not in config:
        return config
    section = config["SQLiteYStore"]
    merged = Config(config)
    if "db_path" in section and "db_path" not in config["JupyterSQLiteYStore"]:
        merged["JupyterSQLiteYStore"]["db_path"] = section["db_path"]
        log.warning("SQLiteYStore.db_path is now called JupyterSQLiteYStore.db_path")
    others = sorted(set(section) - {"db_path"})
    if others:
        log.warning(
            "%s: without effect; histories are compacted automatically",
            ", ".join(f"SQLiteYStore.{name}" for name in others),
        )
    return merged
