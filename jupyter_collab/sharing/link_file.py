"""The file in which links are kept: readable by its owner only, and never half written."""

from __future__ import annotations

import contextlib
import importlib
import os
import secrets
import time
from collections.abc import Iterator
from logging import Logger
from pathlib import Path
from typing import Any

from .links import Link, LinkBook
from .records import dump, load

fcntl: Any
try:
    fcntl = importlib.import_module("fcntl")
except ImportError:  # Windows: one server at a time
    fcntl = None


class LinkFile:
    """Keeps a :class:`LinkBook` in ``path``.

    Several servers of one person may share the file: each reads it again when another one has
    written it, and changes are made to what is in it then.
    """

    def __init__(self, path: Path, log: Logger) -> None:
        self.path = path
        self._log = log
        self._book = LinkBook()
        self._sign: tuple[int, int, int] | None = None
        self._was_read = self._is_told = False

    def book(self) -> LinkBook:
        """The links as they are in the file now. Not to be changed: see :meth:`change`.

        While it cannot be read, they are as it had them last; raises ``OSError`` where that is not
        known.
        """
        try:
            book = self._as_it_is()
        except OSError as error:
            if not self._is_told:
                self._is_told = True
                self._log.error("The file with the links to documents cannot be read: %s", error)
            if not self._was_read:
                raise
            return self._book
        self._is_told = False
        return book

    def _as_it_is(self) -> LinkBook:
        sign = self._look()
        if sign != self._sign:
            self._book = LinkBook(self._read())
            self._sign = sign
        self._was_read = True
        return self._book

    @contextlib.contextmanager
    def change(self) -> Iterator[LinkBook]:
        """The links, to be changed in the body and written at its end.

        Raises ``OSError`` where the file cannot be written; nothing has changed then.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._locked():
            book = LinkBook(self._as_it_is())
            yield book
            self._write(dump(book))
            self._book, self._sign = book, self._look()

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        if fcntl is None:
            yield
            return
        lock = os.open(self.path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _look(self) -> tuple[int, int, int] | None:
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size

    def _read(self) -> list[Link]:
        try:
            return load(self.path.read_text("utf-8"))
        except FileNotFoundError:
            return []
        except ValueError as error:
            self._set_aside(error)
            return []

    def _set_aside(self, error: ValueError) -> None:
        aside = self.path.with_name(f"{self.path.name}.damaged-{time.time_ns()}")
        self.path.replace(aside)
        self._log.error(
            "The file with the links to documents, %s, cannot be read: %s. It was set aside as "
            "%s; the links in it do not work any more.",
            self.path,
            error,
            aside.name,
        )

    def _write(self, text: str) -> None:
        beside = self.path.with_name(f".{self.path.name}.{secrets.token_hex(4)}")
        handle = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
