"""Files that are open: who works on a file when, and when it is looked at.

One :class:`OpenFile` stands for a file, and one :class:`~.document.ContentsFile` for each
document of it (a notebook, and the same notebook as text, are two). Checks, reads and writes
of a file take turns. A check is the only thing that finds changes: events of the file
system, polling, the contents manager's own events and writes by another document only say
when to check.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from logging import Logger
from typing import Any, Protocol, TypeVar

from ..backoff import back_off
from ..errors import FileError, FileForbidden, FileMissing, FileTooLarge
from .access import Access, Sign
from .document import ContentsFile, Patience
from .formats import Format
from .port import Gone, Renamed

T = TypeVar("T")


class Host(Protocol):
    """What an open file needs of the place where it is kept."""

    access: Access
    patience: Patience
    log: Logger

    def lock(self, path: str) -> asyncio.Lock:
        """The lock of the file at ``path``."""

    def watch(self, file: OpenFile) -> None:
        """Somebody wants to know of changes from now on."""

    def left(self, file: OpenFile) -> None:
        """The last document of the file was closed."""

    def moved(self, file: OpenFile, old_path: str) -> None:
        """The file has another path."""

    async def find_moved(self, file: OpenFile, was: Sign | None) -> str | None:
        """Where a file that is gone from its path is now, if that can be found."""


class OpenFile:
    """A file with at least one document open. Belongs to one event loop."""

    def __init__(self, host: Host, file_id: str, path: str) -> None:
        self.access = host.access
        self.patience = host.patience
        self.log = host.log
        self.file_id = file_id
        self.path = path
        self.documents: list[ContentsFile] = []
        self.is_replaced = False
        """Whether another file, which has an id of its own, was renamed to where this one was."""
        self.failures = 0
        """How many checks in a row have failed."""
        self._host = host
        self.lock = host.lock(path)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._retry: asyncio.TimerHandle | None = None
        self._retries = 0
        self._asked_at: float | None = None
        self._complete = False
        self._checking = False
        self._missing_since: float | None = None

    @property
    def idle(self) -> bool:
        """Whether no check is under way or waits."""
        return self._timer is None and not self._checking

    def document(self, format: Format) -> ContentsFile:
        """A new document of this file."""
        document = ContentsFile(self, format)
        self.documents.append(document)
        return document

    def leave(self, document: ContentsFile) -> None:
        self.documents.remove(document)
        if not self.documents:
            self._cancel_timer()
            self.found()
            self._host.left(self)

    def watch(self) -> None:
        self._host.watch(self)

    def move(self, path: str) -> None:
        """The file is at ``path`` now: tell everybody."""
        if path == self.path:
            return
        old_path, self.path = self.path, path
        self.is_replaced = False
        self._missing_since = None
        self._host.moved(self, old_path)
        for document in list(self.documents):
            document.tell(Renamed(path))

    def wrote(self, by: ContentsFile) -> None:
        """A document has written the file: for the others this is a change from outside."""
        if len(self.documents) > 1:
            self.check_soon(0.0, complete=True)

    # Turns

    async def in_turn(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run ``work`` while nobody else works on the file, to its end.

        A caller that is cancelled does not take the work with it: a worker thread cannot be
        stopped, and the next in turn must not meet it.
        """

        async def run() -> T:
            async with self.lock:
                while True:
                    path = self.path
                    try:
                        return await work()
                    except FileError as error:
                        has_moved = self.path != path  # meanwhile, as somebody has said
                        if not has_moved and not (
                            isinstance(error, FileMissing) and await self._follow()
                        ):
                            raise

        task = asyncio.create_task(run())
        self._keep(task)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_consume)
            raise

    async def drain(self, timeout: float) -> None:
        """Wait for the work under way; what takes longer than ``timeout`` seconds is cancelled.

        Threads that it has begun would keep the process from ending.
        """
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=timeout)
        late = set(self._tasks)
        for task in late:
            self.log.error("%s is still being read or written; not waiting any longer", self.path)
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=timeout)

    def _keep(self, task: asyncio.Task[Any]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # Checks

    def check_soon(self, delay: float, *, complete: bool = False) -> None:
        """Check in ``delay`` seconds, or later if asked again until then.

        ``complete`` says that whoever wrote the file is done.
        """
        if not self.documents:
            return
        now = asyncio.get_running_loop().time()
        if self._asked_at is None:
            self._asked_at = now
        due = min(now + delay, self._asked_at + self.patience.starved)
        self._complete = complete
        self._cancel_timer()
        self._timer = asyncio.get_running_loop().call_at(due, self._start_check)

    def look_again(self) -> None:
        """Check later whether a file that is missed is there: perhaps nobody tells."""
        if self._retry is None and self.documents:
            self._retries += 1
            wait = back_off(self._retries, self.patience.retry, self.patience.longest)
            self._retry = asyncio.get_running_loop().call_later(wait, self._look_again)

    def _look_again(self) -> None:
        self._retry = None
        self.check_soon(0.0)

    def found(self) -> None:
        """The file could be read or written, or nobody needs it any more."""
        self._retries = 0
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None

    def noticed(self, sign: Sign | None) -> None:
        """Somebody has seen that the file has this sign, or is missing (``None``)."""
        if not self.idle:
            return
        now = asyncio.get_running_loop().time()
        if sign is None:
            if any(document.gone is None for document in self.documents):
                self.check_soon(0.0)
            return
        for document in self.documents:
            document.trace.note(sign, now)
        waits = [document.wait(now, complete=False) for document in self.documents]
        delay = min((wait for wait in waits if wait is not None), default=None)
        if delay is not None:
            self.check_soon(delay)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _start_check(self) -> None:
        self._timer = None
        self._asked_at = None
        if self._checking:
            self.check_soon(self.patience.settle, complete=self._complete)
        else:
            self._keep(asyncio.create_task(self.check(complete=self._complete)))

    async def check(self, *, complete: bool = False) -> None:
        """Look at the file once, and tell what is new."""
        self._checking = True
        again: float | None = None
        try:
            async with self.lock:
                again = await self._check(complete)
        except Exception:
            # Whatever it was, it must not be the end of watching.
            self._failed()
            self.log.warning("%s could not be checked for changes", self.path, exc_info=True)
        finally:
            self._checking = False
        if any(document.is_missed for document in self.documents):
            self.look_again()
        if again is not None and self._timer is None:
            self.check_soon(again)

    async def _check(self, complete: bool) -> float | None:
        """One look for each document; in how many seconds the next is due, if one is."""
        try:
            documents = list(self.documents)
            waits = [await document.check(complete=complete) for document in documents]
        except FileMissing:
            return await self._missing()
        except (FileForbidden, FileTooLarge) as error:
            for document in list(self.documents):
                document.lose(Gone("unreadable", str(error)))
            return None
        except FileError as error:
            self._failed()
            if self.failures == 1:
                self.log.warning("%s could not be checked for changes: %s", self.path, error)
            return None
        self._missing_since = None
        self.failures = 0
        return min((wait for wait in waits if wait is not None), default=None)

    def _failed(self) -> None:
        self.failures += 1

    async def _missing(self) -> float | None:
        """The file is not where it was: it may come back in a moment, or be elsewhere."""
        now = asyncio.get_running_loop().time()
        if self._missing_since is None:
            self._missing_since = now
        if now - self._missing_since < self.patience.vanished:
            return self.patience.vanished / 3
        if all(document.gone is not None for document in self.documents):
            return None
        if await self._follow():
            return 0.0
        for document in list(self.documents):
            document.lose(Gone("deleted", f"{self.path} was deleted or moved away"))
        return None

    async def _follow(self) -> bool:
        """Go where the file has moved to, if it has."""
        signs = (document.trace.sign for document in self.documents)
        sign = next((sign for sign in signs if sign is not None), None)
        path = await self._host.find_moved(self, sign)
        if path is None or path == self.path:
            return False
        self.move(path)
        return True


def _consume(task: asyncio.Task[Any]) -> None:
    """Nobody waits for this task any more: what it raises is not asyncio's to complain of."""
    if not task.cancelled():
        task.exception()
