"""The life of one room's store: opened when it is needed, stopped when it is idle."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from logging import Logger
from typing import Any, TypeVar

from pycrdt.store import BaseYStore, SQLiteYStore

from ...errors import StoreError
from ...protocol.identity import RoomId
from ..sqlite.failures import is_damage
from .file import SharedFile
from .history import YStoreHistory
from .watched_log import WatchedLog

T = TypeVar("T")

MakeStore = Callable[[str, Logger], BaseYStore]

TURN_TIMEOUT = 5.0
"""Seconds for which a store waits for others to begin; where they cannot, that is told of each."""


@dataclass(frozen=True, slots=True)
class _Call:
    operation: Callable[[YStoreHistory], Awaitable[Any]]
    future: asyncio.Future[Any]
    again: bool = False
    """Whether the file was found damaged as it was performed before."""


class YStoreSession:
    """Performs operations on the store of ``room``, one after the other, in one task.

    The store is entered and left in the same task, as the task groups in it demand.
    ``forget`` is called when the session has ended and nothing is left to do. ``turn`` is held
    while a store of pycrdt's in SQLite begins, as all sessions may have one file; others may take
    long, such as one that is on another machine.
    """

    def __init__(
        self,
        room: RoomId,
        make: MakeStore,
        *,
        log: Logger,
        idle_timeout: float,
        forget: Callable[[], object],
        turn: asyncio.Lock,
    ) -> None:
        self._room = room
        self._make = make
        self._log = log
        self._idle_timeout = idle_timeout
        self._forget = forget
        self._turn = turn
        self._calls: deque[_Call] = deque()
        self._called = asyncio.Event()
        self._closing = False
        self._task: asyncio.Task[None] | None = None

    async def submit(self, operation: Callable[[YStoreHistory], Awaitable[T]]) -> T:
        """The result of ``operation``; whatever goes wrong is a :class:`StoreError`."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._calls.append(_Call(operation, future))
        self._called.set()
        if self._task is None:
            self._task = loop.create_task(self._run())
        return await future

    async def close(self, wait: float) -> None:
        """Perform what was asked and stop the store; whatever takes longer than ``wait``
        seconds is cancelled."""
        self._closing = True
        self._called.set()
        if self._task is None:
            return
        _, pending = await asyncio.wait([self._task], timeout=wait)
        if pending:
            self._log.error("The store of %s is still busy after %g s", self._room, wait)
            self._task.cancel()
            await asyncio.wait([self._task], timeout=wait)

    async def _run(self) -> None:
        problem = "it was closed"
        try:
            await self._serve()
            while self._calls and not self._closing:
                await self._serve()  # what was asked while the store was being stopped
        except Exception as error:  # noqa: BLE001 - all callers get to see it
            problem = _innermost(error)
        except BaseException as error:
            # A store that fails in its own task group cancels this task; so does close().
            problem = _innermost(error)
            if not isinstance(error, asyncio.CancelledError):
                raise
        finally:
            self._task = None
            self._end(problem)

    def _end(self, problem: str) -> None:
        calls, self._calls = self._calls, deque()
        for call in calls:
            _fail(call.future, StoreError(f"The store of {self._room} failed: {problem}"))
        self._forget()

    async def _serve(self) -> None:
        watched = WatchedLog(self._log)
        store = self._make(f".{self._room.type}:{self._room.file_id}.y", watched)
        history = YStoreHistory(store, self._room, watched)
        file = SharedFile.of(store, self._log)
        async with AsyncExitStack() as stack:
            if isinstance(store, SQLiteYStore):
                async with _for_a_while(self._turn):
                    await stack.enter_async_context(store)
                    await _has_begun(store)
                    if file is not None:
                        await file.begin()
            else:
                await stack.enter_async_context(store)
            while await self._wait():
                if file is not None and await file.is_gone():
                    return  # and begin anew
                call = self._calls[0]
                error = await self._perform(call, history)
                if error is not None:
                    is_damaged = watched.found_damage or is_damage(error)
                    if is_damaged and not call.again and await self._set_aside(file):
                        self._calls[0] = replace(call, again=True)
                        return
                    _fail(call.future, self._explained(error))
                self._calls.popleft()

    async def _set_aside(self, file: SharedFile | None) -> bool:
        """Whether the store can begin anew, with a fresh file."""
        if file is None:
            return False
        async with _for_a_while(self._turn):
            return await file.set_aside()

    async def _wait(self) -> bool:
        """Whether there is something to do, before the store was idle for long enough."""
        self._called.clear()
        if self._calls or self._closing:
            return bool(self._calls)
        with suppress(TimeoutError):
            async with asyncio.timeout(self._idle_timeout):
                await self._called.wait()
        return bool(self._calls)

    async def _perform(self, call: _Call, history: YStoreHistory) -> Exception | None:
        """What has gone wrong, which its caller does not know yet."""
        # Where the caller is gone it is done all the same: what follows builds upon it.
        try:
            result = await call.operation(history)
        except StoreError as error:
            return error
        except Exception as error:  # noqa: BLE001 - a user's class may raise anything
            history.doubt()
            return error
        if not call.future.done():
            call.future.set_result(result)
        return None

    def _explained(self, error: Exception) -> StoreError:
        if isinstance(error, StoreError):
            return error
        return StoreError(f"The store of {self._room} failed: {_innermost(error)}")


@asynccontextmanager
async def _for_a_while(lock: asyncio.Lock) -> AsyncIterator[None]:
    """Hold ``lock``, unless somebody else does so for too long."""
    async with AsyncExitStack() as stack:
        with suppress(TimeoutError):
            async with asyncio.timeout(TURN_TIMEOUT):
                await stack.enter_async_context(lock)
        yield


async def _has_begun(store: SQLiteYStore) -> None:
    """Wait until pycrdt's SQLite store has its tables: another one that finds them half made cannot
    begin, or takes them for those of another version, and moves away the file in which this one
    then goes on to write."""
    if store.db_initialized is not None:
        await store.db_initialized.wait()


def _fail(future: asyncio.Future[Any], error: StoreError) -> None:
    if not future.done():
        future.set_exception(error)


def _innermost(error: BaseException) -> str:
    """What ``error`` says, out of the groups that task groups wrap it in."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
