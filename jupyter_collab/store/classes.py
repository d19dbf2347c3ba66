"""The store classes that users name in their configuration.

``YDocExtension.ystore_class`` takes any subclass of :class:`pycrdt.store.BaseYStore`. The two
here are what this package brings; :mod:`~jupyter_collab.store.factory` makes logs of them.
"""

from __future__ import annotations

import os
import sys
from abc import ABCMeta
from collections.abc import Callable
from stat import S_ISDIR

import pycrdt.store
from traitlets import Float, Int, MetaHasTraits, Unicode
from traitlets.config import LoggingConfigurable

from .compaction import HISTORY_SIZE

DAY = 24 * 60 * 60


class _ConfigurableStore(MetaHasTraits, ABCMeta):
    """The metaclass of what is both configurable and a store."""


class JupyterSQLiteYStore(
    LoggingConfigurable, pycrdt.store.SQLiteYStore, metaclass=_ConfigurableStore
):
    """Histories in one SQLite file. The default.

    Nothing is written by an instance of it: it is the name under which
    :class:`~jupyter_collab.store.sqlite.SQLiteUpdateLog` is chosen and configured. A subclass
    that writes and reads in its own way is used as it is, and so is one that compresses or
    encrypts.
    """

    transforms = False
    """Whether it was told how to compress or encrypt what is written."""

    db_path = Unicode(
        ".jupyter_ystore.db",
        config=True,
        help="The SQLite file with the documents' histories, relative to the directory that "
        "the server was started in. jupyter-collaboration's file can be shared with it.",
    )
    history_size = Int(
        HISTORY_SIZE,
        min=0,
        config=True,
        help="Bytes of edits that are kept one by one for each document, beside the document "
        "itself, before they are put together; twice the document if that is more. Edits since "
        "the last save are kept in any case.",
    )
    forget_after = Float(
        90.0 * DAY,
        allow_none=True,
        min=0,
        config=True,
        help="Seconds since its last save after which the history of a document is forgotten, "
        "if its file has all of it. None: never.",
    )
    forget_unsaved_after = Float(
        365.0 * DAY,
        allow_none=True,
        min=0,
        config=True,
        help="The same for a history with edits that its file has not, such as that of a "
        "document which was deleted while somebody typed. None: never.",
    )

    def register_compression_callbacks(
        self, compress: Callable[[bytes], bytes], decompress: Callable[[bytes], bytes]
    ) -> None:
        super().register_compression_callbacks(compress, decompress)
        self.transforms = True


class TempFileYStore(pycrdt.store.TempFileYStore):
    """Histories in temporary files, one for each document: they last as long as the server."""

    prefix_dir = "jupyter_ystore_"
    _made: str | None = None

    def get_base_dir(self) -> str:
        """See pycrdt. Systems clean their temporary folder up. What was made there, for its owner
        alone, would be made again by the next write for everybody to read."""
        if self.base_dir is not None and self.base_dir == self._made and not _is_own(self._made):
            self.make_directory()
        return super().get_base_dir()

    def make_directory(self) -> None:
        super().make_directory()  # type: ignore[no-untyped-call]
        type(self)._made = self.base_dir  # noqa: SLF001 - the class's own, as pycrdt has it


def _is_own(directory: str) -> bool:
    """Whether it is there, and nobody else has made it or may look into it."""
    try:
        found = os.lstat(directory)
    except OSError:
        return False
    if sys.platform == "win32":  # which tells whose it is in other ways
        return S_ISDIR(found.st_mode)
    return S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
