"""The SQLite file: opening it, and noticing that it is gone or not the one that was left.

Everything here runs in the writer's thread.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from logging import Logger
from pathlib import Path

from ...errors import StoreError
from .failures import code_of, explain, is_damage, is_locked, move_aside
from .histories import expect_more
from .mounts import allows_wal
from .schema import STEPS, Step, check, migrate, stored_version
from .witness import Witness

BUSY_TIMEOUT = 2.0
"""Seconds to wait for another program's lock. All rooms wait meanwhile, the event loop not. What
has queued up before has waited as well then, and is tried once."""

WAL_PAGES = 32
"""Pages (of 4 KiB as a rule) in the write-ahead log from which on they are put into the file. The
log is larger only while a larger transaction, such as a large document's, is written. A keystroke
is a page in it, so the file is synced once more for each 32: beside the 32 syncs of the log that
was not measurable."""

WAL_LIMIT = 128 * 1024
"""Bytes that the write-ahead log may keep on disk while nothing is in it."""

CACHE_SIZE = 256
"""KiB of the file that are kept in memory. A keystroke needs a few pages; documents are read once,
when they are opened, and would only fill SQLite's usual 2 MiB."""

KEPT_PAGES = 256
"""Free pages (of 4 KiB as a rule) that the file may have."""

VACUUM_STEP = 256
"""Pages given back at a time; in between, the rooms have their turn."""

_INCREMENTAL = 2

_BESIDE = ("-wal", "-shm")
"""What a write-ahead log lies in, beside the file."""

_Identity = tuple[int, int]


class Database:
    """A connection to the file at ``path``, opened when it is first needed.

    Before each use it is checked that the connection's file is still the one at ``path``: a
    deleted file goes on taking writes that nobody will ever read. So does a write-ahead log, which
    SQLite puts into the file as the connection is closed, but not as the process is killed.

    The journal is a write-ahead log, with ``synchronous=FULL``: an edit that was acknowledged
    survives the loss of power, not only of the process. Measured on a virtual disk, 2,000
    appends of 40 bytes through the log: one after the other 0.17 ms each with FULL and
    0.04 ms with NORMAL; all at once 46,000 a second with either, as group commit spends one
    sync on all of them. A laptop's disk takes some milliseconds to sync, which is still
    little beside the time that edits wait for company anyhow.
    Where a write-ahead log is not safe the journal is a rollback journal (0.8 ms each).
    """

    def __init__(
        self,
        path: Path,
        log: Logger,
        *,
        busy_timeout: float = BUSY_TIMEOUT,
        steps: Sequence[Step] = STEPS,
    ) -> None:
        self.path = path
        self._busy_timeout = self._patience = busy_timeout
        self._log = log
        self._steps = steps
        self._connection: sqlite3.Connection | None = None
        self._identity: _Identity | None = None
        self._target = str(path)
        self._beside: dict[str, _Identity | None] = {}
        # What SQLite called the data when the tables were last found to be today's.
        self._checked_at: int | None = None
        self._witness = Witness(path)
        self._is_signed = self._left_open = False
        self._written_at = 0.0
        self.is_in_doubt = False
        """Whether what is read may lack something that was there, which could not be noted yet."""
        self.copied: float | None = None
        """When what was put back from a copy had been written last; ``None``: it is no copy."""

    def reader(self) -> sqlite3.Connection | None:
        """A connection to read from; ``None`` where nothing was ever written.

        Neither the file nor the tables are made for it: a document can be looked at where
        nothing can be written.
        """
        if self._identify() is None:
            self.close()
            return None
        connection = self._open()
        version = self._version(connection)
        if version == 0:
            return None
        if version < len(self._steps):
            return self.writer()
        self.is_in_doubt = not self._is_signed and self._may_lack_something(connection)
        if self.is_in_doubt:
            self.copied = self._copied(connection)
            try:
                connection = self.writer()
                self.is_in_doubt = False
            except sqlite3.OperationalError as error:
                if is_damage(error):
                    raise
                if is_locked(error):
                    self.wait_for_locks(False)
                # It can be read all the same; whoever writes first signs it.
                self._log.warning("%s", self.explain(error))
        return connection

    def writer(self) -> sqlite3.Connection:
        """A connection to a database that has today's tables."""
        connection = self._open()
        if self._version(connection) == len(self._steps) and self._is_signed:
            return connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            migrate(connection, self._steps)
            token = self._sign(connection)
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        self._note(token)
        self._is_signed = True
        return connection

    def _sign(self, connection: sqlite3.Connection) -> str:
        """Take the store into use, within the transaction that is open."""
        if not self._is_signed and self._may_lack_something(connection):
            expect_more(connection, copied=self._copied(connection))
            if self._witness.contradicts(connection):
                self._log.warning(
                    "The store of histories %s is not as it was left; documents whose files have"
                    " changed since are opened anew by those who have them",
                    self.path,
                )
        return self._witness.sign(connection)

    def finish(self) -> None:
        """Close the connection for good, and note that the store is left like that."""
        connection = self._connection
        token = None
        if connection is not None and self._is_signed and self._gone() is None:
            try:
                token = self._witness.sign(connection)
            except sqlite3.Error as error:
                self._log.warning("%s", self.explain(error))
        self.close()
        if token is not None:
            self._note(token, closed=True)

    def _note(self, token: str, *, closed: bool = False) -> None:
        try:
            self._witness.note(token, closed=closed)
        except OSError as error:
            # The next server takes the store for one that was put back, which is safe.
            self._log.warning("%s cannot be written: %s", self._witness.path, error)

    def _may_lack_something(self, connection: sqlite3.Connection) -> bool:
        """Whether the store is not the one that was left, or was left by a server that died: of a
        write-ahead log that is damaged, cut or gone SQLite takes what stands before the damage,
        and does not tell."""
        return self._left_open or self._witness.contradicts(connection)

    def _copied(self, connection: sqlite3.Connection) -> float | None:
        return self._written_at if self._witness.shows_a_copy(connection) else None

    def close(self) -> None:
        """Close the connection; what the write-ahead log holds goes into the file."""
        connection, self._connection = self._connection, None
        self._checked_at = None
        self._is_signed = False
        if connection is not None:
            connection.close()

    def wait_for_locks(self, wait: bool) -> None:
        """Whether operations wait for another program's lock from now on, or fail at once."""
        patience = self._busy_timeout if wait else 0.0
        if patience == self._patience:
            return
        self._patience = patience
        if self._connection is not None:
            self._connection.execute(f"PRAGMA busy_timeout={int(1000 * patience)}")

    @property
    def is_open(self) -> bool:
        return self._connection is not None

    def let_go_if_gone(self) -> None:
        """Close the connection where its file is not the one at ``path`` any more.

        As long as a server has it, SQLite holds what lies beside the file (``-shm``) for that of a
        store in use, and nobody can begin a new one there.
        """
        if self._connection is None:
            return
        gone = self._gone()
        if gone is not None:
            self._log.warning("The store of histories %s was replaced or deleted", gone)
            self.close()

    def _gone(self) -> str | None:
        """Which of the connection's files is not the one at its path any more, if any is."""
        if self._identity is None or self._identity != self._identify():
            return str(self.path)
        for suffix, known in self._beside.items():
            found = self._identify(suffix)
            # SQLite makes them as it first needs them, and keeps them as long as it has the store.
            if known not in (None, found):
                return f"{self.path}{suffix}"
            self._beside[suffix] = found
        return None

    def set_aside(self) -> None:
        """Rename the damaged file, unless another process has done so already, so that a fresh
        one can be begun."""
        identity = self._identity
        self.close()
        if identity is not None and identity == self._identify():
            move_aside(self.path, self._log)

    def tidy(self) -> bool:
        """Give some free pages back to the file system; returns whether to go on.

        A little is kept, as the next appends need it. Files begun by jupyter-collaboration
        have a setting of their own: those of version 5 shrink with each commit, older ones
        never, but what is free in them is used again.
        """
        connection = self._connection
        if connection is None:
            return False
        if _pragma(connection, "freelist_count") <= KEPT_PAGES + VACUUM_STEP:
            return False
        if _pragma(connection, "auto_vacuum") != _INCREMENTAL:
            return False
        # Not execute(): up to Python 3.11 it ends after the first page, with a commit for each.
        connection.executescript(f"PRAGMA incremental_vacuum({VACUUM_STEP})")
        return True

    def explain(self, error: sqlite3.Error | OSError) -> StoreError:
        """``error`` in words that tell what happened where, and what to do."""
        return StoreError(f"{explain(error, self.path)} ({error})")

    def _version(self, connection: sqlite3.Connection) -> int:
        # Changes with every commit of others, and only then.
        data = _pragma(connection, "data_version")
        if data == self._checked_at:
            return len(self._steps)
        version = stored_version(connection)
        if version == len(self._steps):
            self._checked_at = data
        if version > len(self._steps):
            raise StoreError(
                f"The store of histories {self.path} was written by a newer jupyter-collab;"
                " update this one, or move the file away"
            )
        return version

    def _open(self) -> sqlite3.Connection:
        self.let_go_if_gone()
        if self._connection is not None:
            return self._connection
        self._left_open = self._witness.is_left_open
        self._written_at = self._witness.written_at
        self._target = os.path.realpath(self.path)
        _make_private(self._target)
        connection = sqlite3.connect(self.path, timeout=self._patience, isolation_level=None)
        try:
            self._identity = self._identify()
            # Text that is damaged is a row's affair, of which the others know nothing.
            connection.text_factory = lambda text: text.decode(errors="backslashreplace")
            _configure(connection, self.path)
            if self._left_open:
                check(connection)
            self._beside = dict.fromkeys(_BESIDE)
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return connection

    def _identify(self, suffix: str = "") -> _Identity | None:
        # Where the path is a link, what lies beside the file lies where that points to.
        place = f"{self._target}{suffix}" if suffix else self.path
        try:
            found = os.stat(place)  # noqa: PTH116 - called for every batch
        except FileNotFoundError:
            return None
        return found.st_dev, found.st_ino


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    (value,) = connection.execute(f"PRAGMA {name}").fetchone()
    return int(value)


def _make_private(target: str) -> None:
    """Make a new file that its owner alone can read, as it has the text of files that others
    may not be allowed to read. SQLite gives its permissions to the files beside it. A link would
    be taken for a file that is there, also where it points to none yet."""
    with suppress(OSError):  # it is there, or SQLite says what is wrong
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _configure(connection: sqlite3.Connection, path: Path) -> None:
    """Set what holds for this connection, and for a new file what holds for ever."""
    if _pragma(connection, "page_count") == 0:
        # A file that jupyter-collaboration began has its own setting, and keeps it.
        connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
    if allows_wal(path):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            # The rollback journal, which it then has, is as safe.
            if code_of(error) not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_READONLY):
                raise
    else:
        connection.execute("PRAGMA journal_mode=DELETE")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(f"PRAGMA cache_size=-{CACHE_SIZE}")
    connection.execute(f"PRAGMA wal_autocheckpoint={WAL_PAGES}")
    connection.execute(f"PRAGMA journal_size_limit={WAL_LIMIT}")
